"""Make the check `correlation`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.correlation import Correlation


@batch_check(Correlation)
class CorrelationEvaluation(MeasuredEvaluation[Correlation]):
    """Judge the correlation of two columns, of the rows that have both."""

    noun = "correlation"

    def metrics(self) -> dict[str, Column]:
        """Return the correlation of Pearson, NULL where a column has one value only.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        values = [self.value(name) for name in self.columns()]
        left, right = [value.cast("double") for value in values]
        both = left.isNotNull() & right.isNotNull()
        pair = [F.when(both, value) for value in (left, right)]
        first, second = [F.stddev_pop(value) for value in pair]
        spread = first * second
        # Spark's own `corr` throws where a column has one value only.
        together = F.covar_pop(*pair)
        return {self.name(): F.try_divide(together, spread)}
