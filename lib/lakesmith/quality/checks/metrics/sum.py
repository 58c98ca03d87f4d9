"""Make the check `sum`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.check_result import CheckResult, error_result
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.sum import Sum
from lakesmith.types import WHOLE

# Holds the sum of as many bigints as a table has rows.
_BIGINTS = "decimal(20,0)"
_VALUES = "values"


@batch_check(Sum)
class SumEvaluation(MeasuredEvaluation[Sum]):
    """Judge the sum of the values."""

    noun = "sum"

    def metrics(self) -> dict[str, Column]:
        """Return the sum, exact but of floats, and the number of values.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        value = self.value(self.check.column)
        is_whole = self.kind(self.check.column) in WHOLE
        summed = value.cast(_BIGINTS) if is_whole else value
        total = F.try_sum(summed)
        given = F.count(value)
        return {
            self.name(): total,
            self.name(_VALUES): given,
        }

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Judge the sum. One that no decimal holds cannot be judged."""
        total = metrics[self.name()]
        is_lost = total is None and metrics[self.name(_VALUES)] > 0
        if is_lost:
            return error_result(self.check, "the sum has more than 38 digits")
        return super().result(metrics)
