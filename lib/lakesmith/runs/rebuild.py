"""Rebuild: tables start again from everything that their source has, and everything below them does too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.ledger.events import FILES_PER_EVENT, LedgerEvent
from lakesmith.ledger.state import TableState
from lakesmith.runs.rebuild_files import files_to_read
from lakesmith.runs.schema_change import schema_diff
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import descendants
from lakesmith.spec.model import Project


def tables_to_rebuild(
    project: Project,
    states: dict[str, TableState],
    select: Collection[str] = (),
    other: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the selected tables, else those whose spec changed since their last batch, with all downstream.

    `other` are tables that changed otherwise, such as by the columns of their source.

    Notes
    -----
    A table below has read changes of versions that a rebuild makes meaningless, so it has no choice.
    """
    changed = [
        name
        for name in project.table_names()
        if has_changed(project, states.get(name), name)
    ]
    roots = select or [*changed, *other]
    below = {name for root in roots for name in descendants(project, root)}
    wanted = {*roots, *below}
    return tuple(
        name for name in project.table_names() if name in wanted and name in states
    )


def has_changed(project: Project, state: TableState | None, name: str) -> bool:
    """Tell whether a table was built by another spec than it has now."""
    return (
        state is not None
        and bool(state.spec_hash)
        and state.spec_hash != spec_hash(project.table(name))
    )


def rebuild_events(
    spark: SparkSession,
    project: Project,
    states: dict[str, TableState],
    tables: Sequence[str],
) -> Iterator[LedgerEvent]:
    """Return the events that start tables anew; their published versions stay until the run publishes.

    Raises
    ------
    LedgerError
        LS609 when files whose rows only the table holds are gone, changed or not readable.
    """
    needed = {
        name: files_to_read(spark, project, states[name], name) for name in tables
    }
    for name, files in needed.items():
        yield from _events(states[name], files)


def _events(state: TableState, files: Sequence[str]) -> Iterator[LedgerEvent]:
    """Return the event that starts a table again, and more of them where the files to read are many."""
    chunks = [
        files[start : start + FILES_PER_EVENT]
        for start in range(0, len(files), FILES_PER_EVENT)
    ]
    for index, chunk in enumerate(chunks or [()]):
        said: dict[str, Any] = {"files": list(chunk)} if chunk else {}
        more = {"more": True} if index else {}
        yield LedgerEvent(
            "rebuild", state.table, state.epoch + 1, state.batch, said | more
        )


def other_columns(
    spark: SparkSession, project: Project, states: dict[str, TableState]
) -> tuple[str, ...]:
    """Return the tables that land a source which declares other columns than the table on disk has."""
    landed = [
        name
        for name in project.table_names()
        if project.table(name).from_.startswith("sources.")
    ]
    return tuple(
        name
        for name in landed
        if name in states and schema_diff(spark, project, name, states[name])
    )
