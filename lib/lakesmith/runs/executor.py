"""Run the tables wave by wave through the graph, independent ones in parallel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from pyspark.sql import SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.record import BatchRecord
from lakesmith.batch.run import run_batch
from lakesmith.errors import LakesmithError, LedgerError, SparkGone
from lakesmith.ledger.commit_walk import is_foreign, undone_spans
from lakesmith.ledger.events import (
    LedgerEvent,
    done_event,
    intent_event,
    parked_event,
)
from lakesmith.ledger.identity import positions
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.rebuild_from_commits import is_missing, is_own
from lakesmith.ledger.store import Ledger
from lakesmith.observe.events import BatchFinished, BatchStarted, RunEvent
from lakesmith.observe.results import Parked, TableResult
from lakesmith.observe.table_tally import Tally
from lakesmith.runs.planner import Planned, Planner
from lakesmith.runs.rebuild_files import require_none
from lakesmith.session.batch import batch_session, describe_jobs, ending
from lakesmith.session.failures import cause_of
from lakesmith.sources.registry import source_of
from lakesmith.spec.graph import descendants
from lakesmith.spec.model import Project
from lakesmith.tables.commit import find
from lakesmith.tables.delta_log.history import newest_commits, newest_version
from lakesmith.tables.ref import project_table

# Batches that ended so are planned again from what the source has by then.
DROPPED_BY = ("LS502", "LS609")

OnEvent = Callable[[RunEvent], None]


@dataclass(frozen=True)
class BatchOutcome:
    """Hold the record of one batch, or the error that stopped it."""

    intent: Intent
    record: BatchRecord | None
    error: Exception | None
    seconds: float


@dataclass
class Executor:
    """Runs batches until no source has anything new.

    After `run`, `tallies` holds the result of each table, and the ledger's staged events its dones.
    """

    spark: SparkSession
    project: Project
    ledger: Ledger
    run_time: str
    on_event: OnEvent
    tallies: dict[str, Tally] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)
    again: bool = False
    retried: set[str] = field(default_factory=set)

    def run(self, waves: Sequence[Sequence[str]]) -> None:
        """Run all waves, again and again while bounded batches leave something."""
        self.tallies = {table: Tally(table) for wave in waves for table in wave}
        more = True
        while more:
            self.again = False
            more = any([self._run_wave(wave) for wave in waves]) or self.again

    def result(self, table: str) -> TableResult:
        """Return the result of a table so far."""
        return self.tallies[table].result(self.blocked.get(table, ""))

    def _run_wave(self, wave: Sequence[str]) -> bool:
        """Plan the tables of a wave, write the intents and run the batches."""
        planned = {
            table: self._plan(table) for table in wave if table not in self.blocked
        }
        for table, plan in planned.items():
            self.ledger.stage(*plan.events(self.ledger.state(table)))
        self.retried = {table for table, plan in planned.items() if plan.is_retry}
        intents = [plan.intent for plan in planned.values() if plan.intent is not None]
        if not intents:
            return any(plan.more for plan in planned.values())
        self._run_batches(intents)
        return any(
            plan.more for table, plan in planned.items() if table not in self.blocked
        )

    def run_planned(self, wave: Sequence[Intent]) -> None:
        """Write and run batches that a caller planned, without those of blocked tables."""
        self.tallies |= {intent.table: Tally(intent.table) for intent in wave}
        intents = [intent for intent in wave if intent.table not in self.blocked]
        self.ledger.stage(*[intent_event(intent) for intent in intents])
        self._run_batches(intents)

    def _run_batches(self, intents: Sequence[Intent]) -> None:
        self.ledger.flush(self.spark)
        with ThreadPoolExecutor(self.project.parallel) as pool:
            for outcome in pool.map(self._run_batch, intents):
                self._close(outcome)

    def _plan(self, table: str) -> Planned:
        planner = Planner(self.spark, self.project, self.ledger.states, self.run_time)
        try:
            planned = planner.next_batch(
                table, {one.path for one in self.tallies[table].parked}
            )
            if planned.intent is not None:
                self._look_for_foreign(table)
        except Exception as error:
            cause = cause_of(error, self.spark)
            if not isinstance(cause, LakesmithError | OSError):
                raise
            self._block(table, cause)
            return Planned(None)
        source = self.project.table(table).from_
        self.tallies[table].park(
            [Parked(source, one.part, one.reason) for one in planned.parked]
        )
        return planned

    def _look_for_foreign(self, table: str) -> None:
        """Refuse a table that another writer changed."""
        state = self.ledger.state(table)
        spans = undone_spans(self.spark, project_table(self.project, table), state)
        if spans:
            payload = {"voids": [list(span) for span in spans]}
            self.ledger.stage(
                LedgerEvent("undone", table, state.epoch, state.batch, payload)
            )

    def _run_batch(self, intent: Intent) -> BatchOutcome:
        run_id = self.ledger.run_id
        self.on_event(
            BatchStarted(run_id, intent.table, intent.batch, positions(intent))
        )
        started = time.monotonic()
        try:
            with ending(batch_session(self.spark)) as session:
                describe_jobs(session, f"{intent.table} batch {intent.batch}")
                record = run_batch(self._batch(intent, session))
            return BatchOutcome(intent, record, None, time.monotonic() - started)
        except (
            Exception
        ) as error:  # kept, reported in the result, and raised by the run as its cause
            return BatchOutcome(
                intent, None, cause_of(error, self.spark), time.monotonic() - started
            )

    def _close(self, outcome: BatchOutcome) -> None:
        table = outcome.intent.table
        intent = outcome.intent
        tally = self.tallies[table]
        if outcome.record is None:
            self._fail(intent, outcome.error or LakesmithError("no outcome"))
        else:
            refused = outcome.record.refused
            self.ledger.stage(self._done(intent, outcome.record))
            tally.add(intent, outcome.record)
            if refused:
                self._block_below(table, f"{table} was refused")
                self.blocked[table] = ""
        tally.seconds += outcome.seconds
        self.on_event(
            BatchFinished(
                self.ledger.run_id,
                table,
                intent.batch,
                self.result(table),
                outcome.seconds,
            )
        )

    def _done(self, intent: Intent, record: BatchRecord) -> LedgerEvent:
        """Return the event that closes a batch.

        Its table moves on all the same: Delta reads a version that is not the newest one as long as
        the retention only.
        """
        before = self.ledger.state(intent.table).version
        version = record.version
        void = None
        if before is not None and not record.moved:
            is_known = not self._has_others(intent.table, before, version)
            void = (before + 1, version) if is_known else None
            version = version if is_known or record.refused else before
        return done_event(intent, version, record.refused, record.to_metadata(), void)

    def _has_others(self, table: str, low: int, high: int) -> bool:
        """Return True where an unknown commit between two versions may have changed rows."""
        if high <= low + 1:
            return high <= low
        ref = project_table(self.project, table)
        state = self.ledger.state(table)
        head = newest_version(self.spark, ref)
        between = [
            one
            for one in newest_commits(self.spark, ref, head - low)
            if one.version < high
        ]
        live = [
            one
            for one in between
            if not any(start <= one.version <= end for start, end in state.voids)
        ]
        return any(
            is_foreign(one) or (is_own(one, table) and is_missing(one, state))
            for one in live
        )

    def _fail(self, intent: Intent, error: Exception) -> None:
        try:
            parked = self._park_unreadable(intent, error)
        except Exception as second:
            cause = cause_of(second, self.spark)
            if not isinstance(cause, SparkGone | LedgerError):
                raise
            # Spark died while the file was looked for, so no file is to blame; or a rebuild needs
            # the file.
            parked = False
            error = cause
        if parked or (isinstance(error, LakesmithError) and error.code in DROPPED_BY):
            self.ledger.stage(
                LedgerEvent("dropped", intent.table, intent.epoch, intent.batch, {})
            )
        if not parked:
            self._block(intent.table, error)

    def _park_unreadable(self, intent: Intent, error: Exception) -> bool:
        """Park the file that stopped the batch, so that the next round plans the rest."""
        source = source_of(self.project, intent.table)
        if not source.can_isolate or _is_known(error) or self._landed(intent):
            return False
        with ending(batch_session(self.spark)) as session:
            found = source.isolate(session, intent.input, error)
        if found is None:
            return False
        state = self.ledger.state(intent.table)
        is_needed = found.part in state.must_read
        require_none(intent.table, {found.part: found.reason} if is_needed else {})
        self.ledger.stage(parked_event(state, source, [found]))
        self.tallies[intent.table].park(
            [Parked(self.project.table(intent.table).from_, found.part, found.reason)]
        )
        self.again = True
        return True

    def _landed(self, intent: Intent) -> bool:
        """Return True where a failed batch had written its rows before."""
        with ending(batch_session(self.spark)) as session:
            batch = self._batch(intent, session)
            return find(session, batch.table, batch.commit_id()) is not None

    def _batch(self, intent: Intent, session: SparkSession) -> BatchContext:
        is_retry = intent.table in self.retried
        state = self.ledger.state(intent.table)
        return BatchContext(
            session,
            self.project,
            self.ledger.run_id,
            intent,
            is_retry=is_retry,
            state=state,
        )

    def _block(self, table: str, error: Exception) -> None:
        self.tallies[table].error = error
        self.blocked[table] = ""
        self._block_below(table, f"{table} failed")

    def _block_below(self, table: str, why: str) -> None:
        for below in descendants(self.project, table):
            self.blocked.setdefault(below, why)


def _is_known(error: Exception) -> bool:
    """Return True for an error that no file can cause."""
    return isinstance(error, LakesmithError) and error.code != "LS513"
