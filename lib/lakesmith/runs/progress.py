"""Keep what became of each table of a run so far, and report it to observers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from lakesmith.ledger.identity import positions
from lakesmith.observe.events import (
    BatchFailed,
    BatchFinished,
    BatchRefused,
    BatchWritten,
    InputParked,
    RefusalAlert,
)
from lakesmith.observe.refusals import ALERTING, refusal_of
from lakesmith.observe.results import Parked, TableResult
from lakesmith.observe.table_tally import Tally, describe
from lakesmith.quality.check_result import describe_problems
from lakesmith.spec.graph import dependents

if TYPE_CHECKING:
    from lakesmith.observe.refusals import Refusal
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.runs.batch_runner import BatchOutcome
    from lakesmith.sources.slices import ParkedPart


@dataclass
class Progress:
    """Hold the tally of each table, and the tables that are blocked.

    A blocked table gets no further batch. The reason is empty for a table that failed or was
    refused, and names such an upstream for a table that is skipped.
    """

    facts: RunFacts
    tallies: dict[str, Tally] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)

    def begin(self, tables: Iterable[str]) -> None:
        """Start to count for some tables.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.spec.example import example_project
        >>> progress = Progress(facts_of(example_project(), None, NO_OBSERVERS))
        >>> progress.begin(["gold.a"])
        >>> sorted(progress.tallies)
        ['gold.a']
        """
        for table in tables:
            self.tallies.setdefault(table, Tally(table))

    def result(self, table: str) -> TableResult:
        """Return the result of a table so far.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.spec.example import example_project
        >>> progress = Progress(facts_of(example_project(), None, NO_OBSERVERS))
        >>> progress.begin(["gold.a"])
        >>> progress.result("gold.a").state
        'nothing_new'
        """
        return self.tallies[table].result(self.blocked.get(table, ""))

    def parked(self, table: str) -> set[str]:
        """Return the parts that were parked for a table.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.spec.example import example_project
        >>> progress = Progress(facts_of(example_project(), None, NO_OBSERVERS))
        >>> progress.begin(["bronze.a"])
        >>> progress.parked("bronze.a")
        set()
        """
        return {one.path for one in self.tallies[table].parked}

    def park(self, table: str, parts: Sequence[ParkedPart]) -> None:
        """Count parts of the input of a table as parked, and report them.

        Examples
        --------
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.sources.slices import ParkedPart
        >>> from lakesmith.spec.example import example_project
        >>> events = []
        >>> progress = Progress(facts_of(example_project(), None, events.append))
        >>> progress.begin(["bronze.a"])
        >>> progress.park("bronze.a", [ParkedPart("in/1.csv", "cut", [12, 1700])])
        >>> [event.kind for event in events]
        ['input_parked']
        """
        source = self.facts.project.table(table).from_
        parked = [Parked(source, one.part, one.reason) for one in parts]
        self.tallies[table].park(parked)
        for one in parked:
            event = InputParked(
                self.facts.run_id, table, one.source, one.path, one.reason
            )
            self.facts.on_event(event)

    def fail(self, table: str, error: Exception) -> None:
        """Block a table that an error ended, and all tables downstream.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.spec.example import example_project
        >>> progress = Progress(facts_of(example_project(), None, NO_OBSERVERS))
        >>> progress.begin(["bronze.a", "silver.b"])
        >>> progress.fail("bronze.a", ValueError("disk full"))
        >>> progress.result("bronze.a").state, progress.result("silver.b").error
        ('failed', 'bronze.a failed')
        """
        self.tallies[table].error = error
        self._block(table, f"{table} failed")

    def has_batch(self, table: str) -> bool:
        """Return whether a batch of a table was written.

        Examples
        --------
        >>> from lakesmith.observe.observers import NO_OBSERVERS
        >>> from lakesmith.observe.run_records import facts_of
        >>> from lakesmith.spec.example import example_project
        >>> Progress(facts_of(example_project(), None, NO_OBSERVERS)).has_batch("bronze.a")
        False
        """
        return table in self.tallies and bool(self.tallies[table].records)

    def audit(
        self, table: str, batch: int, version: int, results: Sequence[CheckResult]
    ) -> None:
        """Keep what checks found on a table without a batch, and report what they would refuse."""
        self.begin([table])
        self.tallies[table].audits = tuple(results)
        problems = describe_problems(asdict(one) for one in results if one.refuses)
        if problems:
            alert = RefusalAlert(
                self.facts.run_id, table, batch, "alerted", version, problems
            )
            self.facts.on_event(alert)

    def close(self, outcome: BatchOutcome) -> None:
        """Count a batch that ended, and block its table where a check refuses it."""
        table = outcome.intent.table
        tally = self.tallies[table]
        tally.seconds += outcome.seconds
        if outcome.record is not None:
            tally.add(outcome.intent, outcome.record)
            self._refuse(table, refusal_of(outcome.intent, outcome.record))
        self.facts.on_event(self._finished(outcome))
        alert = self._alert(outcome)
        if alert is not None:
            self.facts.on_event(alert)

    def _refuse(self, table: str, refusal: Refusal | None) -> None:
        """Give a table that is not published no further batch, and block what must wait for it."""
        if refusal is None or refusal.publishes:
            return
        if refusal.blocks:
            self._block(table, f"{table} was refused")
        else:
            self.blocked[table] = ""

    def _alert(self, outcome: BatchOutcome) -> RefusalAlert | None:
        record = outcome.record
        if record is None:
            return None
        intent = outcome.intent
        refusal = refusal_of(intent, record)
        if refusal is None or refusal.outcome not in ALERTING:
            return None
        problems = describe_problems(asdict(verdict) for verdict in record.verdicts)
        return RefusalAlert(
            self.facts.run_id,
            intent.table,
            intent.batch,
            refusal.outcome,
            record.version,
            problems,
        )

    def _block(self, table: str, reason: str) -> None:
        self.blocked[table] = ""
        for downstream in dependents(self.facts.project, table):
            self.blocked.setdefault(downstream, reason)

    def _finished(self, outcome: BatchOutcome) -> BatchFinished:
        intent = outcome.intent
        record = outcome.record
        ended = (
            self.facts.run_id,
            intent.table,
            intent.batch,
            positions(intent),
            outcome.seconds,
            self.result(intent.table),
        )
        if record is None:
            # What stopped the batch, or what was found when the cause was looked for.
            error = self.tallies[intent.table].error or outcome.error
            text = describe(intent.table, error) if error else ""
            return BatchFailed(*ended, error=text)
        refusal = refusal_of(intent, record)
        if refusal is not None and not refusal.publishes:
            return BatchRefused(*ended, version=record.version)
        return BatchWritten(
            *ended,
            version=record.version,
            counts=record.counts,
            metrics=record.metrics,
            schema=record.schema,
        )
