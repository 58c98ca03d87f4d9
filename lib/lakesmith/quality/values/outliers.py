"""Find the fences beyond which a number is an outlier."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.types import Transform

FACTORS = {"iqr": 1.5, "zscore": 3.0, "mad": 3.5}
# Makes the median of the deviations a standard deviation, where values are normal.
_NORMAL = 1.4826


def fences(
    method: str,
    factor: float,
    quantiles: Sequence[float],
    mean: float,
    deviation: float,
) -> tuple[float, float]:
    """Return the least and the greatest number that is no outlier.

    Parameters
    ----------
    method : str
        ``iqr`` (Tukey), ``zscore`` or ``mad`` (Iglewicz and Hoaglin).
    factor : float
        How many ranges or deviations away the fences are.
    quantiles : sequence of float
        Values at equal steps of rank from 0 to 1, sorted.
    mean, deviation : float

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> fences("iqr", 1.5, [0, 1, 2, 3, 10], 3.2, 3.5)
    (-2.0, 6.0)
    >>> fences("zscore", 2, [], 3.0, 1.0)
    (1.0, 5.0)
    """
    if method == "zscore":
        return mean - factor * deviation, mean + factor * deviation
    last = len(quantiles) - 1
    middle = quantiles[last // 2]
    if method == "mad":
        away = sorted(abs(value - middle) for value in quantiles)
        reach = factor * _NORMAL * away[last // 2]
        return middle - reach, middle + reach
    first = quantiles[last // 4]
    third = quantiles[last * 3 // 4]
    reach = factor * (third - first)
    return first - reach, third + reach


def with_fences(method: str, factor: float) -> Transform:
    """Add the exact fences of all values, computed in another pass or two.

    Parameters
    ----------
    method : str
    factor : float

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    One job's stage for each pass. *Columns*: needs ``value`` DOUBLE, without NULL -> adds ``low``
    and ``high`` DOUBLE.

    Examples
    --------
    >>> values = spark.range(5).selectExpr("cast(id AS double) AS value")
    >>> values.transform(with_fences("iqr", 1.5)).select("low", "high").first()
    Row(low=-2.0, high=6.0)
    """
    makers = {"iqr": _by_quartiles, "zscore": _by_deviation, "mad": _by_median}
    return makers[method](factor)


def _by_quartiles(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        quartiles = values.agg(_rank(0.25, "first"), _rank(0.75, "third"))
        reach = factor * (F.col("third") - F.col("first"))
        low = F.col("first") - reach
        high = F.col("third") + reach
        return values.crossJoin(quartiles.select(low.alias("low"), high.alias("high")))

    return apply


def _by_deviation(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        mean = F.avg("value")
        reach = factor * F.stddev_pop("value")
        limits = values.agg((mean - reach).alias("low"), (mean + reach).alias("high"))
        return values.crossJoin(limits)

    return apply


def _by_median(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        middle = values.agg(_rank(0.5, "middle"))
        away = F.abs(F.col("value") - F.col("middle"))
        distances = values.crossJoin(middle).select("middle", away.alias("away"))
        spread = distances.agg(
            F.first("middle").alias("middle"), _rank(0.5, "spread", of="away")
        )
        reach = factor * _NORMAL * F.col("spread")
        low = F.col("middle") - reach
        high = F.col("middle") + reach
        return values.crossJoin(spread.select(low.alias("low"), high.alias("high")))

    return apply


def _rank(rank: float, name: str, of: str = "value") -> Column:
    found = F.expr(f"percentile_disc({rank}) WITHIN GROUP (ORDER BY {of})")
    return found.alias(name)
