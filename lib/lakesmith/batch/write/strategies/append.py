"""Append the rows of each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.write.strategies.base import PlainStrategy, WritePlan
from lakesmith.spec.strategies.built_in import APPEND
from lakesmith.tables.writes import append

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.commit import CommitId


class Append(PlainStrategy):
    """All rows of all batches."""

    declaration = APPEND

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Append the rows."""
        append(plan.rows, frames.batch.table, commit)
