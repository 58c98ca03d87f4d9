"""Make the check `outlier_share`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.beyond_quantile import (
    BeyondQuantileEvaluation,
)
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.values.measurement import Measurement, is_undecided
from lakesmith.quality.values.outliers import METHODS, Distribution, fences, with_fences
from lakesmith.sketches.estimates import KLL_RANK_ERROR, quantiles_of
from lakesmith.spec.model.checks.metrics.outlier_share import FROZEN, OutlierShare
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchScope

_STEPS = 400
_RANKS = [step / _STEPS for step in range(_STEPS + 1)]
# Of a rank between two steps.
_ERROR = KLL_RANK_ERROR + 1 / _STEPS


@batch_check(OutlierShare)
def outlier_share(
    check: OutlierShare, scope: BatchScope
) -> MeasuredEvaluation[OutlierShare]:
    """Return what measures the outliers by the method of a check."""
    is_frozen = check.method == FROZEN
    by = BeyondQuantileEvaluation if is_frozen else OutlierShareEvaluation
    return by(check, scope)


class OutlierShareEvaluation(MeasuredEvaluation[OutlierShare]):
    """Judge the share of values beyond two fences.

    It is estimated by a sketch, and counted where a bound is within the error.
    """

    noun = "share of outliers"

    def metrics(self) -> dict[str, Column]:
        """Return the mean, the deviation and quantiles of the finite values.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of two doubles and an array.
        """
        finite = self._finite()
        return {
            self.name("finite_mean"): F.avg(finite),
            self.name("finite_stddev"): F.stddev_pop(finite),
            self.name("quantiles"): quantiles_of(finite, _RANKS),
        }

    def measured_names(self) -> list[str]:
        """Return the name of the quantiles."""
        return [self.name("quantiles")]

    def exact(self, metrics: Mapping[str, Any]) -> dict[str, Transform]:
        """Count the outliers where a bound is within the error of the estimate."""
        estimate = self.measurement(metrics)
        if estimate is None or not is_undecided(self.check.all_bounds(), estimate):
            return {}
        return {self._exact_name(): self._counted}

    def measurement(self, metrics: Mapping[str, Any]) -> Measurement | None:
        """Return the counted share, else the estimate with its error."""
        if self._exact_name() in metrics:
            return Measurement(metrics[self._exact_name()])
        quantiles = metrics[self.name("quantiles")]
        if quantiles is None:
            return None
        found = Distribution(
            quantiles,
            metrics[self.name("finite_mean")],
            metrics[self.name("finite_stddev")],
            _ERROR,
        )
        limits = fences(self.check.method, found, self._factor())
        least = _share_beyond(quantiles, *limits.far)
        most = _share_beyond(quantiles, *limits.near)
        # Each of two fences has the error of its rank.
        low = max(0.0, least - 2 * _ERROR)
        high = min(1.0, most + 2 * _ERROR)
        return Measurement((least + most) / 2, low, high, "KLL, 99 %")

    def _factor(self) -> float:
        usual = METHODS[self.check.method].factor
        return float(self.check.factor or usual)

    def _finite(self) -> Column:
        number = self.value(self.check.column).cast("double")
        return F.when(number - number == 0, number)

    def _exact_name(self) -> str:
        name = f"{self.check.method}_{self._factor()}"
        return self.name(f"exact_outlier_share_{name}")

    def _counted(self, rows: DataFrame) -> DataFrame:
        finite = self._finite().alias("value")
        values = rows.select(finite).filter("value IS NOT NULL")
        fence = with_fences(self.check.method, self._factor())
        fenced = values.transform(fence)
        value = F.col("value")
        is_below = value < F.col("low")
        is_above = value > F.col("high")
        is_beyond = is_below | is_above
        return fenced.agg(F.avg(is_beyond.cast("double")))


def _share_beyond(quantiles: Sequence[float], low: float, high: float) -> float:
    below = bisect_left(quantiles, low)
    above = len(quantiles) - bisect_right(quantiles, high)
    return min(1.0, (below + above) / len(quantiles))
