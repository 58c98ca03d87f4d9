"""Declare the check `unique_share`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import GROUPED
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare


@declare
class UniqueShare(MeasuredShare):
    """The share of values that no other row has is within the bounds."""

    check: Literal["unique_share"]
    column: CheckedColumn

    kinds: ClassVar[tuple[str, ...]] = GROUPED
    cost: ClassVar[Cost] = "shuffle"
