"""Declare the check `maximum`."""

from __future__ import annotations

from typing import Literal

from lakesmith.spec.model.checks.batch_bounds import BatchBounds
from lakesmith.spec.model.checks.registry import declare


@declare
class Maximum(BatchBounds):
    """The greatest value of the column is within the bounds."""

    check: Literal["maximum"]
