"""Give each row of a join by range once for each cell, where it meets rows of the other side."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, null
from lakesmith.transforms.joins.timed.spans import Span, level_of
from lakesmith.types import Transform


def place_of(span: Span, width: int) -> Column:
    """Return what decides which spans a span meets, as one struct.

    Examples
    --------
    >>> place = place_of(Span(F.col("id")), 10)
    >>> spark.range(7, 8).select(place.alias("place")).first().place
    Row(begin=7, end=None, level=0)
    """
    end = null("bigint") if span.end is None else span.end
    level = level_of(span, width)
    return F.struct(
        span.begin.alias("begin"),
        end.alias("end"),
        level.alias("level"),
    )


def span_in(place: str, is_point: bool) -> Span:
    """Return the span in a column that `place_of` gives.

    Examples
    --------
    >>> rows = spark.range(7, 8).select(place_of(Span(F.col("id")), 10).alias("place"))
    >>> rows.select(span_in("place", is_point=True).begin).first()[0]
    7
    """
    begin = named(place).getField("begin")
    end = named(place).getField("end")
    return Span(begin) if is_point else Span(begin, end)


def level_in(place: str) -> Column:
    """Return the level in a column that `place_of` gives.

    Examples
    --------
    >>> rows = spark.range(7, 8).select(place_of(Span(F.col("id")), 10).alias("place"))
    >>> rows.select(level_in("place")).first()[0]
    0
    """
    return named(place).getField("level")


def in_each_cell(levels: Column, is_single: bool, level: str, bucket: str) -> Transform:
    """Give each row once for each bucket of each level.

    Parameters
    ----------
    levels : Column
        As `levels_of` gives them.
    is_single : bool
        Whether each level has one bucket.
    level, bucket : str
        The columns to add.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: adds `level` INT and `bucket`.

    Examples
    --------
    >>> levels = F.array(F.lit(4), F.lit(0))
    >>> spark.range(1).transform(in_each_cell(levels, True, "level", "bucket")).collect()
    [Row(id=0, level=0, bucket=4), Row(id=0, level=1, bucket=0)]
    """

    def apply(rows: DataFrame) -> DataFrame:
        of_level = F.posexplode(levels)
        placed = rows.select("*", of_level.alias(level, bucket))
        if is_single:
            return placed
        each = F.explode(named(bucket))
        return placed.withColumn(bucket, each)

    return apply
