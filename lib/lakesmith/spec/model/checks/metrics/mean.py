"""Declare the check `mean`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Mean(Measured):
    """The mean of the column is within the bounds."""

    check: Literal["mean"]
    column: CheckedColumn
