"""Declare the check `null_count`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare


@declare
class NullCount(MeasuredCount):
    """At most `max` values of the column are NULL."""

    check: Literal["null_count"]
    column: CheckedColumn
