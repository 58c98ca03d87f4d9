"""Declare the check `not_null`."""

from __future__ import annotations

from typing import ClassVar, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, RowCheck
from lakesmith.spec.model.checks.registry import declare


@declare
class NotNull(RowCheck):
    """The column has a value."""

    check: Literal["not_null"]
    column: CheckedColumn

    replaces: ClassVar[Literal["", "cast", "given"]] = "given"
