"""Find the fences beyond which a number is an outlier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.types import Transform

# Makes the median of the deviations a standard deviation, where values are normal.
_NORMAL = 1.4826


@dataclass(frozen=True)
class Distribution:
    """Hold what is known of numbers without looking at them again.

    Parameters
    ----------
    quantiles : sequence of float
        Values at equal steps of rank from 0 to 1, sorted.
    mean, deviation : float
    """

    quantiles: Sequence[float]
    mean: float
    deviation: float


@dataclass(frozen=True)
class Method:
    """Hold how the fences of outliers are found, by one method.

    Parameters
    ----------
    factor : float
        How many ranges or deviations away the fences are, where the check does not say it.
    estimated : callable
        Takes a distribution and the factor, returns the least and the greatest number that is no
        outlier.
    exact : callable
        Takes the factor, returns a DataFrame -> DataFrame that adds ``low`` and ``high`` DOUBLE to
        a column ``value`` DOUBLE without NULL.
    """

    factor: float
    estimated: Callable[[Distribution, float], tuple[float, float]]
    exact: Callable[[float], Transform]


def _near_quartiles(found: Distribution, factor: float) -> tuple[float, float]:
    last = len(found.quantiles) - 1
    first = found.quantiles[last // 4]
    third = found.quantiles[last * 3 // 4]
    reach = factor * (third - first)
    return first - reach, third + reach


def _near_mean(found: Distribution, factor: float) -> tuple[float, float]:
    reach = factor * found.deviation
    return found.mean - reach, found.mean + reach


def _near_median(found: Distribution, factor: float) -> tuple[float, float]:
    half = (len(found.quantiles) - 1) // 2
    middle = found.quantiles[half]
    distances = [abs(value - middle) for value in found.quantiles]
    away = sorted(distances)
    reach = factor * _NORMAL * away[half]
    return middle - reach, middle + reach


def _by_quartiles(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        quartiles = values.agg(_rank(0.25, "first"), _rank(0.75, "third"))
        apart = F.col("third") - F.col("first")
        reach = factor * apart
        low = F.col("first") - reach
        high = F.col("third") + reach
        limits = quartiles.select(low.alias("low"), high.alias("high"))
        return values.crossJoin(limits)

    return apply


def _by_deviation(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        mean = F.avg("value")
        reach = factor * F.stddev_pop("value")
        low = mean - reach
        high = mean + reach
        limits = values.agg(low.alias("low"), high.alias("high"))
        return values.crossJoin(limits)

    return apply


def _by_median(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        middle = values.agg(_rank(0.5, "middle"))
        difference = F.col("value") - F.col("middle")
        away = F.abs(difference)
        distances = values.crossJoin(middle).select("middle", away.alias("away"))
        spread = distances.agg(
            F.first("middle").alias("middle"), _rank(0.5, "spread", of="away")
        )
        reach = factor * _NORMAL * F.col("spread")
        low = F.col("middle") - reach
        high = F.col("middle") + reach
        limits = spread.select(low.alias("low"), high.alias("high"))
        return values.crossJoin(limits)

    return apply


def _rank(rank: float, name: str, of: str = "value") -> Column:
    found = F.expr(f"percentile_disc({rank}) WITHIN GROUP (ORDER BY {of})")
    return found.alias(name)


# Tukey; the three-sigma rule; Iglewicz and Hoaglin.
METHODS = {
    "iqr": Method(1.5, _near_quartiles, _by_quartiles),
    "zscore": Method(3.0, _near_mean, _by_deviation),
    "mad": Method(3.5, _near_median, _by_median),
}


def fences(method: str, found: Distribution, factor: float) -> tuple[float, float]:
    """Return the least and the greatest number that is no outlier.

    Examples
    --------
    >>> fences("iqr", Distribution([0, 1, 2, 3, 10], 3.2, 3.5), 1.5)
    (-2.0, 6.0)
    >>> fences("zscore", Distribution([], 3.0, 1.0), 2)
    (1.0, 5.0)
    """
    return METHODS[method].estimated(found, factor)


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
    *Columns*: needs ``value`` DOUBLE, without NULL -> adds ``low`` and ``high`` DOUBLE.

    Examples
    --------
    >>> values = spark.range(5).selectExpr("cast(id AS double) AS value")
    >>> values.transform(with_fences("iqr", 1.5)).select("low", "high").first()
    Row(low=-2.0, high=6.0)
    """
    return METHODS[method].exact(factor)
