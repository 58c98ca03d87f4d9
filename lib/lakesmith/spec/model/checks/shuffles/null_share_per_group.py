"""Declare the check `null_share_per_group`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare


@declare
class NullSharePerGroup(MeasuredShare):
    """The greatest share of NULL in a group is within the bounds."""

    check: Literal["null_share_per_group"]
    column: CheckedColumn
    by: Annotated[tuple[ColumnName, ...], Field(strict=False, min_length=1)] = Field(
        description="Columns of the groups."
    )

    cost: ClassVar[Cost] = "shuffle"
