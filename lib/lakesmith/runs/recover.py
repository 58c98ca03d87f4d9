"""What a run does before it plans anything: finish or drop open intents, undo or accept refused batches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import LedgerError
from lakesmith.paths import local_path
from lakesmith.runs.context import BatchContext
from lakesmith.runs.events import LedgerEvent, done_event
from lakesmith.runs.intent import FilesInput, Intent, TableState
from lakesmith.runs.ledger import Ledger
from lakesmith.session import batch_session
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Project
from lakesmith.tables.commit import find
from lakesmith.tables.log import newest_commits
from lakesmith.tables.ref import project_table


@dataclass(frozen=True)
class Recovery:
    """Brings the tables and the ledger to where planning may start."""

    spark: SparkSession
    project: Project
    ledger: Ledger

    def run(self, accept: Collection[str]) -> None:
        """Stage the events of recovery; writes restores at once.

        Raises
        ------
        LedgerError
            LS604 when `accept` names a table that was not refused.
        """
        unknown = [name for name in accept if not self.ledger.state(name).refused]
        if unknown:
            raise LedgerError(f"{', '.join(unknown)} was not refused", code="LS604", hint="see `lakesmith quality`")
        for state in [state for state in self.ledger.states.values() if state.table in self.project.table_names()]:
            if state.refused and state.table in accept:
                self.ledger.stage(LedgerEvent("accepted", state.table, state.epoch, state.batch, {}))
            elif state.refused:
                self._restore(state, state.refused["version"])
            elif state.open:
                self._settle(state, state.open)

    def _restore(self, state: TableState, refused: int) -> None:
        """Undo a batch and write that down at once; doing it twice gives the same rows."""
        table = project_table(self.project, state.table)
        delta = table.delta(self.spark)
        if state.version is None:
            delta.delete()
        else:
            delta.restoreToVersion(refused - 1)
        if table.quarantine.exists(self.spark):
            table.quarantine.delta(self.spark).delete(F.col("_batch_id") == state.batch)
        (last,) = newest_commits(self.spark, table, 1)
        payload = {"version": state.version, "void": [refused, last.version]}
        self.ledger.stage(LedgerEvent("restored", state.table, state.epoch + 1, state.batch, payload))
        self.ledger.flush(self.spark)

    def _settle(self, state: TableState, intent: Intent) -> None:
        """Leave an open batch to be retried where it can be; else close it as landed, or drop it as never written."""
        batch = BatchContext(batch_session(self.spark), self.project, self.ledger.run_id, intent)
        landed = find(batch.session, batch.table, batch.commit_id())
        if _files_unchanged(intent) and intent.spec_hash == spec_hash(batch.spec):
            return
        if landed and isinstance(intent.input, FilesInput):  # bronze has no quarantine that could still be missing
            self.ledger.stage(done_event(intent, landed.version, refused=False))
        elif landed:  # its quarantine may be missing, and the new spec would part the rows otherwise
            self._restore(state, landed.version)
        else:
            self.ledger.stage(LedgerEvent("dropped", state.table, state.epoch, state.batch, {}))


def _files_unchanged(intent: Intent) -> bool:
    if not isinstance(intent.input, FilesInput):
        return True
    found = ((local_path(path), size, mtime) for path, size, mtime in intent.input.files)
    return all(
        local is None
        or (local.exists() and (local.stat().st_size, local.stat().st_mtime_ns // 1_000_000) == (size, mtime))
        for local, size, mtime in found
    )
