"""Make the check `unique_share`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.unique_share import UniqueShare


@batch_check(UniqueShare)
class UniqueShareEvaluation(ShuffleEvaluation[UniqueShare]):
    """Judge which share of the values no other row has."""

    noun = "share of unique values"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the share of rows whose value is theirs alone.

        *Columns*: needs the column of the check -> exactly one row of double.
        """
        unique = F.count_if(F.col(ROWS) == 1)
        counts = self.value_counts(rows)
        share = unique / F.sum(ROWS)
        return counts.agg(share)
