"""Plan the next batch of a table from the ledger and one look at its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.batch.transform.merged_groups import merges_in
from lakesmith.ledger.events import LedgerEvent, intent_event, parked_event
from lakesmith.ledger.intent import Intent, next_intent
from lakesmith.ledger.state import TableState
from lakesmith.ledger.upstream_change import require_same_upstream
from lakesmith.observe.references import References
from lakesmith.runs.rebuild_files import require_planned
from lakesmith.sources.base import Known, Source
from lakesmith.sources.registry import reader_of, source_of
from lakesmith.spec.graph import references

if TYPE_CHECKING:
    from lakesmith.sources.slices import ParkedPart, Slice, Slices
    from lakesmith.spec.model import Project


@dataclass(frozen=True)
class Planned:
    """The next batch of a table.

    `intent` is None when nothing is new. `parked` are the parts of its `source` to leave out, and
    `more` is True when bounds left something for a later batch.
    """

    intent: Intent | None
    source: Source | None = field(default=None, compare=False)
    parked: tuple[ParkedPart, ...] = ()
    more: bool = False
    is_retry: bool = False

    @property
    def new(self) -> str:
        """What the batch reads, in words.

        Examples
        --------
        >>> Planned(None).new
        ''
        """
        if self.source is None or self.intent is None:
            return ""
        return self.source.describe(self.intent.input)

    def events(self, state: TableState) -> list[LedgerEvent]:
        """Return the ledger events that write the plan down.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> piece = Slice("files", "orders", {"files": []})
        >>> intent = Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", piece)
        >>> [event.event for event in Planned(intent).events(TableState("bronze.orders"))]
        ['intent']
        >>> Planned(intent, is_retry=True).events(TableState("bronze.orders"))
        []
        """
        events = []
        if self.source is not None and self.parked:
            events.append(parked_event(state, self.source, self.parked))
        if self.intent is not None and not self.is_retry:
            events.append(intent_event(self.intent))
        return events


@dataclass(frozen=True)
class Planner:
    """Plans batches of one run.

    `states` is the ledger's view; it is read again for each table, since a run moves it on. A trial
    writes nothing.
    """

    spark: SparkSession
    project: Project
    states: Mapping[str, TableState]
    run_time: str
    is_trial: bool = False

    def next_batch(self, table: str, tried: Collection[str] = ()) -> Planned:
        """Return what is new for a table.

        An open intent comes first, as it was written.

        Parameters
        ----------
        table : str
        tried : collection of str
            The parts that this run parked. One that could not be opened waits for the next run.

        Returns
        -------
        Planned

        Raises
        ------
        WriteError
            LS514 when its rows came from another table than its spec names.
        StepError
            LS331, LS332 when its steps need statistics that are not frozen.
        """
        state = self.states.get(table) or TableState(table)
        source = source_of(self.project, table)
        if state.open is not None:
            reader = reader_of(self.project, table, state.open.input)
            return Planned(state.open, reader, more=True, is_retry=True)
        require_same_upstream(table, self.project.table(table), state)
        position = state.positions.get(source.key, {})
        known = known_to(self.states, state, tried, self.is_trial)
        found = source.next_slice(self.spark, position, known)
        require_planned(table, state, found)
        return Planned(
            self._intent(state, source, found), source, found.parked, found.more
        )

    def _intent(
        self, state: TableState, source: Source, found: Slices
    ) -> Intent | None:
        if found.new is None:
            return None
        spec = self.project.table(state.table)
        known = {name: self.states[name].version for name in references(spec)}
        read = {name: version for name, version in known.items() if version is not None}
        return next_intent(
            spec,
            state,
            found.new,
            self.run_time,
            lookups=found.lookups,
            compared=read,
            frozen=References(self.spark, self.project).planned(state.table),
            first=state.version is None,
            retyped=self._is_retyped(state, source, found.new),
        )

    def _is_retyped(self, state: TableState, source: Source, piece: Slice) -> bool:
        if not state.built_by or merges_in(self.project, state.table) is None:
            return False
        return source.is_retyped(self.spark, piece)


def known_to(
    states: Mapping[str, TableState],
    state: TableState,
    tried: Collection[str] = (),
    is_trial: bool = False,
) -> Known:
    """Return what a source may ask to know what is new for a table.

    Examples
    --------
    >>> state = TableState("silver.orders", lookups={"rates": 3})
    >>> known_to({}, state).lookups
    {'rates': 3}
    """
    return Known(states, state.lookups, tried, is_trial)
