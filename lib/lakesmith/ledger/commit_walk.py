"""Find commits of other writers before a batch is written on top of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.ledger.state import TableState
from lakesmith.tables.delta_log.history import Commit, newest_commits
from lakesmith.tables.delta_log.operations import moves_rows
from lakesmith.tables.ref import TableRef


def undone_spans(
    spark: SparkSession, table: TableRef, state: TableState
) -> list[tuple[int, int]]:
    """Return the spans of versions whose changes a RESTORE of another writer took back.

    Parameters
    ----------
    spark : SparkSession
    table : TableRef
    state : TableState
        What the ledger knows of the table.

    Returns
    -------
    list of (int, int)
        First and last version of each span: together they change nothing, and tables below must not
        read them.

    Raises
    ------
    InputError
        LS211 when rows were changed and the change stands.

    Notes
    -----
    Maintenance (OPTIMIZE, VACUUM, properties) changes no row and is nobody's business.
    """
    if state.version is None or not table.exists(spark):
        return []
    head = newest_commits(spark, table, 1)[0].version
    if head <= state.version:
        return []
    commits = {
        commit.version: commit
        for commit in newest_commits(spark, table, head - state.version)
    }
    return list(_walk(table, state, commits, head))


def _walk(
    table: TableRef, state: TableState, commits: Mapping[int, Commit], head: int
) -> Iterator[tuple[int, int]]:
    """Yield commits from the head to the ledger's version, without those that a RESTORE undid."""
    version = head
    known = state.version or 0
    while version > known:
        low = next((low for low, high in state.voids if low <= version <= high), None)
        commit = commits.get(version)
        if low is not None:
            version = low - 1
        elif commit is None or not is_foreign(commit):
            version -= 1
        elif commit.restored_to is None:
            raise _changed(table, commit, known)
        else:
            yield commit.restored_to + 1, version
            version = commit.restored_to
    if version < known:
        raise _changed(table, commits[head], known)


def is_foreign(commit: Commit) -> bool:
    """Tell whether a commit of others may have changed rows."""
    is_mine = str(commit.about.get("app_id", "")).startswith("lakesmith/")
    return not is_mine and moves_rows(commit.operation)


def _changed(table: TableRef, commit: Commit, known: int) -> InputError:
    return InputError(
        f"version {commit.version} of {table.name} ({commit.operation}) "
        "was not written by Lakesmith",
        code="LS211",
        where=table.location,
        hint=f"take the change back (RESTORE the table to version {known}) and run again: "
        "a batch on top of rows "
        "that no input accounts for would hide the difference; nothing was written",
    )
