"""A strategy of a user's package: it appends the rows that the table does not have yet."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write.strategies import PlainStrategy, WritePlan
from lakesmith.spec.strategies import Declaration
from lakesmith.tables.commit import CommitId


class AppendUnseen(PlainStrategy):
    """Rows that differ in any column."""

    declaration = Declaration(
        name="append_unseen",
        emits="appends",
        reads="the new input once; all of the table",
        takes=("partition_by",),
        hint="whole rows are compared; take it out",
    )

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Merge by all columns, and insert what matches no row."""
        table = frames.batch.table.sql_name
        pairs = [F.col(f"s.{name}").eqNullSafe(F.col(f"{table}.{name}")) for name in plan.rows.columns]
        is_same = reduce(Column.__and__, pairs)
        plan.rows.alias("s").mergeInto(table, is_same).whenNotMatched().insertAll().merge()


APPEND_UNSEEN = AppendUnseen()
