"""Replace or add the rows of an upsert with few keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import WriteError
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.delta_log.history import newest_version

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef
    from lakesmith.tables.upsert.plan_upsert import UpsertPlan


def replace_keys(
    rows: DataFrame, table: TableRef, commit: CommitId, plan: UpsertPlan
) -> None:
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
    winning = rows if plan.all_win else rows.filter(plan.winners)
    replace_rows(
        winning, table, commit, f"{plan.touched.sql()} AND {plan.winners}", plan.version
    )


def replace_rows(
    rows: DataFrame, table: TableRef, commit: CommitId, predicate: str, version: int
) -> None:
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
    require_version(rows.sparkSession, table, version)
    # Few rows: one file for each partition they fall in.
    table.save(
        writer(rows.repartition(1), commit, "overwrite").option(
            "replaceWhere", predicate
        )
    )


def require_version(session: SparkSession, table: TableRef, version: int) -> None:
    """Raise LS506 unless a version is the table's newest."""
    if newest_version(session, table) != version:
        raise changed_meanwhile(table)


def changed_meanwhile(table: TableRef) -> WriteError:
    """Return LS506 for a table that another writer changed while its batch was planned.

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> changed_meanwhile(TableRef("silver.a", "/lake/silver/a")).what
    'silver.a was changed while its batch was planned'
    """
    return WriteError(
        f"{table.name} was changed while its batch was planned",
        code="LS506",
        where=table.location,
        hint="let no other writer use the table, and run again; the batch is planned again",
    )
