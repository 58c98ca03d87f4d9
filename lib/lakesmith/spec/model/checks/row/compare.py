"""Declare the check `compare`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import CheckedColumn, RowCheck
from lakesmith.spec.model.checks.registry import declare

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@declare
class Compare(RowCheck):
    """The value compares with that of another column."""

    check: Literal["compare"]
    column: CheckedColumn
    operator: Operator = Field(description="How the two values compare, quoted.")
    other: ColumnName = Field(description="Column on the right of the operator.")
