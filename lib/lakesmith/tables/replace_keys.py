"""The upsert of few keys: their rows are replaced, or added where there are none; little else is read or written."""

from __future__ import annotations

from pyspark.sql import DataFrame

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
        No ``merge``.

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
    winning = rows if plan.all_win else rows.filter(plan.winners)
    # New rows go this way too: a plain append would land beside somebody else's row of the same key, unnoticed.
    condition = f"{plan.touched.sql()} AND {plan.winners}"
    # Few keys: one file for each partition they fall in.
    table.save(writer(winning.repartition(1), commit, "overwrite").option("replaceWhere", condition))
