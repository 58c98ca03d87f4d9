"""Restore a table to an earlier version under a new epoch."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakesmith.errors import render
from lakesmith.ledger.events import LedgerEvent
from lakesmith.ledger.identity import app_id_of
from lakesmith.ledger.state import TableState
from lakesmith.session.batch import batch_session, ending
from lakesmith.session.failures import first_line
from lakesmith.spec.model import Project
from lakesmith.tables.commit import LOOK_BACK, USER_METADATA
from lakesmith.tables.delta_log.fsync import force_newest
from lakesmith.tables.delta_log.history import newest_commits, newest_version
from lakesmith.tables.ref import TableRef, project_table

RESTORE = "restore"


@dataclass(frozen=True)
class Target:
    """Where a table returns to.

    `version` is what its readers see then (None: nothing), `void_from` the first version that does
    not count any more, `back_to` the last batch that stays.
    """

    version: int | None
    void_from: int
    back_to: int


def restore(
    spark: SparkSession, project: Project, run_id: str, state: TableState, to: Target
) -> LedgerEvent:
    """Restore a table and its quarantine, and return the ledger event.

    Notes
    -----
    RESTORE keeps Delta's idempotent-write ids, so a replay under the same ids would be skipped: the
    epoch is in them. The commit says what it undid, so that a lost ledger can be read from the
    table's own log.
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
    return LedgerEvent("restored", state.table, state.epoch + 1, state.batch, payload)


def _bring_back(session: SparkSession, table: TableRef, to: Target) -> int:
    """Restore a quarantine and its table, and return the newest version of the table."""
    # First: once the table is back, its log says that all is undone, to a run that finds the ledger
    # behind it.
    if table.quarantine.exists(session):
        _restore_quarantine(session, table.quarantine, to.back_to)
    force_newest(table.quarantine)
    if to.void_from == 0:
        table.delete_rows(session)
    elif (
        newest_version(session, table) >= to.void_from
    ):  # else those commits are gone already
        table.restore(session, to.void_from - 1)
    force_newest(table)
    (last,) = newest_commits(session, table, 1)
    return last.version


def _restore_quarantine(
    session: SparkSession, quarantine: TableRef, back_to: int
) -> None:
    """Put back the bad rows that undone batches cleared, and take out those that they added."""
    commits = newest_commits(session, quarantine)
    first = min(
        (one.version for one in commits if one.about.get("batch", 0) > back_to),
        default=0,
    )
    if first > 0:
        _restore_or_warn(session, quarantine, first - 1)
    quarantine.delete_rows(session, f"_batch_id > {back_to}")


def _restore_or_warn(session: SparkSession, quarantine: TableRef, version: int) -> None:
    try:
        quarantine.restore(session, version)
    # its files or its log are gone; the table itself must be undone all the same
    except PySparkException as error:
        what = (
            f"bad rows that an undone batch had cleared from {quarantine.name} are "
            f"lost: {first_line(error)}"
        )
        hint = (
            "they are found again when their input is: rebuild the table, or "
            "backfill their dates"
        )
        warnings.warn(render("LS616", what, quarantine.location, hint), stacklevel=2)


def first_alter(
    session: SparkSession, project: Project, state: TableState
) -> int | None:
    """Return the version in which the newest batch began to change columns, or None."""
    table = project_table(project, state.table)
    app_id = app_id_of(project, state.table, state.epoch, "alter")
    commits = newest_commits(session, table, LOOK_BACK) if table.exists(session) else []
    alters = [
        one
        for one in commits
        if (one.about.get("app_id"), one.about.get("batch")) == (app_id, state.batch)
    ]
    return min((one.version for one in alters), default=None)
