"""Declare the check `expression`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import GateColumns, RowCheck
from lakesmith.spec.model.checks.condition_text import names_in, unbalanced
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding, suggest


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
        return {"expression": self.expression}

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find SQL that is not balanced, and names that no column has."""
        problem = unbalanced(self.expression)
        if problem:
            yield Finding("LS146", "expression", problem, "correct the expression")
            return
        known = {column.lower() for column in columns.at_gate}
        for name in names_in(self.expression) if known else ():
            if name.lower() not in known:
                what = f"no column '{name}' is there when the check is made"
                hint = suggest(name, columns.at_gate, "its columns")
                yield Finding("LS147", "expression", what, hint)
