"""Compare the ledger with the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.doctor.findings import Finding
from lakesmith.ledger.commit_walk import is_foreign, is_void
from lakesmith.ledger.rebuild_from_commits import is_missing, is_own
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.delta_log.history import Commit, newest_commits

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.ledger.store import Ledger
    from lakesmith.tables.delta_log.snapshot import LocalTable


def check_state(
    ledger: Ledger, table: LocalTable, is_readable: bool
) -> Iterator[Finding]:
    """Yield where the ledger and one table differ."""
    state = ledger.state(table.name)
    yield from _unfinished(state, ledger.table.ref.location)
    behind = list(_behind(state, table))
    yield from behind
    if is_readable and not behind:
        yield from _ahead(state, table)


def _unfinished(state: TableState, where: str) -> Iterator[Finding]:
    if state.open:
        what = f"batch {state.open.batch} was planned and is not known to be done"
        yield Finding(
            "info", "LS629", state.table, what, where, "run again: it is finished first"
        )
    if state.refused:
        what = f"batch {state.batch} was refused by the gate; it is not visible"
        hint = (
            "see `lakesmith quality`; the next run undoes it, `lakesmith run "
            f"--accept {state.table}` publishes it"
        )
        yield Finding("warning", "LS630", state.table, what, where, hint)


def _behind(state: TableState, table: LocalTable) -> Iterator[Finding]:
    refused = (state.refused or {}).get("version")
    known = max(
        version for version in (state.version, refused, -1) if version is not None
    )
    head = _head(table)
    if known > head:
        is_at = f"ends at version {head}" if head >= 0 else "has no commit"
        what = f"the ledger counts version {known} as done, the table {is_at}"
        run_id = next(
            (mark.run_id for mark in state.marks if (mark.version or 0) > head), "R"
        )
        hint = (
            "put the commits back from a copy, or `lakesmith rollback --run "
            f"{run_id}` and run again"
        )
        yield Finding("error", "LS631", table.name, what, str(table.root), hint)


def _ahead(state: TableState, table: LocalTable) -> Iterator[Finding]:
    newer = [
        commit
        for commit in _commits_since(table, state.version)
        if not is_void(commit, state)
    ]
    unknown = [
        commit
        for commit in newer
        if is_own(commit, table.name) and is_missing(commit, state)
    ]
    if unknown:
        what = (
            f"{len(unknown)} commit(s) of Lakesmith's are not in the ledger, the "
            f"newest is {unknown[0].version}"
        )
        hint = "run again: the next run adopts what landed"
        yield Finding("warning", "LS632", table.name, what, str(table.root), hint)
    foreign = [commit for commit in newer if is_foreign(commit)]
    if foreign:
        what = f"commit {foreign[0].version} ({foreign[0].operation}) was written by something else"
        hint = f"to undo it, restore version {state.version}; write to the table through its feed"
        yield Finding("warning", "LS633", table.name, what, str(table.root), hint)


def _commits_since(table: LocalTable, version: int | None) -> list[Commit]:
    head = _head(table)
    since = -1 if version is None else version
    if head > since:
        return newest_commits(None, table.ref, min(head - since, LOOK_BACK))
    return []


def _head(table: LocalTable) -> int:
    if table.log.head is None:
        return -1
    return table.log.head
