"""Lay rows of both sides of an as-of join out in the same columns, so that one union holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, named
from lakesmith.transforms.axis import EARLIEST, floor_div
from lakesmith.types import SCALARS, family

AT = "_at"
SIDE = "_side"
LEFT = "_left"
BUCKET = "_bucket"
# At one position, rows of the other side that hold there come before the rows of this side.
BEFORE = 0
HERE = 1
AFTER = 2
# Rows without a key or time are spread over so many parts.
SPREAD = 64


@dataclass(frozen=True)
class Layout:
    """Hold what all rows of a union are laid out by.

    Parameters
    ----------
    on : tuple of str
        The columns of the key.
    bucket : int, optional
        The width of a part of a key on the time axis; None leaves each key whole.
    """

    on: tuple[str, ...]
    bucket: int | None = None

    @property
    def keys(self) -> list[str]:
        """The columns of the key in the union."""
        return [f"_key_{index}" for index, _ in enumerate(self.on)]

    @property
    def parts(self) -> list[str]:
        """The columns that rows are brought together by."""
        return [*self.keys, BUCKET]

    def part_of(self, at: Column) -> Column:
        """Return the part of its key that a position is in."""
        if self.bucket is None:
            only_part = F.lit(0)
            return only_part.cast("bigint")
        return floor_div(at, self.bucket)


def row_name(table: int) -> str:
    """Return the column of a union that has the rows of a right table as structs.

    Examples
    --------
    >>> row_name(0)
    '_row_0'
    """
    return f"_row_{table}"


def by_place(prefix: str, names: Iterable[str]) -> dict[str, Column]:
    """Return columns under the number of their place, as names of both sides may be the same.

    Examples
    --------
    >>> spark.range(1).select(*aliased(by_place("c", ["id"])))
    DataFrame[c0: bigint]
    """
    return {f"{prefix}{place}": named(name) for place, name in enumerate(names)}


def fields_by_place(row: Column, prefix: str, names: Iterable[str]) -> list[Column]:
    """Return the fields of a struct that has columns by their place, under their names.

    Examples
    --------
    >>> row = F.struct(F.lit(7).alias("c0"))
    >>> spark.range(1).select(*fields_by_place(row, "c", ["price"]))
    DataFrame[price: int]
    """
    columns = []
    for place, name in enumerate(names):
        field = row.getField(f"{prefix}{place}")
        columns.append(field.alias(name))

    return columns


def left_rows(df: DataFrame, layout: Layout, at: Column) -> DataFrame:
    """Lay out the rows of this side, those without a key or time spread evenly.

    Parameters
    ----------
    df : DataFrame
    layout : Layout
    at : Column
        The position of a row.

    Returns
    -------
    DataFrame
        *Columns*: the key, `_bucket`, `_at`, `_side` and `_left`, a struct of all columns by their
        place.

    Examples
    --------
    >>> df = spark.sql("SELECT 1 AS id, 5L AS t")
    >>> left_rows(df, Layout(("id",)), F.col("t")).first().asDict()["_left"]
    Row(c0=1, c1=5)
    """
    lacks = _lacks(layout, at)
    place = F.pmod(_hash_of(df, layout), F.lit(SPREAD))
    spread = F.lit(EARLIEST) + place
    part = layout.part_of(at)
    bucket = F.when(lacks, spread).otherwise(part)

    keys = _keys(layout)
    fields = aliased(by_place("c", df.columns))
    return df.select(
        *keys,
        bucket.alias(BUCKET),
        at.alias(AT),
        F.lit(HERE).alias(SIDE),
        F.struct(*fields).alias(LEFT),
    )


def _lacks(layout: Layout, at: Column) -> Column:
    """Return whether a row has no position, or a NULL in its key."""
    keys = map(named, layout.on)
    missing = [value.isNull() for value in (*keys, at)]
    return reduce(or_, missing)


def _keys(layout: Layout) -> list[Column]:
    columns = map(named, layout.on)
    keys = zip(layout.keys, columns, strict=True)
    return aliased(dict(keys))


def _hash_of(df: DataFrame, layout: Layout) -> Column:
    plain = [name for name, kind in df.dtypes if family(kind) in SCALARS]
    hashed = plain or layout.on
    return F.xxhash64(*map(named, hashed))


def left_columns(names: Sequence[str]) -> list[Column]:
    """Return the columns of this side from the union, under their names.

    Examples
    --------
    >>> df = spark.sql("SELECT 1 AS id, 5L AS t")
    >>> left_rows(df, Layout(("id",)), F.col("t")).select(*left_columns(df.columns)).first()
    Row(id=1, t=5)
    """
    return fields_by_place(named(LEFT), "c", names)


def right_rows(
    other: DataFrame,
    layout: Layout,
    table: int,
    place: tuple[Column, Column],
    fields: Mapping[str, Column],
) -> DataFrame:
    """Lay out the rows of the other side, without those that lack a key or a position.

    Parameters
    ----------
    other : DataFrame
    layout : Layout
    table : int
        Its number among the tables of the join.
    place : tuple of two Columns
        The position from which a row holds, and its order among rows at one position.
    fields : mapping of str to Column
        The fields of the struct that stands for a row.

    Returns
    -------
    DataFrame
        *Columns*: the key, `_bucket`, `_at`, `_side` and the struct.

    Examples
    --------
    >>> prices = spark.sql("SELECT 1 AS id, 5L AS t, 9 AS price UNION ALL SELECT NULL, 6L, 7")
    >>> place = (F.col("t"), F.lit(BEFORE))
    >>> rows = right_rows(prices, Layout(("id",)), 0, place, {"v0": F.col("price")})
    >>> [row._row_0 for row in rows.collect()]
    [Row(v0=9)]
    """
    at, side = place
    keys = _keys(layout)
    part = layout.part_of(at)
    row = F.struct(*aliased(fields))

    lacks = _lacks(layout, at)
    complete = other.filter(~lacks)
    return complete.select(
        *keys,
        part.alias(BUCKET),
        at.alias(AT),
        side.alias(SIDE),
        row.alias(row_name(table)),
    )
