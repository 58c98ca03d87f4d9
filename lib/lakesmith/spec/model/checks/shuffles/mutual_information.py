"""Declare the check `mutual_information`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import GROUPED
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class MutualInformation(Measured):
    """What two columns say of each other, in nats, is within the bounds."""

    check: Literal["mutual_information"]
    column: CheckedColumn
    other: ColumnName = Field(description="The other column.")

    kinds: ClassVar[tuple[str, ...]] = GROUPED
    cost: ClassVar[Cost] = "shuffle"
