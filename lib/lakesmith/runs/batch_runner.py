"""Run one batch in a session that is ended after it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.run import run_batch
from lakesmith.batch.small_batch import is_small
from lakesmith.errors import LakesmithError
from lakesmith.ledger.identity import positions
from lakesmith.observe.events import BatchStarted
from lakesmith.observe.references import References
from lakesmith.session.batch import batch_session, describe_jobs, ending
from lakesmith.session.failures import cause_of
from lakesmith.sources.registry import reader_of
from lakesmith.tables.commit import find

if TYPE_CHECKING:
    from lakesmith.batch.record import BatchRecord
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.store import Ledger
    from lakesmith.observe.run_records import RunFacts
    from lakesmith.sources.slices import ParkedPart


@dataclass(frozen=True)
class BatchOutcome:
    """Hold the record of one batch, or the error that stopped it."""

    intent: Intent
    record: BatchRecord | None
    error: Exception | None
    seconds: float


@dataclass(frozen=True)
class BatchRunner:
    """Run batches whose intents are in the ledger.

    Parameters
    ----------
    facts : RunFacts
    spark : SparkSession
    ledger : Ledger
    retried : collection of str
        The tables whose batch an earlier run began.
    """

    facts: RunFacts
    spark: SparkSession
    ledger: Ledger
    retried: Collection[str] = ()

    def run(self, intent: Intent) -> BatchOutcome:
        """Run a batch, and return an error of it in its outcome."""
        run_id = self.facts.run_id
        self.facts.on_event(
            BatchStarted(run_id, intent.table, intent.batch, positions(intent))
        )
        started = time.monotonic()
        record = None
        cause = None
        try:
            small = is_small(self.facts.project, intent)
            with ending(batch_session(self.spark, small)) as session:
                describe_jobs(session, f"{intent.table} batch {intent.batch}")
                record = run_batch(self._context(intent, session))
        except Exception as error:
            # Kept, reported in the result, and raised by the run as its cause.
            cause = cause_of(error, self.spark)
        return BatchOutcome(intent, record, cause, time.monotonic() - started)

    def find_bad_input(self, intent: Intent, error: Exception) -> ParkedPart | None:
        """Return the part of its input that stopped a batch, or None when no part is to blame.

        A batch that had written its rows before is not parked, because the next run closes it.
        """
        source = reader_of(self.facts.project, intent.table, intent.input)
        if not source.can_isolate or is_known(error) or self.has_landed(intent):
            return None
        with ending(batch_session(self.spark)) as session:
            return source.isolate(session, intent.input, error)

    def has_landed(self, intent: Intent) -> bool:
        """Return whether the data commit of a batch is in its table."""
        with ending(batch_session(self.spark)) as session:
            batch = self._context(intent, session)
            return find(session, batch.table, batch.commit_id()) is not None

    def _context(self, intent: Intent, session: SparkSession) -> BatchContext:
        references = References(session, self.facts.project)
        return BatchContext(
            session,
            self.facts.project,
            self.facts.run_id,
            intent,
            is_retry=intent.table in self.retried,
            state=self.ledger.state(intent.table),
            frozen=references.of_intent(intent.references),
        )


def is_known(error: Exception) -> bool:
    """Return True for an error that no part of an input can cause.

    A number that is too big (LS513) may come from its reader.

    Examples
    --------
    >>> is_known(LakesmithError("no column", code="LS301")), is_known(ValueError("bad page"))
    (True, False)
    """
    return isinstance(error, LakesmithError) and error.code != "LS513"
