"""Keep the versions of each key with their validity."""

from __future__ import annotations

from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.write.change_set import Keep, write_changes
from lakesmith.batch.write.scd2 import history_changes
from lakesmith.batch.write.strategies.base import StrategyDefaults
from lakesmith.batch.write.strategies.change_plan import ChangePlan, change_plan
from lakesmith.spec.strategies.built_in import SCD2
from lakesmith.tables.commit import CommitId


class Scd2(StrategyDefaults):
    """The versions of each key."""

    declaration = SCD2

    def plan(self, gated: Gated, keep: Keep) -> ChangePlan:
        """Find the versions that the batch inserts, updates and deletes."""
        return change_plan(history_changes(gated, keep))

    def write(self, gated: Gated, plan: ChangePlan, commit: CommitId) -> None:
        """Write the changed versions."""
        write_changes(gated.batch, plan.changes, commit)
