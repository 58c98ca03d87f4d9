"""Declare the check `distinct_count`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.column_kinds import ORDERED
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare


@declare
class DistinctCount(MeasuredCount):
    """The number of different values is within the bounds."""

    check: Literal["distinct_count"]
    column: CheckedColumn

    kinds: ClassVar[tuple[str, ...]] = ORDERED
