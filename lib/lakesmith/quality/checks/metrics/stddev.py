"""Make the check `stddev`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.stddev import Stddev


@batch_check(Stddev)
class StddevEvaluation(MeasuredEvaluation[Stddev]):
    """Judge the standard deviation of the values, which needs two of them."""

    noun = "standard deviation"

    def metrics(self) -> dict[str, Column]:
        """Return the standard deviation of the sample.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        number = self.value(self.check.column).cast("double")
        deviation = F.stddev_samp(number)
        has_several = F.count(number) > 1
        return {self.name(): F.when(has_several, deviation)}
