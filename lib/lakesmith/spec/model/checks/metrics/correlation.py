"""Declare the check `correlation`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Correlation(Measured):
    """The correlation of Pearson with another column is within the bounds."""

    check: Literal["correlation"]
    column: CheckedColumn
    other: ColumnName = Field(description="The other column.")
