"""Make the checks `quantile` and `median`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.values.exact_rank import value_at
from lakesmith.quality.values.measurement import Measurement, is_undecided
from lakesmith.sketches.estimates import KLL_RANK_ERROR, is_rounded, quantiles_of
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.metrics.median import Median
from lakesmith.spec.model.checks.metrics.quantile import Quantile
from lakesmith.types import Transform

M = TypeVar("M", bound=Measured)
_ERROR = "KLL, 99 %"
# A double holds each whole number up to this one.
_EXACT_WHOLE = 2**53 - 1


class RankEvaluation(MeasuredEvaluation[M]):
    """Judge the value of a rank, which is a value that is there.

    It is estimated by a sketch, and computed where a bound is within the error.
    """

    def rank(self) -> float:
        """Return the share of values that are not above the asked one."""
        raise NotImplementedError

    def metrics(self) -> dict[str, Column]:
        """Return the estimates of the rank, and of those as far below and above as its error.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of an array of three.
        """
        ranks = [
            self.rank() - KLL_RANK_ERROR,
            self.rank(),
            self.rank() + KLL_RANK_ERROR,
        ]
        inside = [min(max(rank, 0.0), 1.0) for rank in ranks]
        return {self.name(): quantiles_of(self._number(), inside)}

    def exact(self, metrics: Mapping[str, Any]) -> dict[str, Transform]:
        """Compute the value where a bound is within the error of the estimate."""
        estimate = self.measurement(metrics)
        if estimate is None or not is_undecided(self.check.all_bounds(), estimate):
            return {}
        return {self._exact_name(): self._computed}

    def measurement(self, metrics: Mapping[str, Any]) -> Measurement | None:
        """Return the computed value, else the estimate with its error."""
        if self._exact_name() in metrics:
            return Measurement(metrics[self._exact_name()])
        found = metrics[self.name()]
        if found is None:
            return None
        low, value, high = found
        if self._is_rounded(value):
            low = math.nextafter(low, -math.inf)
            high = math.nextafter(high, math.inf)
        return Measurement(value, low, high, _ERROR if low < high else "")

    def _is_rounded(self, value: float) -> bool:
        kind = self.kind(self._column())
        is_small = kind == "bigint" and abs(value) <= _EXACT_WHOLE
        return is_rounded(kind) and not is_small

    def name(self, metric: str = "") -> str:
        """Return the name of a metric, which says the rank too."""
        return super().name(metric or f"quantile_{self.rank()}")

    def _column(self) -> str:
        return self.check.named_columns()["column"]

    def _number(self) -> Column:
        number = self.value(self._column()).cast("double")
        # 0.0 for -0.0, whose text differs.
        return number + F.lit(0.0)

    def _exact_name(self) -> str:
        return self.name(f"exact_quantile_{self.rank()}")

    def _computed(self, rows: DataFrame) -> DataFrame:
        if is_rounded(self.kind(self._column())):
            given = rows.select(self.value(self._column()).alias("value"))
            return given.transform(value_at(self.rank()))
        number = self._number()
        is_finite = number - number == 0
        finite = F.when(is_finite, number).alias("value")
        values = rows.select(finite)
        return values.agg(
            F.expr(f"percentile_disc({self.rank()}) WITHIN GROUP (ORDER BY value)")
        )


@batch_check(Quantile)
class QuantileEvaluation(RankEvaluation[Quantile]):
    """Judge a quantile."""

    noun = "quantile"

    def rank(self) -> float:
        """Return the rank that the check names."""
        return float(self.check.quantile)


@batch_check(Median)
class MedianEvaluation(RankEvaluation[Median]):
    """Judge the median, of an even number of values the lower one."""

    noun = "median"

    def rank(self) -> float:
        """Return the half."""
        return 0.5
