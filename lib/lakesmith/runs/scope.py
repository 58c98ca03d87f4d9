"""What a batch touches of its table, found before the write so that literals prune what is read."""

from __future__ import annotations

from dataclasses import replace

from lakesmith.runs.context import BatchContext
from lakesmith.runs.rooms.read import read, read_lookups
from lakesmith.runs.rooms.transform import changed_groups, transform
from lakesmith.tables.prune import Touched, find_touched


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
    return find_touched(transform(batch, read(batch)), write.key_implies) if write.key_implies else None
