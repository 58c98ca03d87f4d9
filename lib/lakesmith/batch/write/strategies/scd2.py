"""Keep the versions of each key with their validity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.write.change_set import Keep, write_changes
from lakesmith.batch.write.scd2 import history_changes
from lakesmith.batch.write.strategies.base import StrategyDefaults
from lakesmith.batch.write.strategies.change_plan import ChangePlan, change_plan
from lakesmith.spec.strategies.built_in import SCD2

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.commit import CommitId


class Scd2(StrategyDefaults):
    """The versions of each key."""

    declaration = SCD2

    def plan(self, frames: BatchFrames, keep: Keep) -> ChangePlan:
        """Find the versions that the batch inserts, updates and deletes."""
        return change_plan(history_changes(frames, keep))

    def write(self, frames: BatchFrames, plan: ChangePlan, commit: CommitId) -> None:
        """Write the changed versions."""
        write_changes(frames.batch, plan.changes, commit)
