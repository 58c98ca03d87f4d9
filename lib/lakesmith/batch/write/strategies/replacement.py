"""Refuse an empty batch that deletes the rows which it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lakesmith.batch.write.strategies.base import PlainStrategy
from lakesmith.quality.guards import not_emptied

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.spec.model import Write


class ReplacingStrategy(PlainStrategy):
    """A strategy without a plan whose batches replace rows of the table."""

    def accounting(
        self, write: Write, metrics: Mapping[str, int], rows: int
    ) -> tuple[CheckResult, ...]:
        """Refuse an empty batch that deletes rows.

        Examples
        --------
        >>> from lakesmith.spec.model import Write
        >>> write = Write(strategy="replace_all")
        >>> results = ReplacingStrategy().accounting(write, {"numRemovedFiles": 1}, 0)
        >>> [result.check for result in results if result.refuses]
        ['not_emptied']
        """
        return not_emptied(write, metrics, rows)
