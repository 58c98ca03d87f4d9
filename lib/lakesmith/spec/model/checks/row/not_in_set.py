"""Declare the check `not_in_set`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.column_values import value_findings
from lakesmith.spec.model.checks.registry import declare

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class NotInSet(RowCheck):
    """The value is none of `values`."""

    check: Literal["not_in_set"]
    column: CheckedColumn
    values: Annotated[tuple[str | int | float | bool, ...], Field(strict=False)] = (
        Field(description="Values that fail; text is quoted.")
    )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find listed values that the column cannot have."""
        kind = columns.type_of(self.column)
        for index, value in enumerate(self.values):
            yield from value_findings({f"values.{index}": value}, kind)
