"""Find the fences beyond which a number is an outlier."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.types import Transform

# Makes the median of the deviations a standard deviation, where values are normal.
_NORMAL = 1.4826


Range = tuple[float, float]


@dataclass(frozen=True)
class Distribution:
    """Hold what is known of numbers without looking at them again.

    Parameters
    ----------
    quantiles : sequence of float
        Values at equal steps of rank from 0 to 1, sorted.
    mean, deviation : float
    error : float
        How far the rank of a quantile may be from the one that it stands at.
    """

    quantiles: Sequence[float]
    mean: float
    deviation: float
    error: float = 0.0

    def at(self, rank: float) -> Range:
        """Return the least and the greatest value that the quantile of a rank may have.

        Examples
        --------
        >>> Distribution([0, 1, 2, 3, 10], 3.2, 3.5).at(0.25)
        (1, 1)
        >>> Distribution([0, 1, 2, 3, 10], 3.2, 3.5, error=0.01).at(0.25)
        (0, 2)
        """
        return _within(self.quantiles, rank, self.error)


def _within(sorted_values: Sequence[float], rank: float, error: float) -> Range:
    last = len(sorted_values) - 1
    low = math.floor((rank - error) * last)
    high = math.ceil((rank + error) * last)
    return sorted_values[max(low, 0)], sorted_values[min(high, last)]


@dataclass(frozen=True)
class Fences:
    """Hold between which numbers the fences are, beyond which a number is an outlier.

    Parameters
    ----------
    low, high : tuple of float
        The least and the greatest number that each fence may be.
    """

    low: Range
    high: Range

    @property
    def near(self) -> Range:
        """The fences that leave out the most."""
        return self.low[1], self.high[0]

    @property
    def far(self) -> Range:
        """The fences that leave out the least."""
        return self.low[0], self.high[1]


@dataclass(frozen=True)
class Method:
    """Hold how the fences of outliers are found, by one method.

    Parameters
    ----------
    factor : float
        How many ranges or deviations away the fences are, where the check does not say it.
    estimated : callable
        Takes a distribution and the factor, returns the fences.
    exact : callable
        Takes the factor, returns a DataFrame -> DataFrame that adds ``low`` and ``high`` DOUBLE to
        a column ``value`` DOUBLE without NULL.
    """

    factor: float
    estimated: Callable[[Distribution, float], Fences]
    exact: Callable[[float], Transform]


def _near_quartiles(found: Distribution, factor: float) -> Fences:
    first = found.at(0.25)
    third = found.at(0.75)
    least = factor * max(0.0, third[0] - first[1])
    most = factor * (third[1] - first[0])
    low = (first[0] - most, first[1] - least)
    high = (third[0] + least, third[1] + most)
    return Fences(low, high)


def _near_mean(found: Distribution, factor: float) -> Fences:
    reach = factor * found.deviation
    low = found.mean - reach
    high = found.mean + reach
    return Fences((low, low), (high, high))


def _near_median(found: Distribution, factor: float) -> Fences:
    middle = found.at(0.5)
    spread = _spread(found, middle)
    least = factor * _NORMAL * spread[0]
    most = factor * _NORMAL * spread[1]
    low = (middle[0] - most, middle[1] - least)
    high = (middle[0] + least, middle[1] + most)
    return Fences(low, high)


def _spread(found: Distribution, middle: Range) -> Range:
    """Return between which numbers the median of the distances from the median is."""
    # A distance has the ranks of two values, and their steps.
    step = 1 / (len(found.quantiles) - 1)
    error = 2 * (found.error + step) if found.error else 0.0
    away = sorted(abs(value - middle[0]) for value in found.quantiles)
    low, high = _within(away, 0.5, error)
    shift = middle[1] - middle[0]
    return max(0.0, low - shift), high + shift


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


def fences(method: str, found: Distribution, factor: float) -> Fences:
    """Return between which numbers the fences of outliers are.

    Examples
    --------
    >>> fences("iqr", Distribution([0, 1, 2, 3, 10], 3.2, 3.5), 1.5).near
    (-2.0, 6.0)
    >>> fences("zscore", Distribution([], 3.0, 1.0), 2).near
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
