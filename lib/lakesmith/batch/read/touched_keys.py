"""Find the keys by which a change of an input touches rows, and mark the rows that have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, types_of
from lakesmith.columns import quoted
from lakesmith.sources.net_changes import HIGH, LOW
from lakesmith.tables.pruning.key_bounds import Touched, find_touched, touched_in
from lakesmith.tables.pruning.sql_literals import is_exact, one_of, typed
from lakesmith.tables.upsert.arrow_order import tuples_of
from lakesmith.types import WHOLE, Transform, family

MAX_KEYS = 2000
MAX_SENT = 200_000
_MATCHED = "_matched"
# Types of times that have literals, and that Python orders as Spark does.
_ORDERED = (*WHOLE, "date", "timestamp")


@dataclass(frozen=True)
class Times:
    """The times between which versions of an input differ.

    Parameters
    ----------
    at : str
        The column with the time of a row.
    kind : str
        The type of the times.
    low, high : object
        Half-open; None is open.
    """

    at: str
    kind: str
    low: object = None
    high: object = None

    def may_match(self, rows: DataFrame) -> Column:
        """Return a literal condition that every row at these times meets.

        Examples
        --------
        >>> rows = spark.sql("SELECT explode(array(1, 5, 9)) AS day")
        >>> [row.day for row in rows.filter(Times("day", "int", 5, 9).may_match(rows)).collect()]
        [5]
        """
        kind = types_of(rows)[self.at.lower()].simpleString()
        if kind != self.kind:
            return F.lit(True)
        column = quoted(self.at)
        tests = [f"{column} IS NOT NULL"]
        if self.low is not None:
            tests.append(f"{column} >= {typed(self.low, kind)}")
        if self.high is not None:
            tests.append(f"{column} < {typed(self.high, kind)}")
        return F.expr(" AND ".join(tests))


@dataclass(frozen=True)
class TouchedKeys:
    """The keys of an input whose rows changed.

    Parameters
    ----------
    keys : DataFrame
        *Columns*: those of the key, each key once.
    bounds : Touched
        Ranges that hold all of them.
    literals : str
        SQL that is true for exactly these keys, empty where they are too many.
    count : int
        How many they are, as far as that was counted.
    is_sent : bool
        Whether they are sent to all executors, so that no row is shuffled for them.
    times : Times, optional
        The times at which their rows differ; none means any.
    """

    keys: DataFrame
    bounds: Touched
    literals: str = ""
    count: int = 0
    is_sent: bool = False
    times: Times | None = None

    @property
    def method(self) -> str:
        """How the rows are found."""
        if self.literals or not self.count:
            return "literals"
        return "broadcast semi join" if self.is_sent else "semi join"

    def may_match(self, rows: DataFrame) -> Column:
        """Return a literal condition that every row with one of the keys meets.

        It prunes files and row groups, where the columns are those of the files.
        """
        if self.count == 0:
            return F.lit(False)
        within = self.times.may_match(rows) if self.times else F.lit(True)
        if not _are_alike(self.keys, rows):
            return within
        bounds = self.bounds.predicate() & within
        condition = bounds & F.expr(self.literals) if self.literals else bounds
        return F.coalesce(condition, F.lit(False))

    def mark(self, flag: str) -> Transform:
        """Add whether a row has one of the keys.

        *Columns*: needs those of the key -> adds `flag` BOOLEAN, never NULL.
        """

        def apply(rows: DataFrame) -> DataFrame:
            is_decided = self.count == 0 or bool(self.literals)
            if is_decided and _are_alike(self.keys, rows):
                return rows.withColumn(flag, self.may_match(rows))
            return rows.transform(self._matched(flag))

        return apply

    def _matched(self, flag: str) -> Transform:
        columns = self.keys.columns
        names = {name: f"_on_{place}" for place, name in enumerate(columns)}
        renamed = [named(name).alias(other) for name, other in names.items()]
        marker = F.lit(True).alias(_MATCHED)
        marked = self.keys.select(*renamed, marker)
        keys = F.broadcast(marked) if self.is_sent else marked
        pairs: list[Column] = []
        for name, other in names.items():
            pair = named(name).eqNullSafe(named(other))
            pairs.append(pair)
        is_same = reduce(and_, pairs)

        def apply(rows: DataFrame) -> DataFrame:
            has_key = F.coalesce(named(_MATCHED), F.lit(False))
            found = has_key & self.may_match(rows)
            joined = rows.join(keys, is_same, "left")
            flagged = joined.withColumn(flag, found)
            return flagged.drop(*names.values(), _MATCHED)

        return apply


def find_keys(keys: DataFrame) -> TouchedKeys:
    """Find the keys of a frame, as literals where they are few.

    Parameters
    ----------
    keys : DataFrame
        *Columns*: those of the key, each key once.

    Notes
    -----
    One Spark job for at most 2000 keys, up to four more for the ranges and number of others.

    Examples
    --------
    >>> found = find_keys(spark.range(2))
    >>> found.method, found.literals
    ('literals', '(`id` IN (0L, 1L))')
    """
    found, _ = _found(keys, keys)
    return found


def find_spans(spans: DataFrame, on: Sequence[str], at: str) -> TouchedKeys:
    """Find the keys whose versions differ, and the times between which they do.

    Parameters
    ----------
    spans : DataFrame
        *Columns*: `on`, each key once; ``_low`` and ``_high``, NULL where a side is open.
    on : sequence of str
        Columns of the key. One with a NULL matches nothing.
    at : str
        The column with the time of a row.

    Notes
    -----
    One Spark job for at most 2000 keys, up to five more for others.

    Examples
    --------
    >>> spans = spark.sql("SELECT 1 AS id, 5 AS _low, CAST(NULL AS INT) AS _high")
    >>> found = find_spans(spans, ["id"], "day")
    >>> found.literals, found.times
    ('(`id` IN (1))', Times(at='day', kind='int', low=5, high=None))
    """
    known = spans.dropna(subset=[*on])
    keys = known.select(*map(named, on))
    found, few = _found(keys, known)
    if not found.count:
        return found
    times = find_times(known, at) if few is None else _times_of(few, known, at)
    return replace(found, times=times)


def _found(keys: DataFrame, rows: DataFrame) -> tuple[TouchedKeys, pa.Table | None]:
    """Return the keys of rows, and the rows where they are few."""
    kinds = dict(keys.dtypes)
    if not is_exact(kinds):
        return _to_join(keys, Touched({})), None
    few = rows.limit(MAX_KEYS + 1).toArrow()
    if few.num_rows > MAX_KEYS:
        bounds = find_touched(keys, keys.columns, few=False)
        return _to_join(keys, bounds), None
    try:
        found = sorted(tuples_of(few, kinds), key=repr)
        literals = one_of(kinds, found) if found else ""
        bounds = touched_in(few, kinds)
    except (ValueError, OverflowError):
        # A value that Python has none for: a year, or text that is not UTF-8.
        return _to_join(keys, Touched({})), None
    return TouchedKeys(keys, bounds, literals, few.num_rows), few


def find_times(spans: DataFrame, at: str) -> Times:
    """Find the times between which versions of any key differ.

    Parameters
    ----------
    spans : DataFrame
        *Columns*: ``_low`` and ``_high``, NULL where a side is open.
    at : str
        The column with the time of a row.

    Notes
    -----
    One Spark job.

    Examples
    --------
    >>> spans = spark.sql("SELECT 1 AS id, 5 AS _low, CAST(NULL AS INT) AS _high")
    >>> find_times(spans, "day")
    Times(at='day', kind='int', low=5, high=None)
    """
    kind = dict(spans.dtypes)[LOW]
    if family(kind) not in _ORDERED:
        return Times(at, kind)
    is_open_below = F.count_if(named(LOW).isNull()) > 0
    is_open_above = F.count_if(named(HIGH).isNull()) > 0
    low = F.when(~is_open_below, F.min(LOW)).alias(LOW)
    high = F.when(~is_open_above, F.max(HIGH)).alias(HIGH)
    found = spans.agg(low, high).toArrow()
    try:
        ((first, last),) = tuples_of(found, [LOW, HIGH])
    except (ValueError, OverflowError):
        return Times(at, kind)
    return Times(at, kind, first, last)


def _times_of(few: pa.Table, spans: DataFrame, at: str) -> Times:
    """Return the times between which versions of any of a few keys differ."""
    kind = dict(spans.dtypes)[LOW]
    if family(kind) not in _ORDERED:
        return Times(at, kind)
    try:
        lows = few[LOW].to_pylist()
        highs = few[HIGH].to_pylist()
    except (ValueError, OverflowError):
        return Times(at, kind)
    low = None if None in lows else min(lows)
    high = None if None in highs else max(highs)
    return Times(at, kind, low, high)


def _to_join(keys: DataFrame, bounds: Touched) -> TouchedKeys:
    """Return keys that rows are joined with."""
    count = keys.count()
    return TouchedKeys(keys, bounds, count=count, is_sent=count <= MAX_SENT)


def _are_alike(keys: DataFrame, rows: DataFrame) -> bool:
    """Return whether the key has the types in both frames by which literals compare."""
    wanted = types_of(keys)
    held = types_of(rows)
    for name, kind in wanted.items():
        families = {family(one.simpleString()) for one in (kind, held[name])}
        if held[name] != kind and not families <= {*WHOLE}:
            return False
    return True
