"""Declare the check `most_frequent_share`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import GROUPED
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare


@declare
class MostFrequentShare(MeasuredShare):
    """The share of rows with the most frequent value is within the bounds."""

    check: Literal["most_frequent_share"]
    column: CheckedColumn

    kinds: ClassVar[tuple[str, ...]] = GROUPED
    cost: ClassVar[Cost] = "shuffle"
