"""Find the value of a rank exactly, also where a double would round it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.types import Transform


def value_at(rank: float) -> Transform:
    """Return the value that this share of the values is not above.

    Parameters
    ----------
    rank : float
        0 to 1.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs ``value``, a number; NULL is left out -> one row with ``value``, in its type,
    NULL without any.

    Doubles are in the order of the numbers that they are rounded from. So the rank is looked for
    among doubles, and then among the few numbers that are rounded to the one of this rank.

    Examples
    --------
    >>> values = spark.sql("SELECT explode(array(9007199254740993, 9007199254740992)) AS value")
    >>> values.transform(value_at(0.5)).first().value, values.transform(value_at(1.0)).first().value
    (9007199254740992, 9007199254740993)
    """

    def apply(values: DataFrame) -> DataFrame:
        rounded = F.col("value").cast("double")
        given = values.filter("value IS NOT NULL")
        both = given.select("value", rounded.alias("rounded"))
        total = F.count("rounded").alias("count")
        middle = both.agg(_rounded_at(rank), total)
        beside = both.crossJoin(F.broadcast(middle))

        is_below = F.col("rounded") < F.col("middle")
        below = F.count_if(is_below).alias("below")
        counts = beside.groupBy("count").agg(below)
        same = beside.filter("rounded = middle")
        ranked = _running_counts(same)

        with_counts = ranked.crossJoin(F.broadcast(counts))
        reached = with_counts.filter(_is_reached(rank))
        least = F.min("value")
        return reached.agg(least.alias("value"))

    return apply


def _running_counts(values: DataFrame) -> DataFrame:
    """Count for each value those up to it."""
    per_value = values.groupBy("value").count()
    in_order = Window.orderBy("value")
    up_to = F.sum("count").over(in_order)
    running = up_to.alias("up_to")
    return per_value.select("value", running)


def _is_reached(rank: float) -> Column:
    share = F.lit(rank) * F.col("count")
    place = F.ceil(share)
    wanted = F.greatest(place, F.lit(1))
    within = wanted - F.col("below")
    return F.col("up_to") >= within


def _rounded_at(rank: float) -> Column:
    found = F.expr(f"percentile_disc({rank}) WITHIN GROUP (ORDER BY rounded)")
    return found.alias("middle")
