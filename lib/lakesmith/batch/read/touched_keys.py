"""Find the keys by which a change of an input touches rows, and mark the rows that have them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from lakesmith.column_refs import aliased, is_true, kind_of, named, types_of
from lakesmith.columns import quoted
from lakesmith.sources.net_changes import HIGH, LOW
from lakesmith.tables.pruning.key_bounds import Touched, find_touched, touched_in
from lakesmith.tables.pruning.sql_literals import is_exact, one_of, typed
from lakesmith.tables.upsert.arrow_order import tuples_of
from lakesmith.types import WHOLE, Transform, family

MAX_KEYS = 2000
MAX_SENT = 200_000
_MATCHED = "_matched"


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
        kind = kind_of(rows, self.at)
        if kind != self.kind:
            return F.lit(True)

        column = quoted(self.at)
        tests = []
        if self.low is not None:
            low = typed(self.low, kind)
            tests.append(f"{column} >= {low}")
        if self.high is not None:
            high = typed(self.high, kind)
            tests.append(f"{column} < {high}")

        condition = F.expr(" AND ".join(tests) or "true")
        return is_true(condition)


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
        within = F.lit(True)
        if self.times is not None:
            within = self.times.may_match(rows)
        if not _are_alike(self.keys, rows):
            return within

        condition = self.bounds.predicate() & within
        if self.literals:
            condition &= F.expr(self.literals)
        return is_true(condition)

    def mark(self, flag: str) -> Transform:
        """Add whether a row has one of the keys.

        *Columns*: needs those of the key -> adds `flag` BOOLEAN, never NULL.
        """

        def apply(rows: DataFrame) -> DataFrame:
            is_decided = self.count == 0 or bool(self.literals)
            if is_decided and _are_alike(self.keys, rows):
                is_touched = self.may_match(rows)
                return rows.withColumn(flag, is_touched)

            matched = self._matched(flag)
            return rows.transform(matched)

        return apply

    def _matched(self, flag: str) -> Transform:
        names = enumerate(self.keys.columns)
        key = {f"_on_{place}": named(name) for place, name in names}
        added = {**key, _MATCHED: F.lit(True)}
        marked = self.keys.select(*aliased(added))
        keys = F.broadcast(marked) if self.is_sent else marked
        pairs = [one.eqNullSafe(named(other)) for other, one in key.items()]
        is_same = reduce(and_, pairs)

        def apply(rows: DataFrame) -> DataFrame:
            is_touched = is_true(named(_MATCHED)) & self.may_match(rows)
            joined = rows.join(keys, is_same, "left")
            flagged = joined.withColumn(flag, is_touched)
            return flagged.drop(*added)

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
    kinds = dict(keys.dtypes)
    anywhere = Touched({})
    if not is_exact(kinds):
        return _to_join(keys, anywhere)

    few = keys.limit(MAX_KEYS + 1)
    found = few.toArrow()
    if found.num_rows > MAX_KEYS:
        bounds = find_touched(keys, keys.columns, few=False)
        return _to_join(keys, bounds)

    try:
        rows = sorted(tuples_of(found, kinds), key=repr)
        literals = one_of(kinds, rows) if rows else ""
        bounds = touched_in(found, kinds)
    except (ValueError, OverflowError):
        # A value that Python has none for: a year, or text that is not UTF-8.
        return _to_join(keys, anywhere)
    return TouchedKeys(keys, bounds, literals, found.num_rows)


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
    if family(kind) not in (*WHOLE, "date", "timestamp"):
        return Times(at, kind)

    low = _unless_open(LOW, F.min(LOW))
    high = _unless_open(HIGH, F.max(HIGH))
    outermost = spans.agg(low.alias(LOW), high.alias(HIGH))
    found = outermost.toArrow()
    try:
        ((first, last),) = tuples_of(found, [LOW, HIGH])
    except (ValueError, OverflowError):
        return Times(at, kind)
    return Times(at, kind, first, last)


def _unless_open(side: str, outermost: Column) -> Column:
    """Return the outermost time of a side, NULL where a span is open on it."""
    open_spans = F.count_if(named(side).isNull())
    return F.when(open_spans == 0, outermost)


def _to_join(keys: DataFrame, bounds: Touched) -> TouchedKeys:
    """Return keys that rows are joined with."""
    count = keys.count()
    is_sent = count <= MAX_SENT
    return TouchedKeys(keys, bounds, count=count, is_sent=is_sent)


def _are_alike(keys: DataFrame, rows: DataFrame) -> bool:
    """Return whether the key has the types in both frames by which literals compare."""
    wanted = types_of(keys)
    held = types_of(rows)
    return all(_is_alike(kind, held[name]) for name, kind in wanted.items())


def _is_alike(kind: DataType, other: DataType) -> bool:
    """Return whether two types are the same, or both whole numbers."""
    if kind == other:
        return True
    families = {family(one.simpleString()) for one in (kind, other)}
    return families <= {*WHOLE}
