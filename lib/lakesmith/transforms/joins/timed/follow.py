"""Let each row of a union follow the newest row of each right table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.transforms.joins.timed.right_table import BACKWARD, RightTable
from lakesmith.transforms.joins.timed.rows import (
    AT,
    BUCKET,
    LEFT,
    SIDE,
    Layout,
    row_name,
)
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform

_IS_LAST = "_is_last"


def follow(layout: Layout, direction: str, tables: Sequence[RightTable]) -> Transform:
    """Add the row of each right table that is the newest before a row.

    Parameters
    ----------
    layout : Layout
    direction : str
        ``backward`` or ``forward``.
    tables : sequence of RightTable
        Those that are looked through in this direction.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs those of `left_rows` and `right_rows` -> adds a struct per table, and the row
    before where ties are an error. One exchange by key and part, and one sort. Where a key is cut
    in parts, the newest row of each part is carried to the later ones.
    """
    ordered = _ordered(layout, direction, tables)
    earlier = ordered.rowsBetween(Window.unboundedPreceding, -1)

    def apply(both: DataFrame) -> DataFrame:
        added = {one.found(direction): _newest(one).over(earlier) for one in tables}
        for one in tables:
            if one.spec.on_tie == "error" and direction == one.passes[0]:
                before = F.last(one.row, ignorenulls=True)
                added[one.before] = before.over(earlier)
        followed = both.withColumns(added)
        if layout.bucket is None:
            return followed
        return followed.transform(_carried(layout, direction, tables))

    return apply


def _ordered(
    layout: Layout, direction: str, tables: Sequence[RightTable]
) -> WindowSpec:
    at = F.asc(AT) if direction == BACKWARD else F.desc(AT)
    breakers = [part for one in tables for part in _breakers(one)]
    return Window.partitionBy(*layout.parts).orderBy(at, F.asc(SIDE), *breakers)


def _breakers(table: RightTable) -> list[Column]:
    breakers = table.breakers(table.row)
    # Rows that become known together are in the order of their times.
    times = [table.row.getField("at")] if table.spec.available_at else []
    return times + breakers


def _newest(table: RightTable) -> Column:
    if table.spec.available_at:
        return F.max_by(table.row, table.order(table.row))
    return F.last(table.row, ignorenulls=True)


def _carried(layout: Layout, direction: str, tables: Sequence[RightTable]) -> Transform:
    """Carry the newest row of each part of a key to the later parts of it."""
    keys = {key: f"_carry{key}" for key in layout.parts}
    carried = {one.found(direction): f"_carried_{one.index}" for one in tables}

    def apply(followed: DataFrame) -> DataFrame:
        ends = _ends(followed, layout, direction, tables)
        renamed = [named(key).alias(name) for key, name in keys.items()]
        backward = direction == BACKWARD
        bucket = F.asc(BUCKET) if backward else F.desc(BUCKET)
        parts = window_of(layout.keys).orderBy(bucket)
        earlier = parts.rowsBetween(Window.unboundedPreceding, -1)
        newest = [
            _newest(one).over(earlier).alias(carried[one.found(direction)])
            for one in tables
        ]
        sent = ends.select(*renamed, *newest)
        pairs = [named(key) == named(name) for key, name in keys.items()]
        joined = followed.join(sent, reduce(and_, pairs), "left")
        both = {
            found: _with_carry(one, named(found), named(carried[found]))
            for one in tables
            for found in [one.found(direction)]
        }
        return joined.withColumns(both).drop(*keys.values(), *carried.values())

    return apply


def _ends(
    followed: DataFrame, layout: Layout, direction: str, tables: Sequence[RightTable]
) -> DataFrame:
    """Return the last row of each part, with the newest row of each table up to it."""
    ordered = _ordered(layout, direction, tables)
    rows = [named(row_name(one.index)) for one in tables]
    # It names all columns, so that Spark can use the exchange of the rows where no key can be NULL.
    following = F.lead(F.struct(named(LEFT), *rows)).over(ordered)
    newest = [
        one.nearer(one.row, named(one.found(direction))).alias(row_name(one.index))
        for one in tables
    ]
    marked = followed.withColumn(_IS_LAST, following.isNull())
    return marked.filter(named(_IS_LAST)).select(*layout.parts, *newest)


def _with_carry(table: RightTable, found: Column, carried: Column) -> Column:
    # A row without a time follows nothing.
    known = F.when(named(AT).isNotNull(), carried)
    return table.nearer(found, known)
