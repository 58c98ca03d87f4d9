"""Declare the check `schema`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName
from lakesmith.spec.model.checks.base import BatchCheck, GateColumns
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding


@declare
class Schema(BatchCheck):
    """The rows have these columns, of these types."""

    check: Literal["schema"]
    column_types: dict[ColumnName, str | None] = Field(
        min_length=1,
        description="Columns, each with its Spark type; without a type any will do.",
    )
    ordered: bool = Field(
        False, description="With `true` the columns have this order too."
    )
    others: bool = Field(True, description="With `false` there are no other columns.")

    reads_null: ClassVar[bool] = False

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find types that Spark does not have."""
        for name, kind in self.column_types.items():
            problem = type_problem(kind) if kind else ""
            if problem:
                key = f"column_types.{name}"
                yield Finding("LS141", key, problem, "write a type of Spark")
