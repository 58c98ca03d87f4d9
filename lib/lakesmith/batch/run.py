"""Run one batch of one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.frames import gate
from lakesmith.batch.read.inputs import read
from lakesmith.batch.record import BatchRecord, record
from lakesmith.batch.scope import with_scope
from lakesmith.batch.spark_errors import translate_spark_errors
from lakesmith.batch.transform.steps import transform
from lakesmith.batch.write.quarantine import clear_quarantine, write_quarantine
from lakesmith.batch.write.replayed import mark_replayed, require_one_each
from lakesmith.batch.write.schema_evolution import evolve_schema
from lakesmith.batch.write.staging import staged
from lakesmith.batch.write.write_rows import write_rows

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext


def run_batch(batch: BatchContext) -> BatchRecord:
    """Run one batch in five phases, which are read, transform, gate, write and record.

    Parameters
    ----------
    batch : BatchContext
        Its intent is already in the ledger.

    Returns
    -------
    BatchRecord
        The table holds the batch and the quarantine its bad rows. Nothing is published yet.

    Notes
    -----
    The order matters for a crash. The data commit comes first and proves the batch. The quarantine
    has a separate identity, and a retry whose data was skipped writes it again.
    """
    with translate_spark_errors(batch):
        inputs = read(batch)
        batch = with_scope(batch, inputs)
        shaped = transform(batch, inputs, observed=True)
        frames = gate(batch, inputs, staged(batch, shaped))
        if batch.intent.is_replay:
            require_one_each(frames)
        frames = evolve_schema(frames)
        outcome = write_rows(frames)
        metrics = frames.metrics(outcome)
        clear_quarantine(frames)
        if batch.intent.is_replay:
            mark_replayed(frames)
        elif metrics["gate"]["quarantined"]:
            write_quarantine(frames)
        return record(frames, outcome, metrics)
