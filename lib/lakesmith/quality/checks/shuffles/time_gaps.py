"""Make the check `time_gaps`."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from lakesmith.column_refs import named
from lakesmith.duration import parse_age
from lakesmith.quality.checks.batch.freshness import micros_of
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ROWS, ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.time_gaps import TimeGaps


@batch_check(TimeGaps)
class TimeGapsEvaluation(ShuffleEvaluation[TimeGaps]):
    """Judge how many neighbouring times are too far apart."""

    noun = "number of gaps"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the number of steps that are longer than the longest.

        *Columns*: needs the columns of the check -> exactly one row of bigint.
        """
        time = named(self.check.column)
        groups = [named(name) for name in self.check.by]
        micros = micros_of(time, self.kind(self.check.column))
        in_group = Window.partitionBy(*groups)
        in_order = in_group.orderBy(micros)
        before = F.lag(micros).over(in_order)
        longest = parse_age(self.check.longest) // timedelta(microseconds=1)
        steps = self.rows_with_values(rows).select(
            (micros - before > longest).alias(ROWS)
        )
        return steps.agg(F.count_if(F.col(ROWS)))

    def subject(self) -> str:
        """Return the column and the longest step."""
        return f" of {self.check.column} over {self.check.longest}"

    def name(self, metric: str = "") -> str:
        """Return the name of a metric, which says the longest step."""
        return super().name(metric or f"gaps_over_{self.check.longest}")
