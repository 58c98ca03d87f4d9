"""What a batch touches of its table, found before the write so that literals prune what is read."""

from __future__ import annotations

from dataclasses import replace

from lakesmith.runs.context import BatchContext
from lakesmith.runs.rooms.read import read, read_lookups
from lakesmith.runs.rooms.transform import changed_groups, transform
from lakesmith.tables.prune import Touched, find_touched
from lakesmith.transforms.contract import select_contract


def scoped(batch: BatchContext) -> BatchContext:
    """Return the batch with what it touches: the columns that its key implies, or its groups' keys.

    Notes
    -----
    No job for an append, a first batch, or an upsert without ``key_implies``; else one, over the needed columns.
    """
    return replace(batch, touched=_touched(batch))


def _touched(batch: BatchContext) -> Touched | None:
    write = batch.spec.write
    if batch.intent.first or write.strategy == "append":
        return None
    if write.strategy == "aggregate":
        return find_touched(changed_groups(batch, read_lookups(batch)), write.keys)
    if not write.key_implies:
        return None
    rows = transform(batch, read(batch))
    # As the table will hold them: a value that the contract still casts would miss its own row.
    stored = rows.transform(select_contract(batch.spec.columns)) if batch.spec.columns else rows
    return find_touched(stored, write.key_implies)
