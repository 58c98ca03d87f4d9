"""Make the check `distinct_count`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.values.measurement import Measurement, is_undecided
from lakesmith.sketches.estimates import HLL_ERROR, hll
from lakesmith.spec.model.checks.metrics.distinct_count import DistinctCount
from lakesmith.types import Transform

# Of a thousand estimates about three are off by more.
_MARGIN = 3 * HLL_ERROR


@batch_check(DistinctCount)
class DistinctCountEvaluation(MeasuredEvaluation[DistinctCount]):
    """Judge the number of different values.

    It is estimated by a sketch, and counted where a bound is within the error.
    """

    noun = "number of different values"

    def metrics(self) -> dict[str, Column]:
        """Return the estimate.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of bigint.
        """
        name = self.check.column
        value = self.value(name)
        sketch = hll(value, self.kind(name))
        estimate = F.hll_sketch_estimate(sketch)
        number = F.coalesce(estimate, F.lit(0))
        return {self.name(): number}

    def exact(self, metrics: Mapping[str, Any]) -> dict[str, Transform]:
        """Count the values where a bound is within the error of the estimate."""
        estimate = self.measurement(metrics)
        if estimate is None or not is_undecided(self.check.all_bounds(), estimate):
            return {}
        return {self._exact_name(): self._counted}

    def measurement(self, metrics: Mapping[str, Any]) -> Measurement | None:
        """Return the count, else the estimate with its error.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> check = DistinctCount(id="some", column="n", min=2000)
        >>> made = DistinctCountEvaluation(check, BatchScope(Table(from_="bronze.orders")))
        >>> made.measurement({"distinct_count(n)": 1000}).text()
        'about 1000 (976 to 1024, HLL, 3 standard errors)'
        """
        if self._exact_name() in metrics:
            return Measurement(metrics[self._exact_name()])
        value = metrics[self.name()]
        margin = round(value * _MARGIN)
        error = "HLL, 3 standard errors" if margin else ""
        return Measurement(
            value,
            value - margin,
            value + margin,
            error,
        )

    def _exact_name(self) -> str:
        return self.name("exact_distinct_count")

    def _counted(self, rows: DataFrame) -> DataFrame:
        value = self.value(self.check.column)
        return rows.agg(F.count_distinct(value))
