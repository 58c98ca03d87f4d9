"""What a batch touches of its table, found before anything is computed so that literals prune what is read."""

from __future__ import annotations

from dataclasses import replace

from lakesmith.runs.context import BatchContext
from lakesmith.runs.rooms.groups import with_base
from lakesmith.runs.rooms.read import read_lookups
from lakesmith.runs.rooms.transform import changed_groups
from lakesmith.tables.prune import Touched, find_touched


def scoped(batch: BatchContext) -> BatchContext:
    """Return the batch with the groups or partitions that it changes; what an upsert touches is found at its write.

    Notes
    -----
    One job, over the needed columns, for a batch that changes groups or partitions; else none.
    """
    return with_base(replace(batch, touched=_touched(batch)))


def _touched(batch: BatchContext) -> Touched | None:
    if not batch.is_incremental:
        return None
    return find_touched(changed_groups(batch, read_lookups(batch)), batch.groups)
