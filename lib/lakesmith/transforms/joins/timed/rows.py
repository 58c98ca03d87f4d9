"""Lay rows of both sides of an as-of join out in the same columns, so that one union holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, types_of
from lakesmith.transforms.axis import EARLIEST, floor_div
from lakesmith.types import SCALARS, family

AT = "_at"
SIDE = "_side"
LEFT = "_left"
BUCKET = "_bucket"
# At one position, rows of the other side that hold there come before the rows of this side.
BEFORE, HERE, AFTER = 0, 1, 2
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
        return (
            F.lit(0).cast("bigint")
            if self.bucket is None
            else floor_div(at, self.bucket)
        )


def row_name(table: int) -> str:
    """Return the column of a union that has the rows of a right table as structs.

    Examples
    --------
    >>> row_name(0)
    '_row_0'
    """
    return f"_row_{table}"


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
    keys = [named(name) for name in layout.on]
    lacks = reduce(or_, [value.isNull() for value in (*keys, at)])
    spread = F.lit(EARLIEST) + F.pmod(_hash_of(df, keys), F.lit(SPREAD))
    bucket = F.when(lacks, spread).otherwise(layout.part_of(at))
    fields = [named(name).alias(f"c{index}") for index, name in enumerate(df.columns)]
    renamed = [key.alias(name) for key, name in zip(keys, layout.keys, strict=True)]
    return df.select(
        *renamed,
        bucket.alias(BUCKET),
        at.alias(AT),
        F.lit(HERE).alias(SIDE),
        F.struct(*fields).alias(LEFT),
    )


def _hash_of(df: DataFrame, keys: Sequence[Column]) -> Column:
    types = types_of(df)
    plain = [
        named(name)
        for name in df.columns
        if family(types[name.lower()].simpleString()) in SCALARS
    ]
    return F.xxhash64(*(plain or keys))


def left_columns(names: Sequence[str]) -> list[Column]:
    """Return the columns of this side from the union, under their names.

    Examples
    --------
    >>> df = spark.sql("SELECT 1 AS id, 5L AS t")
    >>> left_rows(df, Layout(("id",)), F.col("t")).select(*left_columns(df.columns)).first()
    Row(id=1, t=5)
    """
    left = named(LEFT)
    return [left.getField(f"c{index}").alias(name) for index, name in enumerate(names)]


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
    keys = [named(name) for name in layout.on]
    lacks = reduce(or_, [value.isNull() for value in (*keys, at)])
    renamed = [key.alias(name) for key, name in zip(keys, layout.keys, strict=True)]
    row = F.struct(*[value.alias(name) for name, value in fields.items()])
    return other.filter(~lacks).select(
        *renamed,
        layout.part_of(at).alias(BUCKET),
        at.alias(AT),
        side.alias(SIDE),
        row.alias(row_name(table)),
    )
