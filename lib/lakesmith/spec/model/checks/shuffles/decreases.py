"""Declare the check `decreases`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import ORDERED
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare


@declare
class Decreases(MeasuredCount):
    """Rows whose value is below the one before, in the order of other columns, are few enough."""

    check: Literal["decreases"]
    column: CheckedColumn
    order_by: Annotated[tuple[ColumnName, ...], Field(strict=False, min_length=1)] = (
        Field(description="Columns that give the order.")
    )
    by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns of groups that have an order of their own."
    )
    strict: bool = Field(False, description="With `true` an equal value counts too.")

    kinds: ClassVar[tuple[str, ...]] = ORDERED
    cost: ClassVar[Cost] = "shuffle"
