"""Restore a table to an earlier version under a new epoch."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakesmith.errors import render
from lakesmith.ledger.events import LedgerEvent
from lakesmith.ledger.identity import app_id_of
from lakesmith.session.batch import batch_session, ending
from lakesmith.session.failures import first_line
from lakesmith.tables.commit import USER_METADATA, recent_commits
from lakesmith.tables.delta_log.fsync import force_newest
from lakesmith.tables.delta_log.history import newest_commits, newest_version
from lakesmith.tables.ref import TableRef, project_table

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project

RESTORE = "restore"


@dataclass(frozen=True)
class Target:
    """Describe where a table returns to.

    Parameters
    ----------
    version : int, optional
        What its readers see then, None for nothing.
    void_from : int
        The first version that no longer counts.
    back_to : int
        The last batch that stays.
    """

    version: int | None
    void_from: int
    back_to: int


def restore(
    spark: SparkSession, project: Project, run_id: str, state: TableState, to: Target
) -> LedgerEvent:
    """Restore a table and its quarantine, and return the ledger event.

    Parameters
    ----------
    spark : SparkSession
    project : Project
    run_id : str
    state : TableState
        What the ledger knows of the table.
    to : Target

    Returns
    -------
    LedgerEvent
        ``restored``, in a new epoch.

    Notes
    -----
    RESTORE keeps Delta's idempotent-write ids, so a replay under the same ids would be skipped.
    That is why the epoch is in them. The commit records what it undid, so that a lost ledger can be
    rebuilt from the table's own log.
    """
    table = project_table(project, state.table)
    app_id = app_id_of(project, state.table, state.epoch, RESTORE)
    about = {
        "app_id": app_id,
        "epoch": state.epoch + 1,
        "batch": state.batch,
        "run_id": run_id,
        **to.__dict__,
    }
    with ending(batch_session(spark)) as session:
        session.conf.set(USER_METADATA, json.dumps(about, sort_keys=True))
        last = _bring_back(session, table, to)
    payload = {"version": to.version, "void": [to.void_from, last]}
    return LedgerEvent(
        "restored",
        state.table,
        state.epoch + 1,
        state.batch,
        payload,
    )


def _bring_back(session: SparkSession, table: TableRef, to: Target) -> int:
    """Restore a quarantine and its table, and return the newest version of the table."""
    # The quarantine comes first. Once the table is restored, its log tells a run with an older
    # ledger that all is undone.
    if table.quarantine.exists(session):
        _restore_quarantine(session, table.quarantine, to.back_to)
    force_newest(table.quarantine)
    if to.void_from == 0:
        table.delete_rows(session)
    # Without such commits they are undone already.
    elif newest_version(session, table) >= to.void_from:
        table.restore(session, to.void_from - 1)
    force_newest(table)
    return newest_version(session, table)


def _restore_quarantine(
    session: SparkSession, quarantine: TableRef, back_to: int
) -> None:
    """Restore the bad rows that undone batches cleared, and delete those that they added."""
    undone = [
        commit.version
        for commit in newest_commits(session, quarantine)
        if commit.metadata.get("batch", 0) > back_to
    ]
    first = min(undone, default=0)
    if first > 0:
        _restore_or_warn(session, quarantine, first - 1)
    quarantine.delete_rows(session, f"_batch_id > {back_to}")


def _restore_or_warn(session: SparkSession, quarantine: TableRef, version: int) -> None:
    try:
        quarantine.restore(session, version)
    # Its files or its log were deleted. The table itself must be undone all the same.
    except PySparkException as error:
        what = (
            f"bad rows that an undone batch had cleared from {quarantine.name} are "
            f"lost: {first_line(error)}"
        )
        hint = (
            "rebuild the table or backfill the affected dates to re-create these "
            "quarantine rows"
        )
        warnings.warn(render("LS616", what, quarantine.location, hint), stacklevel=2)


def first_alter(
    session: SparkSession, project: Project, state: TableState
) -> int | None:
    """Return the version in which the newest batch began to change columns, or None."""
    table = project_table(project, state.table)
    app_id = app_id_of(project, state.table, state.epoch, "alter")
    commits = recent_commits(session, table)
    alters = [
        commit.version
        for commit in commits
        if commit.metadata.get("app_id") == app_id
        and commit.metadata.get("batch") == state.batch
    ]
    return min(alters, default=None)
