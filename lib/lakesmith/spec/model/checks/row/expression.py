"""Declare the check `expression`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import GateColumns, RowCheck
from lakesmith.spec.model.checks.condition_rules import condition_findings
from lakesmith.spec.model.checks.registry import declare

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class Expression(RowCheck):
    """A SQL condition holds. The value of `column` is shown where it does not."""

    check: Literal["expression"]
    column: ColumnName | None = Field(
        None, description="Column whose value is shown for a row that fails."
    )
    expression: str = Field(
        description="SQL condition that holds for a row that passes."
    )

    def sql_texts(self) -> dict[str, str]:
        """Return the condition."""
        return {"expression": self.expression, **super().sql_texts()}

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find SQL that is not balanced, and names that no column has."""
        yield from condition_findings("expression", self.expression, columns)
