"""The way of a batch: read, transform, gate, write, record, in one direction."""

from __future__ import annotations

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import gate
from lakesmith.batch.record import BatchRecord, record
from lakesmith.batch.scope import scoped
from lakesmith.batch.spark_errors import explained
from lakesmith.batch.write.quarantine import clear_quarantine, write_quarantine
from lakesmith.batch.write.rows import write_rows
from lakesmith.batch.write.schema_evolution import evolved


def run_batch(batch: BatchContext) -> BatchRecord:
    """Run one batch of one table.

    Parameters
    ----------
    batch : BatchContext
        Its intent is already in the ledger.

    Returns
    -------
    BatchRecord
        The table holds the batch, the quarantine its bad rows; nothing is published yet.

    Notes
    -----
    Order matters for a crash: the data commit comes first and proves the batch; the quarantine has an identity of
    its own and is written again by a retry whose data was skipped.
    """
    with explained(batch):
        gated = evolved(gate(scoped(batch)))
        outcome = write_rows(gated)
        figures = gated.figures(outcome)
        clear_quarantine(gated)
        if figures["gate"]["quarantined"]:
            write_quarantine(gated)
        return record(gated, outcome, figures)
