"""Plan a commit whose changed rows are known before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lakesmith.batch.write.strategies.base import WritePlan
from lakesmith.columns import CHANGE

if TYPE_CHECKING:
    from lakesmith.batch.write.change_set import Changes


@dataclass(frozen=True)
class ChangePlan(WritePlan):
    """The plan of a batch whose changes were found by comparing it with the table."""

    changes: Changes = field(kw_only=True)


def change_plan(changes: Changes) -> ChangePlan:
    """Return the plan of a commit that makes these changes."""
    rows = changes.rows.drop(CHANGE)
    return ChangePlan(
        rows, changes.counts, watermark=changes.watermark, changes=changes
    )
