"""Rebuild: tables start again from everything that their source has, and everything below them does too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pyspark.sql import SparkSession

from lakesmith.runs.events import LedgerEvent
from lakesmith.runs.must_read import files_to_read, require_files
from lakesmith.runs.schema_diff import schema_diff, verdict_on
from lakesmith.runs.state import TableState
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import descendants
from lakesmith.spec.model import Project


def tables_to_rebuild(
    project: Project,
    states: dict[str, TableState],
    select: Collection[str] = (),
    spark: SparkSession | None = None,
) -> tuple[str, ...]:
    """Return the selected tables, else those whose spec changed since their last batch, with all downstream of them.

    Notes
    -----
    A table downstream has read changes of versions that a rebuild makes meaningless, so it has no choice. With a
    session, a table whose columns on disk differ from what its source declares counts as changed too.
    """
    changed = [
        name
        for name in project.table_names()
        if has_changed(project, states.get(name), name) or _has_other_columns(spark, project, states.get(name), name)
    ]
    roots = select or changed
    downstream = {name for root in roots for name in descendants(project, root)}
    wanted = {*roots, *downstream}
    return tuple(name for name in project.table_names() if name in wanted and name in states)


def _has_other_columns(spark: SparkSession | None, project: Project, state: TableState | None, name: str) -> bool:
    """Return True where the next batch would be refused, since a source declares other columns than the table has."""
    if spark is None or state is None or not project.table(name).from_.startswith("sources."):
        return False
    changes = schema_diff(spark, project, name, state)
    return bool(verdict_on(project.table(name).on_schema_change, changes))


def has_changed(project: Project, state: TableState | None, name: str) -> bool:
    """Tell whether a table was built by another spec than it has now."""
    return state is not None and bool(state.spec_hash) and state.spec_hash != spec_hash(project.table(name))


def rebuild_events(
    spark: SparkSession, project: Project, states: dict[str, TableState], tables: Sequence[str]
) -> Iterator[LedgerEvent]:
    """Return the events that start tables anew; their published versions stay until the run publishes.

    Raises
    ------
    LedgerError
        LS609 when files whose rows the table holds are gone, changed, or not readable as declared today. Nothing is
        changed then.
    """
    for name in tables:
        _require_files(spark, project, states[name], name)
    for name in tables:
        state = states[name]
        must_read = {"must_read": files_to_read(state)} if state.seen or state.must_read else {}
        yield LedgerEvent("rebuild", name, state.epoch + 1, state.batch, must_read)


def _require_files(spark: SparkSession, project: Project, state: TableState, name: str) -> None:
    origin, source = project.table(name).from_.split(".", 1)
    if origin == "sources":
        require_files(spark, name, project.sources[source], f"sources.{source}.path", state)
