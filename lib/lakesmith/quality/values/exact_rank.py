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
        rounded = F.col("value").cast("double").alias("rounded")
        given = values.filter("value IS NOT NULL").select("value", rounded)
        middle = given.agg(_rounded_at(rank), F.count(F.lit(1)).alias("count"))
        beside = given.crossJoin(F.broadcast(middle))

        below = F.count_if(F.col("rounded") < F.col("middle")).alias("below")
        counts = beside.groupBy("count").agg(below)
        same = beside.filter("rounded = middle").groupBy("value").count()
        up_to = F.sum("count").over(Window.orderBy("value")).alias("up_to")
        ranked = same.select("value", up_to)

        wanted = F.greatest(F.ceil(F.lit(rank) * F.col("count")), F.lit(1))
        is_reached = F.col("up_to") >= wanted - F.col("below")
        reached = ranked.crossJoin(F.broadcast(counts)).filter(is_reached)
        return reached.agg(F.min("value").alias("value"))

    return apply


def _rounded_at(rank: float) -> Column:
    found = F.expr(f"percentile_disc({rank}) WITHIN GROUP (ORDER BY rounded)")
    return found.alias("middle")
