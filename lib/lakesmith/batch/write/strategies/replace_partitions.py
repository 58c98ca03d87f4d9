"""Replace the partitions that a change of the upstream touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from lakesmith.batch.write.strategies.base import PlainStrategy, WritePlan
from lakesmith.quality.guards import not_emptied
from lakesmith.spec.strategies.built_in import REPLACE_PARTITIONS
from lakesmith.tables.writes import replace_where

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Write
    from lakesmith.tables.commit import CommitId
    from lakesmith.tables.pruning.key_bounds import Touched


class ReplacePartitions(PlainStrategy):
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

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Refuse an empty batch that deletes rows.

        Examples
        --------
        >>> from lakesmith.spec.model import Write
        >>> write = Write(strategy="replace_partitions")
        >>> results = ReplacePartitions().accounting(write, {"numRemovedFiles": 1}, 0)
        >>> [result.check for result in results if result.refuses]
        ['not_emptied']
        """
        return not_emptied(write, metrics, rows)
