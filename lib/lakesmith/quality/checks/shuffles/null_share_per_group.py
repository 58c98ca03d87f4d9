"""Make the check `null_share_per_group`."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.null_share_per_group import NullSharePerGroup


@batch_check(NullSharePerGroup)
class NullSharePerGroupEvaluation(ShuffleEvaluation[NullSharePerGroup]):
    """Judge the greatest share of NULL in a group."""

    noun = "greatest share of NULL in a group"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the greatest share of rows without a value in a group.

        *Columns*: needs the columns of the check -> exactly one row of double.
        """
        condition = self.table_condition()
        counted = rows if condition is None else rows.filter(condition)
        groups = [named(name) for name in self.check.by]
        is_null = named(self.check.column).isNull().cast("double")
        share = F.avg(is_null).alias(ROWS)
        by_group = counted.groupBy(*groups).agg(share)
        return by_group.agg(F.max(ROWS))

    def subject(self) -> str:
        """Return the column and the groups."""
        groups = ", ".join(self.check.by)
        return f" of {self.check.column} by {groups}"
