"""Make the check `unique_across_history`."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.quality.checks.batch.evaluation import EarlierKeys
from lakesmith.quality.checks.batch.unique import duplicates
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ShuffleEvaluation
from lakesmith.spec.model.checks.shuffles.unique_across_history import (
    UniqueAcrossHistory,
)


@batch_check(UniqueAcrossHistory)
class UniqueAcrossHistoryEvaluation(ShuffleEvaluation[UniqueAcrossHistory]):
    """Judge how many rows repeat the key of an earlier one."""

    noun = "number of rows that repeat an earlier one"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return how many rows of a whole table repeat a key.

        *Columns*: needs the columns of the check -> exactly one row of bigint.
        """
        condition = self.table_condition()
        counted = rows if condition is None else rows.filter(condition)
        return counted.transform(duplicates(self.columns()))

    def earlier_keys(self) -> dict[str, EarlierKeys]:
        """Return the key that no row of the batch may share with an earlier row."""
        written = {name.lower(): name for name in self.scope.columns}
        columns = [written.get(name.lower(), name) for name in self.columns()]
        keys = EarlierKeys(
            tuple(columns),
            self.table_condition(),
            self.check.key_filter,
        )
        return {self.name(): keys}

    def plan_note(self) -> str:
        """Say what is read of the table."""
        if self.check.key_filter:
            return "probes the filter of earlier keys, then looks up those it may have"
        return "reads the key columns of the files that can have a key of the batch"

    def subject(self) -> str:
        """Return the columns of the key."""
        names = " and ".join(self.columns())
        return f" by {names}"
