"""Declare the check `null_share`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import MeasuredShare
from lakesmith.spec.model.checks.registry import declare


@declare
class NullShare(MeasuredShare):
    """The share of NULL in the column is within the bounds."""

    check: Literal["null_share"]
    column: CheckedColumn
