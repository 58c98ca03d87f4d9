"""Make the table equal to the newest full snapshot of the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.batch.write.change_set import Keep, write_changes
from lakesmith.batch.write.snapshot_diff import snapshot_changes
from lakesmith.batch.write.strategies.base import StrategyDefaults
from lakesmith.batch.write.strategies.change_plan import ChangePlan, change_plan
from lakesmith.quality.guards import delete_share
from lakesmith.spec.strategies.built_in import SNAPSHOT

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Write
    from lakesmith.tables.commit import CommitId


class Snapshot(StrategyDefaults):
    """The rows of the newest snapshot, and tombstones of those that it lacks."""

    declaration = SNAPSHOT

    def plan(self, frames: BatchFrames, keep: Keep) -> ChangePlan:
        """Compare the newest snapshot with all rows of the table."""
        return change_plan(snapshot_changes(frames, keep))

    def write(self, frames: BatchFrames, plan: ChangePlan, commit: CommitId) -> None:
        """Write the changed rows."""
        write_changes(frames.batch, plan.changes, commit)

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Refuse a snapshot that lacks too many rows.

        Examples
        --------
        >>> from lakesmith.spec.model import Write
        >>> write = Write(strategy="snapshot", keys=("id",), sequence_by=("day",))
        >>> metrics = {"numRowsBefore": 10, "updatedTombstones": 3}
        >>> [result.status for result in Snapshot().accounting(write, metrics, 7)]
        ['fail']
        """
        return delete_share(write, metrics)
