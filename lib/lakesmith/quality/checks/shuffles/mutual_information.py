"""Make the check `mutual_information`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from lakesmith.column_refs import named
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.mutual_information import MutualInformation


@batch_check(MutualInformation)
class MutualInformationEvaluation(ShuffleEvaluation[MutualInformation]):
    """Judge what one column says of another, in nats (Shannon)."""

    noun = "mutual information"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the mutual information, 0 where the columns are independent.

        *Columns*: needs both columns of the check -> exactly one row of double.
        """
        pairs = self.value_counts(rows)
        left, right = (
            F.sum(ROWS).over(Window.partitionBy(named(name))) for name in self.columns()
        )
        of_left = left.alias("_left")
        of_right = right.alias("_right")
        shares = pairs.select(ROWS, of_left, of_right)
        count = F.col(ROWS)
        of_pair = F.ln(count) - F.ln("_left")
        logs = of_pair - F.ln("_right")
        total = F.sum(count)
        weighted = F.sum(count * logs) / total
        return shares.agg(F.ln(total) + weighted)

    def rows_with_values(self, rows: DataFrame) -> DataFrame:
        """Return the rows that count and have both values.

        *Columns*: as they are.
        """
        return (
            super().rows_with_values(rows).filter(named(self.check.other).isNotNull())
        )
