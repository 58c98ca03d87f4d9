"""Declare the check `entropy`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import GROUPED
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Entropy(Measured):
    """The entropy of the values, in nats, is within the bounds."""

    check: Literal["entropy"]
    column: CheckedColumn

    kinds: ClassVar[tuple[str, ...]] = GROUPED
    cost: ClassVar[Cost] = "shuffle"
