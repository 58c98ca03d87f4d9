"""Rebuild: tables start again from everything that their source has, and everything below them does too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.runs.events import LedgerEvent
from lakesmith.runs.state import TableState
from lakesmith.sources.listing import list_files
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.graph import descendants
from lakesmith.spec.model import Project


def tables_to_rebuild(project: Project, states: dict[str, TableState], select: Collection[str] = ()) -> tuple[str, ...]:
    """Return the selected tables, else those whose spec changed since their last batch, with all that lies below.

    Notes
    -----
    A table below has read changes of versions that a rebuild makes meaningless, so it has no choice.
    """
    roots = select or [name for name in project.table_names() if has_changed(project, states.get(name), name)]
    below = {name for root in roots for name in descendants(project, root)}
    wanted = {*roots, *below}
    return tuple(name for name in project.table_names() if name in wanted and name in states)


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
        LS609 when files are gone whose rows only the table holds.
    """
    for name in tables:
        _require_files(spark, project, states[name], name)
    for name in tables:
        state = states[name]
        yield LedgerEvent("rebuild", name, state.epoch + 1, state.batch, {})


def _require_files(spark: SparkSession, project: Project, state: TableState, name: str) -> None:
    origin, source = project.table(name).from_.split(".", 1)
    if origin != "sources":
        return
    listed = {file.path for file in list_files(spark, project.sources[source], f"sources.{source}.path")}
    gone = sorted(path for path in state.seen if path not in listed and path not in state.parked)
    if gone:
        raise LedgerError(
            f"{len(gone)} file(s) that {name} holds are gone, such as {gone[0]!r}: a rebuild would lose their rows",
            code="LS609",
            where=name,
            hint="put the files back, or leave this table as it is and rebuild those below it by --select",
        )
