"""Make the check `decreases`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from lakesmith.column_refs import named
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.decreases import Decreases


@batch_check(Decreases)
class DecreasesEvaluation(ShuffleEvaluation[Decreases]):
    """Judge how many rows have a smaller value than the one before them."""

    noun = "number of decreases"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the number of rows that are smaller; rows of equal order are sorted by the value.

        *Columns*: needs the columns of the check -> exactly one row of bigint.
        """
        value = named(self.check.column)
        groups = [named(name) for name in self.check.by]
        order = [named(name) for name in self.check.order_by]
        in_group = Window.partitionBy(*groups)
        in_order = in_group.orderBy(*order, value)
        before = F.lag(value).over(in_order)
        is_smaller = value < before
        if self.check.strict:
            is_smaller = value <= before
        marked = self.rows_with_values(rows).select(is_smaller.alias(ROWS))
        return marked.agg(F.count_if(F.col(ROWS)))

    def subject(self) -> str:
        """Return the column and its order."""
        return (
            f" of {self.check.column} in the order of {', '.join(self.check.order_by)}"
        )

    def name(self, metric: str = "") -> str:
        """Return the name of a metric, which says its groups, and whether equal values count."""
        strict = "strict_" if self.check.strict else ""
        groups = f" by {','.join(self.check.by)}" if self.check.by else ""
        return super().name(metric or f"{strict}decreases") + groups
