"""Notice commits of other writers before a batch is written on top of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import InputError
from lakesmith.tables.delta_log.history import (
    Commit,
    newest_commits,
    newest_version,
    standing,
)
from lakesmith.tables.delta_log.operations import moves_rows

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.tables.ref import TableRef


def undone_spans(
    spark: SparkSession, table: TableRef, state: TableState
) -> list[tuple[int, int]]:
    """Return the versions in which another writer changed rows and undid it by a RESTORE.

    Parameters
    ----------
    spark : SparkSession
    table : TableRef
    state : TableState
        What the ledger knows of the table.

    Returns
    -------
    list of (int, int)
        First and last version of each span. Together they change nothing, and downstream tables
        must not read them.

    Raises
    ------
    InputError
        LS211 when rows were changed and the change stands.

    Notes
    -----
    Maintenance (OPTIMIZE, VACUUM, properties) changes no row and is ignored.
    """
    if state.version is None or not table.exists(spark):
        return []
    head = newest_version(spark, table)
    if head <= state.version:
        return []
    newer = newest_commits(spark, table, head - state.version)
    live = standing(newer, voids=state.voids)
    return list(_undone(live, table, state.version))


def _undone(
    live: Iterator[Commit], table: TableRef, known: int
) -> Iterator[tuple[int, int]]:
    for commit in live:
        if not is_foreign(commit):
            continue
        if commit.restored_to is None or commit.restored_to < known:
            raise _changed(table, commit, known)
        yield commit.restored_to + 1, commit.version


def is_foreign(commit: Commit) -> bool:
    """Return whether a commit of another writer may have changed rows.

    Examples
    --------
    >>> is_foreign(Commit(3, 0, "DELETE", {}, {})), is_foreign(Commit(3, 0, "OPTIMIZE", {}, {}))
    (True, False)
    >>> is_foreign(Commit(3, 0, "MERGE", {"app_id": "lakesmith/local/silver.orders/0/main"}, {}))
    False
    """
    is_own = str(commit.metadata.get("app_id", "")).startswith("lakesmith/")
    return not is_own and moves_rows(commit.operation)


def is_void(commit: Commit, state: TableState) -> bool:
    """Return whether a commit is one of those that together changed no row.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> is_void(Commit(3, 0, "MERGE", {}, {}), TableState("silver.orders", voids=[(2, 3)]))
    True
    """
    return any(low <= commit.version <= high for low, high in state.voids)


def _changed(table: TableRef, commit: Commit, known: int) -> InputError:
    return InputError(
        f"version {commit.version} of {table.name} ({commit.operation}) was not written by "
        "Lakesmith",
        code="LS211",
        where=table.location,
        hint=f"undo the change (RESTORE the table to version {known}) and run again. A batch on "
        "top of rows that no input accounts for would hide the difference. Nothing was written",
    )
