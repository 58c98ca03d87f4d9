"""Planning: what is new for a table, as an intent, from the ledger and one look at its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from pyspark.sql import SparkSession

from lakesmith.batch.transform.merged_groups import merges_in
from lakesmith.ledger.events import LedgerEvent, intent_event
from lakesmith.ledger.intent import FilesInput, Intent, TableInput
from lakesmith.ledger.state import TableState
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.runs.rebuild_files import require_planned
from lakesmith.sources.files import whats_new
from lakesmith.sources.upstream import is_retyped, live_spans
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Project
from lakesmith.tables.ref import project_table


@dataclass(frozen=True)
class Planned:
    """The next batch of a table: its intent if there is anything new, files to park, and whether more waits."""

    intent: Intent | None
    parked: tuple[tuple[str, int, int, str], ...] = ()
    more: bool = False
    is_retry: bool = False

    def events(self, table: str, state: TableState) -> list[LedgerEvent]:
        """Return the ledger events that write the plan down."""
        batch = state.batch
        parked = [
            LedgerEvent(
                "parked",
                table,
                state.epoch,
                batch,
                {"files": [list(file) for file in self.parked]},
            )
        ]
        opened = (
            [] if self.intent is None or self.is_retry else [intent_event(self.intent)]
        )
        return (parked if self.parked else []) + opened


@dataclass(frozen=True)
class Planner:
    """Plans batches of one run.

    `states` is the ledger's view; it is read again for each table, since a run moves it on.
    """

    spark: SparkSession
    project: Project
    states: Mapping[str, TableState]
    run_time: str

    def next_batch(self, table: str, tried: Collection[str] = ()) -> Planned:
        """Return what is new for a table; an open intent comes first, as it was written.

        `tried` are the files that this run parked: one that could not be opened waits for the next run.

        Raises
        ------
        WriteError
            LS514 when its rows came from another table than its spec names.
        """
        state = self._state(table)
        if state.open is not None:
            return Planned(state.open, more=True, is_retry=True)
        require_same_upstream(table, self.project.table(table), state)
        origin, name = self.project.table(table).from_.split(".", 1)
        return (
            self._from_files(table, name, state, tried)
            if origin == "sources"
            else self._from_table(table, state)
        )

    def _from_files(
        self, table: str, source: str, state: TableState, tried: Collection[str]
    ) -> Planned:
        where = f"sources.{source}.path"
        parked_before = {
            path: "" if path in tried else reason
            for path, reason in state.parked.items()
        }
        found = whats_new(
            self.spark, self.project.sources[source], state.seen, where, parked_before
        )
        require_planned(table, state, found)
        files = tuple((file.path, file.size, file.mtime) for file in found.files)
        parked = tuple(
            (file.path, file.size, file.mtime, reason) for file, reason in found.parked
        )
        intent = (
            self._intent(table, state, FilesInput(source, files)) if files else None
        )
        return Planned(intent, parked, found.more)

    def _from_table(self, table: str, state: TableState) -> Planned:
        found = new_table_input(self.project, self.states, table)
        if found is None:
            return Planned(None)
        return Planned(
            replace(
                self._intent(table, state, *found),
                retyped=self._is_retyped(table, state, found[0]),
            )
        )

    def _is_retyped(self, table: str, state: TableState, read: TableInput) -> bool:
        if (
            not state.built_by
            or read.since is None
            or merges_in(self.project, table) is None
        ):
            return False
        return is_retyped(
            self.spark, project_table(self.project, read.name), read.since, read.to
        )

    def _intent(
        self,
        table: str,
        state: TableState,
        read: TableInput | FilesInput,
        lookups: Mapping[str, int] | None = None,
    ) -> Intent:
        return Intent(
            table=table,
            epoch=state.epoch,
            batch=state.batch + 1,
            run_time=self.run_time,
            spec_hash=spec_hash(self.project.table(table)),
            input=read,
            lookups=tuple(sorted((lookups or {}).items())),
            first=state.version is None,
            inputs=tuple(sorted(self.project.table(table).inputs.items()))
            if lookups
            else (),
        )

    def _state(self, table: str) -> TableState:
        return self.states.get(table) or TableState(table)


def new_table_input(
    project: Project, states: Mapping[str, TableState], table: str
) -> tuple[TableInput, dict[str, int]] | None:
    """Return the versions that a table has not read yet of the table it is built from, with those of its inputs.

    Where rows are computed anew a new version of an input makes the whole upstream new; rows of
    other tables keep what the input said when they came. None when nothing moved, or something is not there yet.
    """
    spec = project.table(table)
    state = states.get(table) or TableState(table)
    upstream = states.get(spec.from_)
    versions = {
        name: states[source].version if source in states else None
        for name, source in spec.inputs.items()
    }
    lookups = {
        name: version for name, version in versions.items() if version is not None
    }
    if upstream is None or upstream.version is None or len(lookups) < len(versions):
        return None
    is_stale = spec.write.recomputes and any(
        has_moved(states[source], state.lookups.get(name))
        for name, source in spec.inputs.items()
    )
    since = None if is_stale else state.since
    if not has_moved(upstream, since):
        return None
    return TableInput(
        upstream.table, since, upstream.version, _voids_after(upstream, since)
    ), lookups


def has_moved(upstream: TableState, since: int | None) -> bool:
    """Tell whether a table may hold other rows than at a version that was read: maintenance alone moves nothing."""
    if since is None or upstream.version is None:
        return True
    return since != upstream.version and (
        since > upstream.version
        or bool(live_spans(since, upstream.version, upstream.voids))
    )


def _voids_after(
    upstream: TableState, since: int | None
) -> tuple[tuple[int, int], ...]:
    return tuple(
        (low, high) for low, high in upstream.voids if since is None or high > since
    )
