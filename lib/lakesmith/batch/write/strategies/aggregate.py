"""Replace the groups that a change of the upstream touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.transform.incremental_aggregate import require_base
from lakesmith.batch.write.strategies.base import PlainStrategy, WritePlan
from lakesmith.spec.strategies.built_in import AGGREGATE
from lakesmith.tables.writes import replace_groups

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.commit import CommitId


class Aggregate(PlainStrategy):
    """One row for each group, recomputed or merged when its rows change."""

    declaration = AGGREGATE

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Update, insert and delete the touched groups."""
        batch = frames.batch
        keys = batch.spec.write.keys
        touched = batch.touched
        bounds = touched.predicate(batch.table.sql_name) if touched else None
        require_base(batch)
        replace_groups(plan.rows, batch.table, keys, bounds)
