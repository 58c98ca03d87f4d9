"""The upsert of few keys: their rows are replaced, or only added to, which reads and writes little else."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.errors import WriteError
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.log import newest_commits
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert_plan import UpsertPlan


def replace_keys(rows: DataFrame, table: TableRef, commit: CommitId, plan: UpsertPlan) -> None:
    """Put the rows of the winning keys in place of the table's, in one commit.

    Parameters
    ----------
    rows : DataFrame
    table : TableRef
    commit : CommitId
    plan : UpsertPlan
        ``append_new``, when no row of the table has a winning key, or ``replace_where``.

    Raises
    ------
    WriteError
        LS506 when another commit came after the plan had looked at the table.
    """
    if newest_commits(rows.sparkSession, table, 1)[0].version != plan.version:
        raise WriteError(
            f"{table.name} was changed while its upsert was planned",
            code="LS506",
            where=table.location,
            hint="let nobody else write to the table, and run again: the batch is planned anew",
        )
    # Few keys: one file for each partition they fall in.
    winning = _winning(rows, plan).repartition(1)
    if plan.method == "append_new":
        table.save(writer(winning, commit))
        return
    condition = f"{plan.touched.sql()} AND {plan.winners}"
    table.save(writer(winning, commit, "overwrite").option("replaceWhere", condition))


def _winning(rows: DataFrame, plan: UpsertPlan) -> DataFrame:
    if plan.all_win:
        return rows
    # An id is never negative; Spark would not run a batch at all whose filter it knows to be false.
    return rows.filter(plan.winners if plan.rows else F.monotonically_increasing_id() < 0)
