"""Replace the whole table by each batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.batch.write.strategies.base import PlainStrategy, WritePlan
from lakesmith.quality.guards import not_emptied
from lakesmith.spec.strategies.built_in import REPLACE_ALL
from lakesmith.tables.writes import replace_all

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Write
    from lakesmith.tables.commit import CommitId


class ReplaceAll(PlainStrategy):
    """The rows of the newest batch, computed from all rows of the upstream."""

    declaration = REPLACE_ALL

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Replace all rows."""
        batch = frames.batch
        replace_all(plan.rows, batch.table, batch.spec, commit)

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Refuse an empty batch that deletes rows.

        Examples
        --------
        >>> from lakesmith.spec.model import Write
        >>> write = Write(strategy="replace_all")
        >>> results = ReplaceAll().accounting(write, {"numRemovedFiles": 1}, 0)
        >>> [result.check for result in results if result.refuses]
        ['not_emptied']
        """
        return not_emptied(write, metrics, rows)
