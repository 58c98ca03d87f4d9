"""Make literal predicates from the values of a batch, which prune a MERGE or a recomputation.

Delta prunes on literals only; an equality with the source's column prunes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from lakesmith.columns import DELETED
from lakesmith.tables.pruning.extremes import find_extremes
from lakesmith.tables.pruning.ordinals import as_number, from_number, is_spoiled
from lakesmith.tables.pruning.ranges import Span, join_spans, ranges
from lakesmith.tables.pruning.sql_literals import SPARK, Dialect, value_between

if TYPE_CHECKING:
    from lakesmith.spec.model import Table

MAX_VALUES = 2000
MAX_RANGES = 16


@dataclass(frozen=True)
class Touched:
    """Hold the values of some columns that a batch touches, as few ranges.

    Parameters
    ----------
    values : mapping of str to frozenset
        The values of each column; the smallest and the greatest where they are too many.
    max_ranges : int
        Most ranges of a column.
    spans : mapping of str to sequence
        The ranges between the extremes.
    kinds : mapping of str to str
        Spark's types of the columns.
    """

    values: Mapping[str, frozenset[Any]]
    max_ranges: int = MAX_RANGES
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)

    def ranges(self, name: str) -> list[Span]:
        """Return few ranges that hold every value of a column but NULL and NaN.

        Examples
        --------
        >>> Touched({"id": frozenset([1, 2, None, 90])}, max_ranges=2).ranges("id")
        [(1, 2), (90, 90)]
        """
        spans = self.spans.get(name, ())
        if spans:
            return join_spans(spans, MAX_RANGES)
        values = _in_order(self.values[name])
        return ranges(values, self.max_ranges)

    def bounds(self, name: str, dialect: Dialect = SPARK, alias: str = "") -> str:
        """Return an OR of ranges of a column as SQL.

        Examples
        --------
        >>> Touched({"id": frozenset([5])}, kinds={"id": "bigint"}).bounds("id", alias="t")
        't.`id` = 5L'
        """
        column = f"{alias}.{dialect.column(name)}" if alias else dialect.column(name)
        kind = self.kinds.get(name, "")
        return value_between(
            column,
            self.ranges(name),
            self.values[name],
            lambda value: dialect.value(value, kind),
        )

    def predicate(self, alias: str = "") -> Column:
        """Return a literal predicate that every row with touched values meets."""
        return F.expr(self.sql(alias))

    def sql(self, alias: str = "") -> str:
        """Return the predicate as SQL.

        Examples
        --------
        >>> Touched({"id": frozenset([5]), "day": frozenset([1, 2])}).sql()
        '(`id` = 5) AND (`day` = 1 OR `day` = 2)'
        >>> Touched({}).sql()
        'true'
        """
        bounds = [f"({self.bounds(name, alias=alias)})" for name in self.values]
        return " AND ".join(bounds) or "true"

    def only(self, names: Collection[str]) -> Touched:
        """Return the values of some of the columns.

        Examples
        --------
        >>> Touched({"id": frozenset([5]), "day": frozenset([1])}).only(["id"]).sql()
        '(`id` = 5)'
        """
        return replace(
            self,
            values={name: self.values[name] for name in self.values if name in names},
            spans={name: self.spans[name] for name in self.spans if name in names},
        )


def _in_order(values: Collection[Any]) -> list[Any]:
    """Return values in order, without NULL and NaN."""
    return sorted(value for value in values if value is not None and value == value)


def bounding_columns(spec: Table) -> list[str]:
    """Return the columns by whose values the rows of a batch's keys are found.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "upsert", "keys": ["id"], "key_implies": ["day", "id"]}
    >>> bounding_columns(Table.model_validate({"from": "bronze.a", "write": write}))
    ['id', 'day']
    """
    columns = (*spec.write.keys, *spec.write.key_implies)
    return [*dict.fromkeys(columns)]


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

    Examples
    --------
    >>> find_touched(spark.range(3), ["id"]).sql()
    '(`id` = 0L OR `id` = 1L OR `id` = 2L)'
    """
    kinds = dict(changes.select(*columns).dtypes)
    as_numbers = [as_number(name, kind).alias(name) for name, kind in kinds.items()]
    numbers = changes.select(*as_numbers)
    rows = numbers.distinct().limit(MAX_VALUES + 1).collect() if few else []
    if few and len(rows) <= MAX_VALUES:
        return Touched(
            _readable(rows, kinds),
            kinds=kinds,
        )
    found = find_extremes(numbers, kinds)
    return Touched(
        found.values,
        1,
        found.spans,
        kinds,
    )


def _readable(
    rows: Sequence[Row], kinds: Mapping[str, str]
) -> dict[str, frozenset[Any]]:
    """Return the values of each column without those that hold text which is not UTF-8."""
    values = {
        name: frozenset(from_number(row[name], kind) for row in rows)
        for name, kind in kinds.items()
    }
    return {
        name: found
        for name, found in values.items()
        if not any(is_spoiled(value) for value in found)
    }


def touched_in(found: pa.Table, kinds: Mapping[str, str]) -> Touched:
    """Return the values of columns of a collected batch, without a job.

    Parameters
    ----------
    found : pyarrow.Table
        Every row of the batch, as Spark gives it.
    kinds : dict
        Spark's types of the columns.

    Examples
    --------
    >>> touched_in(pa.table({"id": [1, 2, None]}), {"id": "bigint"}).sql()
    '(`id` = 1L OR `id` = 2L OR `id` IS NULL)'
    """
    values = {}
    for name, kind in kinds.items():
        numbers = _as_numbers(found[name]).to_pylist()
        values[name] = frozenset(from_number(number, kind) for number in numbers)

    return Touched(values, kinds=kinds)


def _as_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates and times as numbers."""
    if pa.types.is_date32(column.type):
        return column.cast(pa.int32())
    if not pa.types.is_timestamp(column.type):
        return column
    return column.cast(pa.int64())


def with_nulls(
    touched: Touched, keys: Collection[str], columns: Collection[str]
) -> Touched:
    """Widen bounds to NULL, because a delete may carry only its key.

    Parameters
    ----------
    touched : Touched
        Values of the keys and of what they imply.
    keys : collection of str
    columns : collection of str
        The columns of the batch; ``_deleted`` is among them where it may delete.

    Notes
    -----
    The row of a key is where the key says, or at NULL as the tombstone of a delete with only its
    key, or from before the table had the column. Where a batch that may delete has NULL itself, its
    row may be anywhere.

    Examples
    --------
    >>> values = {"id": frozenset([5]), "day": frozenset([1]), "part": frozenset([None, 2])}
    >>> with_nulls(Touched(values), ["id"], ["id", "_deleted"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL)'
    >>> with_nulls(Touched(values), ["id"], ["id"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL) AND (`part` = 2 OR `part` IS NULL)'
    """
    may_delete = DELETED in columns
    bounds = {}
    for name, values in touched.values.items():
        if name in keys:
            bounds[name] = values
        elif not (may_delete and None in values):
            bounds[name] = values | {None}

    return replace(touched, values=bounds)
