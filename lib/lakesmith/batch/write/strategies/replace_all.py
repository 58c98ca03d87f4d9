"""Replace the whole table by each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.write.strategies.replacement import ReplacingStrategy
from lakesmith.spec.strategies.built_in import REPLACE_ALL
from lakesmith.tables.writes import replace_all

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.strategies.base import WritePlan
    from lakesmith.tables.commit import CommitId


class ReplaceAll(ReplacingStrategy):
    """The rows of the newest batch, computed from all rows of the upstream."""

    declaration = REPLACE_ALL

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Replace all rows."""
        batch = frames.batch
        replace_all(plan.rows, batch.table, batch.spec, commit)
