"""Rebuild tables and all that is downstream of them from everything that their source has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.events import PARTS_PER_EVENT, LedgerEvent
from lakesmith.ledger.source_settings import other_settings
from lakesmith.runs.rebuild_files import files_to_read
from lakesmith.runs.spec_differences import schema_diff
from lakesmith.sources.registry import source_of
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import descendants
from lakesmith.spec.rules.history import follows_newest
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model import Project


def tables_to_rebuild(
    project: Project,
    states: dict[str, TableState],
    select: Collection[str] = (),
    other: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the selected or else the changed tables, with all that is downstream of them.

    A table has changed when its spec has, since its last batch.

    `other` are tables that changed otherwise, such as by the columns of their source.

    Notes
    -----
    A downstream table has read versions that a rebuild makes meaningless, so it has no choice.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Project
    >>> gold = {"a": {"from": "silver.x"}, "b": {"from": "gold.a"}}
    >>> project = Project.model_validate({"name": "p", "tables": {"gold": gold}})
    >>> states = {name: TableState(name) for name in ("gold.a", "gold.b")}
    >>> tables_to_rebuild(project, states, select=["gold.a"])
    ('gold.a', 'gold.b')
    """
    changed = [
        name
        for name in project.table_names()
        if has_changed(project, states.get(name), name)
    ]
    roots = select or [*changed, *other]
    downstream = {name for root in roots for name in descendants(project, root)}
    wanted = {*roots, *downstream}
    return tuple(
        name for name in project.table_names() if name in wanted and name in states
    )


def has_changed(project: Project, state: TableState | None, name: str) -> bool:
    """Return whether a table was built by another spec than it has now.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Project
    >>> tables = {"gold": {"a": {"from": "silver.b"}}}
    >>> project = Project.model_validate({"name": "p", "tables": tables})
    >>> has_changed(project, TableState("gold.a", spec_hash="older"), "gold.a")
    True
    """
    return (
        state is not None
        and bool(state.spec_hash)
        and state.spec_hash != spec_hash(project.table(name))
    )


def require_versions(
    project: Project,
    states: Mapping[str, TableState],
    tables: Iterable[str],
    named: Collection[str] = (),
) -> None:
    """Refuse to rebuild histories whose upstream has only the newest rows, but for those named.

    Raises
    ------
    LedgerError
        LS618, naming the tables.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.example import example_project
    >>> states = {"bronze.a": TableState("bronze.a", version=3)}
    >>> require_versions(example_project(), states, ["bronze.a"])
    """
    losing = [
        name
        for name in tables
        if name not in named
        and states[name].version is not None
        and follows_newest(project, name)
    ]
    if not losing:
        return
    upstreams = dict.fromkeys(project.table(name).from_ for name in losing)
    raise LedgerError(
        f"{', '.join(losing)} would lose the versions that {', '.join(upstreams)} has no more",
        code="LS618",
        where=losing[0],
        hint=f"add --select {losing[0]} to rebuild it with the versions that are left",
    )


def rebuild_events(
    spark: SparkSession,
    project: Project,
    states: dict[str, TableState],
    tables: Sequence[str],
    named: Collection[str] = (),
) -> Iterator[LedgerEvent]:
    """Return the events that start tables from scratch.

    Their published versions stay until the run publishes. `named` are those that the user names.

    Raises
    ------
    LedgerError
        LS609 when files whose rows only the table holds are missing, changed or not readable; LS618
        for a history that is not named and whose upstream has only the newest rows.
    """
    require_versions(project, states, tables, named)
    needed = {
        name: files_to_read(spark, project, states[name], name) for name in tables
    }
    for name, files in needed.items():
        yield from _events(states[name], files)


def _events(state: TableState, files: Sequence[str]) -> Iterator[LedgerEvent]:
    """Return the event that starts a table again, and more where many files are to be read."""
    chunks = [
        files[start : start + PARTS_PER_EVENT]
        for start in range(0, len(files), PARTS_PER_EVENT)
    ]
    for index, chunk in enumerate(chunks or [()]):
        payload: dict[str, Any] = {"files": list(chunk)} if chunk else {}
        payload |= {"more": True} if index else {}
        yield LedgerEvent("rebuild", state.table, state.epoch + 1, state.batch, payload)


def changed_by_source(
    spark: SparkSession, project: Project, states: dict[str, TableState]
) -> tuple[str, ...]:
    """Return the tables that land a source which has changed since its rows were read.

    It declares other columns than the table has, or its files are read by other settings, such as
    another encoding.
    """
    return tuple(
        name
        for name in project.table_names()
        if name in states
        and project.table(name).source_name
        and _has_other_source(spark, project, states[name])
    )


def _has_other_source(spark: SparkSession, project: Project, state: TableState) -> bool:
    name = state.table
    if schema_diff(spark, project, name, state):
        return True
    table = project_table(project, name)
    source = source_of(project, name)
    return bool(other_settings(spark, table, state, source))
