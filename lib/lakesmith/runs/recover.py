"""Finish or drop open intents, and undo or accept refused batches, before a run plans.

What a run left behind, and what the next run does with it. An intent is retryable where the spec
is the same and its input can still be read as planned. A batch landed when its commit is found.

=================================================  ==============================================
Left behind                                        What the next run does
=================================================  ==============================================
an undo written down                               finishes it; so do a backfill and a rollback
a refused batch that `accept` names                accepts it; one that is only staged is opened
                                                   again, to be written
one that is only staged, else                      drops it
one of `keep_last_good`, of a table not selected   leaves it
any other refused batch                            writes the undo down, then restores the table
an open intent, retryable                          plans it again as written; a commit that
                                                   landed is found by its identity and skipped
an open intent, not retryable:
    it landed, and reads a source                  closes it as done
    it landed, and reads a table                   restores the table to before the batch
    it did not land, but its ALTER did             restores the table to before the ALTER
    nothing was written                            drops it
=================================================  ==============================================

The ALTER of a table without a version is left as it is, and its intent dropped. Batches that the
ledger has as done and ``ops.runs`` lacks are appended there before this, on local paths
(`lakesmith.observe.interrupted_runs`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.errors import LedgerError
from lakesmith.ledger.events import LedgerEvent, done_event
from lakesmith.ledger.restore import Target, first_alter, restore
from lakesmith.ledger.state import is_staged
from lakesmith.observe.refusals import REFUSALS
from lakesmith.session.batch import batch_session, ending
from lakesmith.sources.registry import reader_of, span_of, unreadable
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model.table import DEFAULT_REFUSAL
from lakesmith.tables.commit import Outcome, find

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.ledger.state import TableState
    from lakesmith.ledger.store import Ledger
    from lakesmith.spec.model import Project


@dataclass(frozen=True)
class Recovery:
    """Brings the tables and the ledger to where planning may start."""

    spark: SparkSession
    project: Project
    ledger: Ledger

    def run(
        self, accept: Collection[str], selected: Collection[str] | None = None
    ) -> None:
        """Stage the events of recovery, and write restores at once.

        Parameters
        ----------
        accept : collection of str
            Refused tables to accept.
        selected : collection of str, optional
            The tables of the run; all when left out. A refused batch of another table can still
            be accepted, where the tables downstream do not wait for it.

        Raises
        ------
        LedgerError
            LS604 when `accept` names a table that was not refused.
        """
        self.finish_rollbacks()
        self._require_refused(accept)
        for state in self._states():
            if state.refused and state.table in accept:
                self.ledger.stage(
                    LedgerEvent("accepted", state.table, state.epoch, state.batch, {})
                )
            elif state.refused and not _may_wait(state, selected):
                self._undo_refused(state, state.refused)
            elif state.open:
                self._settle(state, state.open)

    def give_up(self, tables: Collection[str]) -> None:
        """Undo the refused batches of some tables, and write it down.

        Raises
        ------
        LedgerError
            LS604 when one of the tables was not refused.
        """
        self.finish_rollbacks()
        self._require_refused(tables)
        for state in self._states():
            if state.refused and state.table in tables:
                self._undo_refused(state, state.refused)
        self.ledger.flush(self.spark)

    def _require_refused(self, tables: Collection[str]) -> None:
        unknown = [name for name in tables if not self.ledger.state(name).refused]
        if unknown:
            raise LedgerError(
                f"{', '.join(unknown)} was not refused",
                code="LS604",
                hint="see `lakesmith quality`",
            )

    def settle(self, table: str) -> None:
        """Leave the open batch of one table to be retried, or close, undo or drop it."""
        state = self.ledger.state(table)
        if state.open:
            self._settle(state, state.open)

    def finish_rollbacks(self) -> None:
        """Restore the tables of a rollback that was written down."""
        for state in self._states():
            if state.undo:
                self._finish_rollback(state, state.undo)

    def _states(self) -> list[TableState]:
        return [
            state
            for state in self.ledger.states.values()
            if state.table in self.project.table_names()
        ]

    def _undo_refused(self, state: TableState, refused: dict[str, Any]) -> None:
        """Restore the table, or forget a batch that was judged before it was written."""
        if is_staged(refused):
            self.ledger.stage(
                LedgerEvent("dropped", state.table, state.epoch, state.batch, {})
            )
        else:
            self._restore(state, refused["version"])

    def _restore(self, state: TableState, refused: int) -> None:
        """Undo a batch that was never accepted.

        It is written down first, since half of it must not be accepted.
        """
        began = first_alter(self.spark, self.project, state) or refused
        void_from = began if state.version is not None else 0
        undo = {
            "version": state.version,
            "back_to": state.batch - 1,
            "void_from": void_from,
        }
        self.ledger.stage(
            LedgerEvent("undo", state.table, state.epoch, state.batch, undo)
        )
        self.ledger.flush(self.spark)
        self._finish_rollback(state, undo)

    def _finish_rollback(self, state: TableState, undo: dict[str, Any]) -> None:
        """Finish an undo that was begun, positions included where they had moved."""
        version = undo["version"]
        is_rollback = "void_from" not in undo
        void_from = undo.get("void_from", 0 if version is None else version + 1)
        event = restore(
            self.spark,
            self.project,
            self.ledger.run_id,
            state,
            Target(version, void_from, undo["back_to"]),
        )
        back = {"back_to": undo["back_to"]} if is_rollback else {}
        self.ledger.stage(replace(event, payload=event.payload | back))
        self.ledger.flush(self.spark)

    def _settle(self, state: TableState, intent: Intent) -> None:
        """Leave an open batch to be retried where it can be.

        Else it is closed as landed, or dropped as never written.
        """
        landed = self._landed(intent)
        if self._can_retry(intent):
            return
        altered = first_alter(self.spark, self.project, state)
        if landed and span_of(intent.input) is None:
            # Bronze has no quarantine that could still be missing.
            self.ledger.stage(done_event(intent, landed.version, refused=False))
        elif landed:
            # Its quarantine may be missing, and the new spec would split the rows otherwise.
            self._restore(state, landed.version)
        elif altered is not None and state.version is not None:
            # The next spec may know nothing of those columns.
            self._restore(state, altered)
        else:
            self.ledger.stage(
                LedgerEvent("dropped", state.table, state.epoch, state.batch, {})
            )

    def _can_retry(self, intent: Intent) -> bool:
        """Return whether a batch would read the same rows again, by the same spec."""
        source = reader_of(self.project, intent.table, intent.input)
        is_same = intent.spec_hash == spec_hash(self.project.table(intent.table))
        return is_same and not unreadable(source, intent.input)

    def _landed(self, intent: Intent) -> Outcome | None:
        """Return the commit of a batch, where it was written."""
        with ending(batch_session(self.spark)) as session:
            batch = BatchContext(session, self.project, self.ledger.run_id, intent)
            return find(session, batch.table, batch.commit_id())


def _may_wait(state: TableState, selected: Collection[str] | None) -> bool:
    """Return whether a refused batch stays as it is, since this run does not build its table."""
    if selected is None or state.table in selected or state.refused is None:
        return False
    mode = state.refused["intent"].get("on_refusal", DEFAULT_REFUSAL)
    return not REFUSALS[mode].blocks
