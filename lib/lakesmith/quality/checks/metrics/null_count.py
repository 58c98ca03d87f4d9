"""Make the check `null_count`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.metrics.null_count import NullCount


@batch_check(NullCount)
class NullCountEvaluation(MeasuredEvaluation[NullCount]):
    """Judge how many values are NULL."""

    noun = "number of NULL"

    def metrics(self) -> dict[str, Column]:
        """Return the number of rows without a value.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        is_null = named(self.check.column).isNull()
        return {self.name(): F.count_if(self._all(is_null))}

    def _all(self, condition: Column) -> Column:
        where = self.batch_condition()
        return condition if where is None else condition & where
