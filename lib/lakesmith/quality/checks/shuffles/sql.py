"""Make the check `sql`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ShuffleEvaluation
from lakesmith.quality.checks.shuffles.one_number import one_number
from lakesmith.spec.model.checks.shuffles.sql import Sql


@batch_check(Sql)
class SqlEvaluation(ShuffleEvaluation[Sql]):
    """Judge the number that a query gives."""

    noun = "number"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the number of the query.

        *Columns*: needs what the query names -> exactly one row of a number.
        """
        return one_number(rows.sparkSession.sql(self.check.query, table=rows))

    def name(self, metric: str = "") -> str:
        """Return the query, which is the name of its metric."""
        return self.check.query
