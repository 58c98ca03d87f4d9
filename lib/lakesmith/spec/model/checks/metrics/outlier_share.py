"""Declare the check `outlier_share`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.column_kinds import NUMBERS
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare


@declare
class OutlierShare(MeasuredShare):
    """The share of outliers of the column is within the bounds."""

    check: Literal["outlier_share"]
    column: CheckedColumn
    method: Literal["iqr", "zscore", "mad"] = Field(
        "iqr",
        description="How far an outlier is: `factor` times the range between the quartiles"
        " beyond them, or times the deviation beyond the mean or the median.",
    )
    factor: float | int | None = Field(
        None,
        gt=0,
        description="1.5 for `iqr`, 3 for `zscore`, 3.5 for `mad`, if left out.",
    )

    kinds: ClassVar[tuple[str, ...]] = NUMBERS
