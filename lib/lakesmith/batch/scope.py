"""What a batch touches of its table, found before anything is computed so that literals prune what is read."""

from __future__ import annotations

from dataclasses import replace

from lakesmith.batch.context import BatchContext
from lakesmith.batch.read.rows import read_lookups
from lakesmith.batch.transform.incremental_aggregate import with_base
from lakesmith.batch.transform.steps import changed_groups
from lakesmith.tables.pruning.key_bounds import Touched, find_touched


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
