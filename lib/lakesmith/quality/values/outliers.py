"""Find the fences beyond which a number is an outlier."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.types import Transform

# Makes the median of the deviations a standard deviation, where values are normal.
_NORMAL = 1.4826


class Range(NamedTuple):
    """The least and the greatest value that a number may have."""

    low: float
    high: float

    def plus(self, other: Range) -> Range:
        """Return the range of the sum.

        Examples
        --------
        >>> Range(1, 2).plus(Range(10, 20))
        Range(low=11, high=22)
        """
        low = self.low + other.low
        high = self.high + other.high
        return Range(low, high)

    def minus(self, other: Range) -> Range:
        """Return the range of the difference.

        Examples
        --------
        >>> Range(10, 20).minus(Range(1, 2))
        Range(low=8, high=19)
        """
        low = self.low - other.high
        high = self.high - other.low
        return Range(low, high)

    def times(self, factor: float) -> Range:
        """Return the range of the product with a factor that is not negative.

        Examples
        --------
        >>> Range(1, 2).times(3)
        Range(low=3, high=6)
        """
        low = factor * self.low
        high = factor * self.high
        return Range(low, high)


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
        Range(low=1, high=1)
        >>> Distribution([0, 1, 2, 3, 10], 3.2, 3.5, error=0.01).at(0.25)
        Range(low=0, high=2)
        """
        return _within(self.quantiles, rank, self.error)


def _within(sorted_values: Sequence[float], rank: float, error: float) -> Range:
    last = len(sorted_values) - 1
    lowest = math.floor((rank - error) * last)
    highest = math.ceil((rank + error) * last)
    first = max(lowest, 0)
    final = min(highest, last)
    return Range(sorted_values[first], sorted_values[final])


@dataclass(frozen=True)
class Fences:
    """Hold between which numbers the fences are, beyond which a number is an outlier.

    Parameters
    ----------
    low, high : Range
        The least and the greatest number that each fence may be.
    """

    low: Range
    high: Range

    @property
    def near(self) -> tuple[float, float]:
        """The fences that leave out the most."""
        return self.low.high, self.high.low

    @property
    def far(self) -> tuple[float, float]:
        """The fences that leave out the least."""
        return self.low.low, self.high.high


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
    low, high = third.minus(first)
    apart = Range(max(0.0, low), high)
    reach = apart.times(factor)
    return Fences(first.minus(reach), third.plus(reach))


def _near_mean(found: Distribution, factor: float) -> Fences:
    reach = factor * found.deviation
    low = found.mean - reach
    high = found.mean + reach
    return Fences(Range(low, low), Range(high, high))


def _near_median(found: Distribution, factor: float) -> Fences:
    middle = found.at(0.5)
    spread = _spread(found, middle)
    reach = spread.times(factor * _NORMAL)
    return Fences(middle.minus(reach), middle.plus(reach))


def _spread(found: Distribution, middle: Range) -> Range:
    """Return between which numbers the median of the distances from the median is."""
    # A distance has the ranks of two values, and their steps.
    least, greatest = middle
    quantiles = found.quantiles
    error = 0.0
    if found.error:
        steps = len(quantiles) - 1
        error = 2 * (found.error + 1 / steps)
    away = sorted(abs(value - least) for value in quantiles)
    low, high = _within(away, 0.5, error)
    shift = greatest - least
    nearest = max(0.0, low - shift)
    return Range(nearest, high + shift)


def _by_quartiles(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        first = F.col("first")
        third = F.col("third")
        quartiles = values.agg(_rank(0.25, "first"), _rank(0.75, "third"))
        apart = third - first
        reach = factor * apart
        limits = _limits(first - reach, third + reach)
        return values.crossJoin(quartiles.select(*limits))

    return apply


def _by_deviation(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        mean = F.avg("value")
        deviation = F.stddev_pop("value")
        reach = factor * deviation
        limits = _limits(mean - reach, mean + reach)
        return values.crossJoin(values.agg(*limits))

    return apply


def _by_median(factor: float) -> Transform:
    def apply(values: DataFrame) -> DataFrame:
        median = values.agg(_rank(0.5, "middle"))
        beside = values.crossJoin(median)
        middle = F.col("middle")
        away = F.abs(F.col("value") - middle)
        distances = beside.select(middle, away.alias("away"))
        kept = F.first("middle").alias("middle")
        spread = distances.agg(kept, _rank(0.5, "spread", of="away"))
        times = factor * _NORMAL
        reach = times * F.col("spread")
        limits = _limits(middle - reach, middle + reach)
        return values.crossJoin(spread.select(*limits))

    return apply


def _limits(low: Column, high: Column) -> tuple[Column, Column]:
    return low.alias("low"), high.alias("high")


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
