"""Declare the check `quantile`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Quantile(Measured):
    """A quantile of the column is within the bounds."""

    check: Literal["quantile"]
    column: CheckedColumn
    quantile: float = Field(
        ge=0, le=1, strict=False, description="Share of the values below it, 0 to 1."
    )
