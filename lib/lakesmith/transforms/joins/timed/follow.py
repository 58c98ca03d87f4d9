"""Let each row of a union follow the newest row of each right table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, named
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
    earlier = _earlier(ordered)

    def apply(both: DataFrame) -> DataFrame:
        found = {one.found(direction): _newest(one).over(earlier) for one in tables}
        checked = _checked(tables, direction)
        before = {one.before: _previous(one).over(earlier) for one in checked}
        followed = both.withColumns(found | before)
        if layout.bucket is None:
            return followed

        carried = _carried(layout, direction, tables)
        return followed.transform(carried)

    return apply


def _ordered(
    layout: Layout, direction: str, tables: Sequence[RightTable]
) -> WindowSpec:
    order = [_in_direction(AT, direction), F.asc(SIDE)]
    for one in tables:
        order += _breakers(one)

    part = Window.partitionBy(*layout.parts)
    return part.orderBy(*order)


def _in_direction(column: str, direction: str) -> Column:
    return F.asc(column) if direction == BACKWARD else F.desc(column)


def _earlier(ordered: WindowSpec) -> WindowSpec:
    return ordered.rowsBetween(Window.unboundedPreceding, -1)


def _breakers(table: RightTable) -> list[Column]:
    breakers = table.breakers(table.row)
    if not table.spec.available_at:
        return breakers
    # Rows that become known together are in the order of their times.
    time = table.row.getField("at")
    return [time, *breakers]


def _newest(table: RightTable) -> Column:
    if table.spec.available_at:
        order = table.order(table.row)
        return F.max_by(table.row, order)
    return _previous(table)


def _previous(table: RightTable) -> Column:
    return F.last(table.row, ignorenulls=True)


def _checked(tables: Sequence[RightTable], direction: str) -> list[RightTable]:
    """Return the tables whose ties are an error, each in its first direction alone."""
    checked = [one for one in tables if one.spec.on_tie == "error"]
    return [one for one in checked if one.passes[0] == direction]


def _carried(layout: Layout, direction: str, tables: Sequence[RightTable]) -> Transform:
    """Carry the newest row of each part of a key to the later parts of it."""
    keys = [_key_name(part) for part in layout.parts]
    carried = [_carried_name(one) for one in tables]

    def apply(followed: DataFrame) -> DataFrame:
        ends = _ends(followed, layout, direction, tables)
        sent = _sent(ends, layout, direction, tables)
        same_part = _is_same_part(layout)
        joined = followed.join(sent, same_part, "left")

        both = {one.found(direction): _with_carry(one, direction) for one in tables}
        chosen = joined.withColumns(both)
        return chosen.drop(*keys, *carried)

    return apply


def _key_name(part: str) -> str:
    return f"_carry{part}"


def _carried_name(table: RightTable) -> str:
    return f"_carried_{table.index}"


def _ends(
    followed: DataFrame, layout: Layout, direction: str, tables: Sequence[RightTable]
) -> DataFrame:
    """Return the last row of each part, with the newest row of each table up to it."""
    ordered = _ordered(layout, direction, tables)
    rows = [named(row_name(one.index)) for one in tables]
    # It names all columns, so that Spark can use the exchange of the rows where no key can be NULL.
    whole = F.struct(named(LEFT), *rows)
    following = F.lead(whole).over(ordered)

    marked = followed.withColumn(_IS_LAST, following.isNull())
    last = marked.filter(named(_IS_LAST))
    newest = {row_name(one.index): _up_to_here(one, direction) for one in tables}
    return last.select(*layout.parts, *aliased(newest))


def _up_to_here(table: RightTable, direction: str) -> Column:
    before = named(table.found(direction))
    return table.nearer(table.row, before)


def _sent(
    ends: DataFrame, layout: Layout, direction: str, tables: Sequence[RightTable]
) -> DataFrame:
    """Return for each part the newest row of each table in the parts before it."""
    key = window_of(layout.keys)
    ordered = key.orderBy(_in_direction(BUCKET, direction))
    earlier = _earlier(ordered)

    sent = {_key_name(part): named(part) for part in layout.parts}
    for one in tables:
        name = _carried_name(one)
        sent[name] = _newest(one).over(earlier)

    return ends.select(*aliased(sent))


def _is_same_part(layout: Layout) -> Column:
    pairs = [named(part) == named(_key_name(part)) for part in layout.parts]
    return reduce(and_, pairs)


def _with_carry(table: RightTable, direction: str) -> Column:
    """Return the newer one of the row in the same part and the row of the parts before."""
    found = named(table.found(direction))
    carried = named(_carried_name(table))
    # A row without a time follows nothing.
    has_time = named(AT).isNotNull()
    known = F.when(has_time, carried)
    return table.nearer(found, known)
