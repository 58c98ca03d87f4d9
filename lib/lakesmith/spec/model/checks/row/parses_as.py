"""Declare the check `parses_as`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding


@declare
class ParsesAs(RowCheck):
    """The text is a value of `type`, by the rules of the casts of a contract."""

    check: Literal["parses_as"]
    column: CheckedColumn
    type: str = Field(description="Spark type in lower case, such as `date`.")
    format: str | None = Field(
        None, description="Datetime pattern of the text, for dates and timestamps."
    )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find an unknown type, and a column that is no text."""
        problem = type_problem(self.type)
        if problem:
            yield Finding("LS141", "type", problem, "write a type such as date or int")
        kind = columns.type_of(self.column)
        if kind and kind != "string":
            what = f"parses_as needs text, column '{self.column}' is {kind}"
            yield Finding("LS145", "column", what, "name a column of type string")
