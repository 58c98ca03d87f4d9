"""Declare the check `stddev`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.base import CheckedColumn
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.spec.model.checks.registry import declare


@declare
class Stddev(Measured):
    """The standard deviation of the sample is within the bounds."""

    check: Literal["stddev"]
    column: CheckedColumn
