"""Make the check `sum`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.sum import Sum
from lakesmith.types import WHOLE

# Holds the sum of as many bigints as a table has rows.
_BIGINTS = "decimal(20,0)"


@batch_check(Sum)
class SumEvaluation(MeasuredEvaluation[Sum]):
    """Judge the sum of the values."""

    noun = "sum"

    def metrics(self) -> dict[str, Column]:
        """Return the sum, exact but of floats, NULL where it has more than 38 digits.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        value = self.value(self.check.column)
        is_whole = self.kind(self.check.column) in WHOLE
        return {self.name(): F.try_sum(value.cast(_BIGINTS) if is_whole else value)}
