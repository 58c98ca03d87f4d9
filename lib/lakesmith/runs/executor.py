"""Run the tables wave by wave through the graph, independent ones in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.errors import LakesmithError, LedgerError, SparkGone
from lakesmith.ledger.commit_walk import undone_spans
from lakesmith.ledger.events import LedgerEvent, intent_event, parked_event
from lakesmith.ledger.restore import first_alter
from lakesmith.runs.batch_planner import Planned, Planner
from lakesmith.runs.batch_runner import BatchOutcome, BatchRunner
from lakesmith.runs.close_batch import closing_event
from lakesmith.runs.progress import Progress
from lakesmith.runs.rebuild_files import require_none
from lakesmith.session.failures import cause_of
from lakesmith.sources.registry import source_of

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.sources.slices import ParkedPart

# Batches that ended so are planned again from what the source has by then.
DROPPED_BY = ("LS502", "LS609")


@dataclass
class Executor:
    """Run batches until no source has anything new.

    After `run`, `progress` holds the result of each table, and the ledger's staged events close
    the last batches.
    """

    facts: RunFacts
    spark: SparkSession
    ledger: Ledger
    progress: Progress = field(init=False)
    runner: BatchRunner = field(init=False)
    again: bool = False

    def __post_init__(self) -> None:
        """Begin without any table."""
        self.progress = Progress(self.facts)
        self.runner = BatchRunner(self.facts, self.spark, self.ledger)

    def run(self, waves: Sequence[Sequence[str]]) -> None:
        """Run all waves, again and again while bounded batches leave something."""
        self.progress.begin(table for wave in waves for table in wave)
        more = True
        while more:
            self.again = False
            more = any([self._run_wave(wave) for wave in waves]) or self.again

    def run_planned(self, wave: Sequence[Intent]) -> None:
        """Write and run batches that a caller planned, without those of blocked tables."""
        self.progress.begin(intent.table for intent in wave)
        blocked = self.progress.blocked
        open_tables = [intent for intent in wave if intent.table not in blocked]
        self.ledger.stage(*map(intent_event, open_tables))
        self._run_batches(open_tables)

    def retry(self, intent: Intent) -> None:
        """Run a batch again whose intent an earlier run wrote."""
        self.progress.begin([intent.table])
        self.runner = BatchRunner(self.facts, self.spark, self.ledger, {intent.table})
        self._run_batches([intent])
        self.runner = BatchRunner(self.facts, self.spark, self.ledger)

    def _run_wave(self, wave: Sequence[str]) -> bool:
        """Plan the tables of a wave, write the intents and run the batches."""
        blocked = self.progress.blocked
        planned = {table: self._plan(table) for table in wave if table not in blocked}
        for table, plan in planned.items():
            state = self.ledger.state(table)
            self.ledger.stage(*plan.events(state))
        retried = {table for table, plan in planned.items() if plan.is_retry}
        intents = [plan.intent for plan in planned.values() if plan.intent is not None]
        if not intents:
            return any(plan.more for plan in planned.values())
        self.runner = BatchRunner(self.facts, self.spark, self.ledger, retried)
        self._run_batches(intents)
        return any(plan.more for table, plan in planned.items() if table not in blocked)

    def _plan(self, table: str) -> Planned:
        """Plan a batch, and block the table where it cannot be planned."""
        facts = self.facts
        planner = Planner(self.spark, facts.project, self.ledger.states, facts.run_time)
        try:
            planned = planner.next_batch(table, self.progress.parked(table))
            if planned.intent is not None:
                self._require_own_rows(table)
        except Exception as error:
            cause = cause_of(error, self.spark)
            if not isinstance(cause, LakesmithError | OSError):
                raise
            self.progress.fail(table, cause)
            return Planned(None)
        self.progress.park(table, planned.parked)
        return planned

    def _require_own_rows(self, table: str) -> None:
        """Refuse a table that another writer changed, and record what was taken back."""
        state = self.ledger.state(table)
        spans = undone_spans(self.spark, self.facts.ref(table), state)
        if spans:
            payload = {"voids": [list(span) for span in spans]}
            self.ledger.stage(
                LedgerEvent("undone", table, state.epoch, state.batch, payload)
            )

    def _run_batches(self, intents: Sequence[Intent]) -> None:
        self.ledger.flush(self.spark)
        with ThreadPoolExecutor(self.facts.project.parallel) as pool:
            for outcome in pool.map(self.runner.run, intents):
                self._close(outcome)

    def _close(self, outcome: BatchOutcome) -> None:
        intent = outcome.intent
        if outcome.record is None:
            self._fail(intent, outcome.error or LakesmithError("no outcome"))
        else:
            state = self.ledger.state(intent.table)
            table = self.facts.ref(intent.table)
            self.ledger.stage(
                closing_event(self.spark, table, state, intent, outcome.record)
            )
        self.progress.close(outcome)

    def _fail(self, intent: Intent, error: Exception) -> None:
        """Park the input that stopped a batch, or block the table."""
        is_parked = False
        try:
            bad = self.runner.find_bad_input(intent, error)
            if bad is not None:
                self._park(intent, bad)
                is_parked = True
        except Exception as second:
            cause = cause_of(second, self.spark)
            if not isinstance(cause, SparkGone | LedgerError):
                raise
            # Spark died while the file was looked for, so no file is to blame. Or a rebuild needs
            # the file.
            error = cause
        is_lost = isinstance(error, LakesmithError) and error.code in DROPPED_BY
        if is_parked or is_lost or self._is_undone_replay(intent, error):
            self.ledger.stage(
                LedgerEvent("dropped", intent.table, intent.epoch, intent.batch, {})
            )
        if not is_parked:
            self.progress.fail(intent.table, error)

    def _is_undone_replay(self, intent: Intent, error: Exception) -> bool:
        """Return whether a replay left no commit, so that no run need repeat it."""
        if not intent.is_replay or isinstance(error, SparkGone):
            return False
        state = self.ledger.state(intent.table)
        altered = first_alter(self.spark, self.facts.project, state)
        return altered is None and not self.runner.has_landed(intent)

    def _park(self, intent: Intent, bad: ParkedPart) -> None:
        """Park a part of the input, so that the next round plans the rest."""
        table = intent.table
        state = self.ledger.state(table)
        if bad.part in state.must_read:
            require_none(table, {bad.part: bad.reason})
        source = source_of(self.facts.project, table)
        event = parked_event(state, source, [bad])
        self.ledger.stage(event)
        self.progress.park(table, [bad])
        self.again = True
