"""Declare the check `time_gaps`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.duration import SPAN_PATTERN
from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn, Cost
from lakesmith.spec.model.checks.column_kinds import TIMES
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare


@declare
class TimeGaps(MeasuredCount):
    """Steps between two neighbouring times that are longer than `longest` are few enough."""

    check: Literal["time_gaps"]
    column: CheckedColumn
    longest: str = Field(
        pattern=SPAN_PATTERN, description="Longest step, such as `1d`."
    )
    by: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns of groups that have times of their own."
    )

    kinds: ClassVar[tuple[str, ...]] = TIMES
    cost: ClassVar[Cost] = "shuffle"
