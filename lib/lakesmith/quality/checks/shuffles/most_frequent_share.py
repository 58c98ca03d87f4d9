"""Make the check `most_frequent_share`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.most_frequent_share import MostFrequentShare


@batch_check(MostFrequentShare)
class MostFrequentShareEvaluation(ShuffleEvaluation[MostFrequentShare]):
    """Judge which share of the rows has the most frequent value."""

    noun = "share of the most frequent value"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the greatest share of a value.

        *Columns*: needs the column of the check -> exactly one row of double.
        """
        counts = self.value_counts(rows)
        share = F.max(ROWS) / F.sum(ROWS)
        return counts.agg(share)
