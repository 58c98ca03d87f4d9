"""The upsert of few keys: their rows are replaced, which reads and writes little else."""

from __future__ import annotations

from pyspark.sql import DataFrame

from lakesmith.errors import WriteError
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.log import newest_commits
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert_plan import UpsertPlan


def replace_keys(rows: DataFrame, table: TableRef, commit: CommitId, plan: UpsertPlan) -> None:
    """Put the rows of the winning keys in place of the table's, in one commit.

    Raises
    ------
    WriteError
        LS506 when another commit came after the plan had looked at the table.
    """
    winning = rows if plan.all_win else rows.filter(plan.winners)
    replace_rows(winning, table, commit, f"{plan.touched.sql()} AND {plan.winners}", plan.version)


def replace_rows(rows: DataFrame, table: TableRef, commit: CommitId, predicate: str, version: int) -> None:
    """Put few rows in place of those that meet a predicate, in one commit.

    Parameters
    ----------
    rows : DataFrame
        They meet the predicate too.
    table : TableRef
    commit : CommitId
    predicate : str
        SQL of literals.
    version : int
        The version of the table that the rows were made from.

    Raises
    ------
    WriteError
        LS506 when another commit came after it.
    """
    if newest_commits(rows.sparkSession, table, 1)[0].version != version:
        raise WriteError(
            f"{table.name} was changed while its batch was planned",
            code="LS506",
            where=table.location,
            hint="let nobody else write to the table, and run again: the batch is planned anew",
        )
    # Few rows: one file for each partition they fall in.
    table.save(writer(rows.repartition(1), commit, "overwrite").option("replaceWhere", predicate))
