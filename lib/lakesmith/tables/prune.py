"""Literal predicates from the values of a batch: they prune what a MERGE or a recomputation reads.

Delta prunes on literals only; an equality with the source's column prunes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MAX_VALUES = 2000
MAX_RANGES = 16


@dataclass(frozen=True)
class Touched:
    """The values of some columns that a batch touches, as few ranges; None stands for NULL, NaN for NaN."""

    values: Mapping[str, frozenset[Any]]
    max_ranges: int = MAX_RANGES

    def predicate(self, alias: str = "") -> Column:
        """Return a literal predicate that every row with touched values meets; false when nothing is touched."""
        named = ((F.col(f"{alias}.{name}" if alias else name), values) for name, values in self.values.items())
        return reduce(Column.__and__, [column_bounds(column, values, self.max_ranges) for column, values in named])


def find_touched(changes: DataFrame, columns: Sequence[str]) -> Touched:
    """Find the values of `columns` in a batch.

    Parameters
    ----------
    changes : DataFrame
        The batch, or its group keys.
    columns : sequence of str

    Returns
    -------
    Touched
        An OR of at most 16 ranges for each column.

    Notes
    -----
    One job: at most 2000 distinct combinations are collected; above that, one more job for min and max.
    """
    rows = changes.select(*columns).distinct().limit(MAX_VALUES + 1).collect()
    if len(rows) > MAX_VALUES:
        return _extremes(changes, columns)
    return Touched({name: frozenset(row[name] for row in rows) for name in columns})


def _extremes(changes: DataFrame, columns: Sequence[str]) -> Touched:
    figures = [
        F.struct(F.min(name).alias("low"), F.max(name).alias("high"), F.count_if(F.isnull(name)).alias("nulls")).alias(
            name
        )
        for name in columns
    ]
    (row,) = changes.agg(*figures).collect()
    nulls = {name: frozenset({None}) if row[name]["nulls"] else frozenset() for name in columns}
    return Touched({name: frozenset({row[name]["low"], row[name]["high"]}) | nulls[name] for name in columns}, 1)


def column_bounds(column: Column, values: Collection[Any], max_ranges: int = MAX_RANGES) -> Column:
    """Return an OR of ranges that holds every value; NULL and NaN are named apart."""
    plain = sorted(value for value in values if value is not None and value == value)
    parts = [(column >= F.lit(low)) & (column <= F.lit(high)) for low, high in ranges(plain, max_ranges)]
    parts += [column.isNull()] if None in values else []
    parts += [F.isnan(column)] if any(value != value for value in values) else []
    return reduce(Column.__or__, parts) if parts else F.lit(False)


def ranges(values: Sequence[Any], most: int) -> list[tuple[Any, Any]]:
    """Cover sorted values by at most `most` ranges, split at the widest gaps.

    Examples
    --------
    >>> ranges([1, 2, 3, 90, 91], 2)
    [(1, 3), (90, 91)]
    >>> ranges(["536365", "536370", "C536379"], 2)
    [('536365', '536370'), ('C536379', 'C536379')]
    """
    gaps = sorted(range(1, len(values)), key=lambda index: _gap(values[index - 1], values[index]), reverse=True)
    cuts = sorted(gaps[: most - 1])
    starts, ends = [0, *cuts], [*cuts, len(values)]
    return [(values[start], values[end - 1]) for start, end in zip(starts, ends, strict=True) if start < end]


def _gap(left: Any, right: Any) -> Any:
    return _ordinal(right) - _ordinal(left)


def _ordinal(value: Any) -> Any:
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return int.from_bytes(data[:16].ljust(16, b"\0"), "big")
    if isinstance(value, dt.datetime):
        return value.timestamp()
    return value.toordinal() if isinstance(value, dt.date) else value
