"""Make literal predicates from the values of a batch, which prune a MERGE or a recomputation.

Delta prunes on literals only; an equality with the source's column prunes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.columns import quoted
from lakesmith.tables.pruning.ranges import Span, find_spans, join_spans
from lakesmith.tables.pruning.sql_literals import typed

MAX_VALUES = 2000
MAX_RANGES = 16
SPOILED = "\ufffd"  # what stands for bytes that are no text
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
DAYS = (dt.date.min, dt.date.max)
MOMENTS = tuple(
    moment.replace(tzinfo=dt.timezone.utc)
    for moment in (dt.datetime.min, dt.datetime.max)
)


@dataclass(frozen=True)
class Touched:
    """Hold the values of some columns that a batch touches, as few ranges.

    Where they are too many, `values` has the smallest and the greatest, and `spans` the ranges
    between them. `kinds` are Spark's types of the columns.
    """

    values: Mapping[str, frozenset[Any]]
    max_ranges: int = MAX_RANGES
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def ranges(self, name: str) -> list[Span]:
        """Return few ranges that hold every value of a column but NULL and NaN."""
        spans = list(self.spans.get(name, ()))
        if not spans:
            return ranges(plain_values(self.values[name]), self.max_ranges)
        gaps = [_gap(left[1], right[0]) for left, right in pairwise(spans)]
        return join_spans(spans, MAX_RANGES, gaps)

    def bounds(self, name: str, column: str, write: Callable[[Any], str]) -> str:
        """Return an OR of ranges of a column as SQL, in the dialect of `write`."""
        return column_bounds(column, self.ranges(name), self.values[name], write)

    def predicate(self, alias: str = "") -> Column:
        """Return a literal predicate that every row with touched values meets."""
        return F.expr(self.sql(alias))

    def sql(self, alias: str = "") -> str:
        """Return the predicate as SQL."""
        side = f"{alias}." if alias else ""
        bounds = [
            f"({self.bounds(name, side + quoted(name), self._typed(name))})"
            for name in self.values
        ]
        return " AND ".join(bounds) or "true"

    def _typed(self, name: str) -> Callable[[Any], str]:
        """Return what writes the values of a column as literals of its type."""
        # Delta's replaceWhere folds no cast, and prunes no file by a column that is compared with
        # one.
        return partial(typed, kind=self.kinds.get(name, ""))


def find_touched(
    changes: DataFrame, columns: Sequence[str], few: bool = True
) -> Touched:
    """Find the values of `columns` in a batch.

    Parameters
    ----------
    changes : DataFrame
        The batch, or its group keys.
    columns : sequence of str
    few : bool
        Whether they can be at most 2000 combinations.

    Returns
    -------
    Touched
        An OR of at most 16 ranges for each column; none for one that has text which is not UTF-8.

    Notes
    -----
    One job: at most 2000 distinct combinations are collected. Above that one for the extremes, and
    one for the ranges of numbers, dates and times.
    """
    kinds = dict(changes.select(*columns).dtypes)
    numbers = changes.select(
        *[_as_number(name, kind).alias(name) for name, kind in kinds.items()]
    )
    rows = numbers.distinct().limit(MAX_VALUES + 1).collect() if few else []
    if not few or len(rows) > MAX_VALUES:
        return _extremes(numbers, kinds)
    values = {
        name: frozenset(_from_number(row[name], kind) for row in rows)
        for name, kind in kinds.items()
    }
    return Touched(
        {
            name: found
            for name, found in values.items()
            if not any(map(_is_spoiled, found))
        },
        kinds=kinds,
    )


def touched_in(found: pa.Table, kinds: Mapping[str, str]) -> Touched:
    """Return the values of columns of a collected batch, without a job.

    Parameters
    ----------
    found : pyarrow.Table
        Every row of the batch, as Spark gives it.
    kinds : dict
        Spark's types of the columns.
    """
    numbers = {name: _plain(found[name]).to_pylist() for name in kinds}
    values = {
        name: frozenset(_from_number(v, kinds[name]) for v in column)
        for name, column in numbers.items()
    }
    return Touched(values, kinds=kinds)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates and times as numbers."""
    if pa.types.is_date32(column.type):
        return column.cast(pa.int32())
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _extremes(numbers: DataFrame, kinds: Mapping[str, str]) -> Touched:
    (row,) = numbers.agg(
        *[_figures(name, kind).alias(name) for name, kind in kinds.items()]
    ).collect()
    kinds = {name: kind for name, kind in kinds.items() if not row[name]["spoiled"]}
    values = {
        name: frozenset(_from_number(row[name][end], kind) for end in (0, 1))
        for name, kind in kinds.items()
    }
    others = {
        name: frozenset([None] * row[name]["null"] + [float("nan")] * row[name]["nan"])
        for name in kinds
    }
    known = {
        name: frozenset(v for v in values[name] if v is not None) | others[name]
        for name in kinds
    }
    found = find_spans(numbers, {name: (row[name][0], row[name][1]) for name in kinds})
    spans = {
        name: [_span(ends, kinds[name]) for ends in cells]
        for name, cells in found.items()
    }
    return Touched(known, 1, spans, kinds)


def _span(ends: Span, kind: str) -> Span:
    return _from_number(ends[0], kind), _from_number(ends[1], kind)


def _figures(name: str, kind: str) -> Column:
    """Find the smallest and greatest value, with NaN apart."""
    value = F.col(name)
    is_nan = F.isnan(name) if kind in ("float", "double") else F.lit(False)
    plain = F.when(~is_nan, value)
    null, nan = (
        F.coalesce(F.bool_or(test), F.lit(False)).cast("int")
        for test in (value.isNull(), is_nan)
    )
    spoiled = (
        F.coalesce(F.bool_or(F.contains(value, F.lit(SPOILED))), F.lit(False))
        if _is_text(kind)
        else F.lit(False)
    )
    return F.struct(
        F.min(plain),
        F.max(plain),
        null.alias("null"),
        nan.alias("nan"),
        spoiled.alias("spoiled"),
    )


def _as_number(name: str, kind: str) -> Column:
    """Return dates and times as numbers, since Python knows fewer years."""
    if kind == "date":
        return F.unix_date(name)
    if (
        kind == "timestamp_ntz"
    ):  # its own clock as if it were UTC's, whatever the zone of the session
        return F.unix_micros(
            F.concat(F.col(name).cast("string"), F.lit("Z")).cast("timestamp")
        )
    if _is_text(
        kind
    ):  # what is not UTF-8 has no literal, and Python reads it as something else
        return F.make_valid_utf8(F.col(name))
    return F.unix_micros(name) if kind == "timestamp" else F.col(name)


def _is_text(kind: str) -> bool:
    return kind.startswith(("string", "char", "varchar"))


def _is_spoiled(value: Any) -> bool:
    return isinstance(value, str) and SPOILED in value


def _from_number(value: Any, kind: str) -> Any:
    if value is None or not kind.startswith(("date", "timestamp")):
        return value
    moment, first, last = (EPOCH.date(), *DAYS) if kind == "date" else (EPOCH, *MOMENTS)
    try:
        return moment + (
            dt.timedelta(days=value)
            if kind == "date"
            else dt.timedelta(microseconds=value)
        )
    except OverflowError:
        return last if value > 0 else first


def column_bounds(
    column: str,
    spans: Sequence[Span],
    values: Collection[Any],
    write: Callable[[Any], str],
) -> str:
    """Return an OR of ranges as SQL of `write`'s dialect, with NULL and NaN apart."""
    parts = [_between(column, low, high, write) for low, high in spans]
    parts += [f"{column} IS NULL"] if None in values else []
    parts += [f"isnan({column})"] if any(value != value for value in values) else []
    return " OR ".join(parts) or "false"


def plain_values(values: Collection[Any]) -> list[Any]:
    """Return the values in order, without NULL and NaN."""
    return sorted(value for value in values if value is not None and value == value)


def _between(column: str, low: Any, high: Any, write: Callable[[Any], str]) -> str:
    """Bound a column by a range, open where Python's calendar ends."""
    if low == high and low not in (*DAYS, *MOMENTS):
        return f"{column} = {write(low)}"
    above = (
        f"{column} IS NOT NULL"
        if low in (DAYS[0], MOMENTS[0])
        else f"{column} >= {write(low)}"
    )
    return (
        above
        if high in (DAYS[1], MOMENTS[1])
        else f"{above} AND {column} <= {write(high)}"
    )


def ranges(values: Sequence[Any], most: int) -> list[tuple[Any, Any]]:
    """Cover sorted values by at most `most` ranges, split at the widest gaps.

    Examples
    --------
    >>> ranges([1, 2, 3, 90, 91], 2)
    [(1, 3), (90, 91)]
    >>> ranges(["536365", "536370", "C536379"], 2)
    [('536365', '536370'), ('C536379', 'C536379')]
    """
    gaps = sorted(
        range(1, len(values)),
        key=lambda index: _gap(values[index - 1], values[index]),
        reverse=True,
    )
    cuts = sorted(gaps[: most - 1])
    starts = [0, *cuts]
    ends = [*cuts, len(values)]
    return [
        (values[start], values[end - 1])
        for start, end in zip(starts, ends, strict=True)
        if start < end
    ]


def _gap(left: Any, right: Any) -> Any:
    return _ordinal(right) - _ordinal(left)


def _ordinal(value: Any) -> Any:
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return int.from_bytes(data[:16].ljust(16, b"\0"), "big")
    if isinstance(value, dt.datetime):
        return value.timestamp()
    return value.toordinal() if isinstance(value, dt.date) else value
