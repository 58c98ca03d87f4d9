"""Find the extremes of a batch with many values, and the ranges between them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true
from lakesmith.tables.pruning.ordinals import SPOILED, from_number
from lakesmith.types import is_float, is_text

if TYPE_CHECKING:
    from lakesmith.tables.pruning.ranges import Span

CELLS = 256


@dataclass(frozen=True)
class Extremes:
    """Hold the smallest and the greatest value of columns, and the ranges between them.

    Parameters
    ----------
    values : mapping of str to frozenset
        Both ends, and NULL and NaN where a column has them. A column with text that is not UTF-8
        is left out.
    spans : mapping of str to list
        Ranges of columns of numbers, dates and times.
    """

    values: Mapping[str, frozenset[Any]]
    spans: Mapping[str, list[Span]]


def find_extremes(numbers: DataFrame, kinds: Mapping[str, str]) -> Extremes:
    """Find the extremes of columns, in two jobs at most.

    Parameters
    ----------
    numbers : DataFrame
        With dates and times as numbers.
    kinds : mapping of str to str
        Spark's types of the columns as they were.

    Examples
    --------
    >>> spark.range(1000).agg(_metrics("id", "bigint").alias("id")).first().id.asDict()
    {'low': 0, 'high': 999, 'null': 0, 'nan': 0, 'spoiled': False}
    >>> found = find_extremes(spark.range(1000), {"id": "bigint"})
    >>> sorted(found.values["id"]), len(found.spans["id"]) >= 256
    ([0, 999], True)
    """
    metrics: list[Column] = []
    for name, kind in kinds.items():
        of_column = _metrics(name, kind)
        metrics.append(of_column.alias(name))
    (row,) = numbers.agg(*metrics).collect()
    values: dict[str, frozenset[Any]] = {}
    ends: dict[str, Span] = {}
    for name, kind in kinds.items():
        found = row[name]
        if not found["spoiled"]:
            values[name] = _values(found, kind)
            ends[name] = _ends(found)

    spans: dict[str, list[Span]] = {}
    for name, cells in _find_cells(numbers, ends).items():
        kind = kinds[name]
        spans[name] = [_from_numbers(span, kind) for span in cells]

    return Extremes(values, spans)


def _metrics(name: str, kind: str) -> Column:
    """Return the extremes of a column without NaN, and whether it has values without order."""
    value = F.col(name)
    is_nan = F.lit(False)
    if is_float(kind):
        is_nan = F.isnan(value)
    has_spoiled = F.lit(False)
    if is_text(kind):
        has_spoiled = F.contains(value, F.lit(SPOILED))
    known = F.when(~is_nan, value)
    null = _any(value.isNull()).cast("int")
    nan = _any(is_nan).cast("int")
    spoiled = _any(has_spoiled)
    return F.struct(
        F.min(known).alias("low"),
        F.max(known).alias("high"),
        null.alias("null"),
        nan.alias("nan"),
        spoiled.alias("spoiled"),
    )


def _any(test: Column) -> Column:
    found = F.bool_or(test)
    return is_true(found)


def _values(metrics: Row, kind: str) -> frozenset[Any]:
    low = from_number(metrics["low"], kind)
    high = from_number(metrics["high"], kind)
    values = {low, high} - {None}
    if metrics["null"]:
        values.add(None)
    if metrics["nan"]:
        values.add(float("nan"))
    return frozenset(values)


def _from_numbers(span: Span, kind: str) -> Span:
    low, high = span
    return from_number(low, kind), from_number(high, kind)


def _find_cells(numbers: DataFrame, ends: Mapping[str, Span]) -> dict[str, list[Span]]:
    """Return for each column of numbers the ranges in which its values are.

    One job. The cells are equally wide, so a gap narrower than 1/256 of the whole is not seen.
    """
    wide = {name: span for name, span in ends.items() if _is_wide(span)}
    if not wide:
        return {}
    kinds = dict(numbers.dtypes)
    numbered: list[Column] = []
    keys: list[Column] = []
    for name, span in wide.items():
        label = f"_cell_{name}"
        cell = _cell(name, span)
        numbered.append(cell.alias(label))
        keys.append(F.col(label))

    cells = numbers.select(*wide, *numbered)
    bounds = [_bounds(name, kinds[name]).alias(name) for name in wide]
    each_alone = [[key] for key in keys]
    grouped = cells.groupingSets(each_alone, *keys)
    rows = grouped.agg(*bounds).collect()
    return {name: _spans_of(rows, name) for name in wide}


def _spans_of(rows: list[Row], name: str) -> list[Span]:
    label = f"_cell_{name}"
    of_column = [row for row in rows if row[label] is not None]
    return sorted(_ends(row[name]) for row in of_column)


def _ends(metrics: Row) -> Span:
    return metrics["low"], metrics["high"]


def _is_wide(ends: Span) -> bool:
    if not all(_is_number(end) for end in ends):
        return False
    low, high = map(float, ends)
    return math.isfinite(high - low) and low < high


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float | Decimal)


def _cell(name: str, ends: Span) -> Column:
    low, high = map(float, ends)
    cells_per_unit = F.lit(CELLS / (high - low))
    value = F.col(name).cast("double")
    distance = value - F.lit(low)
    place = F.floor(distance * cells_per_unit)
    is_number = ~F.isnan(value)
    return F.when(value.isNotNull() & is_number, place)


def _bounds(name: str, kind: str) -> Column:
    value = F.col(name)
    known = value
    if is_float(kind):
        known = F.when(~F.isnan(value), value)
    return F.struct(
        F.min(known).alias("low"),
        F.max(known).alias("high"),
    )
