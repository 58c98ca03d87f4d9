"""Declare the check `median`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Median(Measured):
    """The median of the column is within the bounds."""

    check: Literal["median"]
    column: CheckedColumn
