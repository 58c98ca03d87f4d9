"""Declare the check `references`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from lakesmith.spec.model.base import ColumnName, TableName
from lakesmith.spec.model.checks.base import Cost, GateColumns
from lakesmith.spec.model.checks.measured import MeasuredCount
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.yaml.provenance import Finding


@declare
class References(MeasuredCount):
    """Rows whose values no row of another table has are few enough; NULL refers to nothing.

    It reads the written table, so that what a delete in the other table orphans is found too.
    """

    check: Literal["references"]
    columns: Annotated[tuple[ColumnName, ...], Field(strict=False, min_length=1)] = (
        Field(description="Columns that refer to the other table.")
    )
    table: TableName = Field(description="The other table, such as `silver.customers`.")
    to: Annotated[tuple[ColumnName, ...], Field(strict=False)] = Field(
        (), description="Columns of the other table, if they have other names."
    )

    kinds: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[Cost] = "shuffle"

    def tables_read(self) -> dict[str, str]:
        """Return the other table."""
        return {"table": self.table}

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find another number of columns on the other side."""
        yield from super().findings(columns)
        if self.to and len(self.to) != len(self.columns):
            what = f"{len(self.columns)} columns refer to {len(self.to)}"
            yield Finding("LS141", "to", what, "name as many columns on both sides")
