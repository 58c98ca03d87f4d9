"""Find what a batch changes in its table before it is computed, so that literals prune the scan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.batch.transform.changed_groups import changed_groups
from lakesmith.batch.transform.incremental_aggregate import with_base
from lakesmith.tables.pruning.key_bounds import Touched, find_touched

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.read.inputs import BatchInputs


def with_scope(batch: BatchContext, inputs: BatchInputs) -> BatchContext:
    """Return the batch with the groups or partitions that it changes.

    Notes
    -----
    One job over the key columns for a batch that changes groups or partitions, else none. What an
    upsert changes is found at its write.
    """
    return with_base(replace(batch, touched=_touched(batch, inputs)), inputs)


def _touched(batch: BatchContext, inputs: BatchInputs) -> Touched | None:
    if not batch.is_incremental:
        return None
    return find_touched(changed_groups(batch, inputs), batch.groups)
