"""Replace the partitions that a change of the upstream touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lakesmith.batch.write.strategies.replacement import ReplacingStrategy
from lakesmith.spec.strategies.built_in import REPLACE_PARTITIONS
from lakesmith.tables.writes import replace_where

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.strategies.base import WritePlan
    from lakesmith.tables.commit import CommitId
    from lakesmith.tables.pruning.key_bounds import Touched


class ReplacePartitions(ReplacingStrategy):
    """Each partition as its newest batch computed it from all upstream rows."""

    declaration = REPLACE_PARTITIONS

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Replace the touched partitions."""
        # Every batch but the first, which replaces the table, knows what it touches.
        touched = cast("Touched", frames.batch.touched)
        replace_where(
            plan.rows,
            frames.batch.table,
            commit,
            touched.sql(),
        )
