"""Run one batch of one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.batch.frames import gate
from lakesmith.batch.read.inputs import read
from lakesmith.batch.record import BatchRecord, record, refused_record
from lakesmith.batch.scope import with_scope
from lakesmith.batch.spark_errors import translate_spark_errors
from lakesmith.batch.transform.steps import transform
from lakesmith.batch.verdicts import Verdicts, staged_verdicts
from lakesmith.batch.write.quarantine import clear_quarantine, write_quarantine
from lakesmith.batch.write.replayed import mark_replayed, require_one_each
from lakesmith.batch.write.schema_evolution import evolve_schema
from lakesmith.batch.write.staging import staged
from lakesmith.batch.write.write_rows import write_rows
from lakesmith.spec.model.table import PUBLISHING
from lakesmith.tables.commit import find

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames


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
    has a separate identity, and a retry whose data was skipped writes it again. With ``audit:
    stage`` the rows are judged in the staging table, and a refused batch is written nowhere else.
    """
    with translate_spark_errors(batch):
        inputs = read(batch)
        batch = with_scope(batch, inputs)
        shaped = transform(batch, inputs, observed=True)
        frames = gate(batch, inputs, staged(batch, shaped))
        if not batch.is_audited:
            return _written(frames)
        metrics = frames.computed()
        verdicts = staged_verdicts(frames, metrics)
        if _is_held_back(batch, verdicts):
            return refused_record(frames, metrics, verdicts)
        return _written(frames, metrics, verdicts)


def _written(
    frames: BatchFrames,
    metrics: Mapping[str, Any] | None = None,
    verdicts: Verdicts | None = None,
) -> BatchRecord:
    """Write a batch and record it, by the metrics and verdicts that it was let through with."""
    is_replay = frames.batch.intent.is_replay
    if is_replay:
        require_one_each(frames)
    frames = evolve_schema(frames)
    outcome = write_rows(frames)
    known = frames.metrics(outcome) if metrics is None else metrics
    clear_quarantine(frames)
    if is_replay:
        mark_replayed(frames)
    elif known["gate"]["quarantined"]:
        # A staged batch was counted before the table was altered, maybe by other rules.
        counts = known["gate"] if metrics is None else None
        write_quarantine(frames, counts)
    return record(frames, outcome, known, verdicts)


def _is_held_back(batch: BatchContext, verdicts: Verdicts) -> bool:
    """Return whether a staged batch is not written, since its checks refuse it."""
    if not any(verdict.refuses for verdict in verdicts):
        return False
    if batch.is_waived or batch.intent.on_refusal == PUBLISHING:
        return False
    # What landed before a crash had been let through.
    landed = batch.is_retry and find(batch.session, batch.table, batch.commit_id())
    return not landed
