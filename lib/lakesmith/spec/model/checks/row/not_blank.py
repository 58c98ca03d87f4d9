"""Declare the check `not_blank`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, RowCheck
from lakesmith.spec.model.checks.registry import declare


@declare
class NotBlank(RowCheck):
    """The column has a value, and more than blanks."""

    check: Literal["not_blank"]
    column: CheckedColumn

    replaces: ClassVar[Literal["", "cast", "given"]] = "given"
