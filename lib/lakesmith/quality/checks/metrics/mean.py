"""Make the check `mean`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.mean import Mean


@batch_check(Mean)
class MeanEvaluation(MeasuredEvaluation[Mean]):
    """Judge the mean of the values."""

    noun = "mean"

    def metrics(self) -> dict[str, Column]:
        """Return the mean, NaN where a value is.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        number = self.value(self.check.column).cast("double")
        return {self.name(): F.avg(number)}
