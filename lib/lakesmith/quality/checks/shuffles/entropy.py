"""Make the check `entropy`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.entropy import Entropy


@batch_check(Entropy)
class EntropyEvaluation(ShuffleEvaluation[Entropy]):
    """Judge the entropy of the values, in nats (Shannon)."""

    noun = "entropy"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the entropy, 0 where all rows have one value.

        *Columns*: needs the column of the check -> exactly one row of double.
        """
        count = F.col(ROWS)
        total = F.sum(count)
        return self.value_counts(rows).agg(
            F.ln(total) - F.sum(count * F.ln(count)) / total
        )
