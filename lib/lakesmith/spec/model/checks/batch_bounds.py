"""Define what the checks of the least and the greatest value have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from lakesmith.spec.model.checks.base import BatchCheck, CheckedColumn, GateColumns
from lakesmith.spec.model.checks.bounds import Bounds, order_findings
from lakesmith.spec.model.checks.column_kinds import ORDERED, kind_findings
from lakesmith.spec.model.checks.column_values import value_findings
from lakesmith.spec.model.checks.condition_rules import condition_findings

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


class BatchBounds(Bounds, BatchCheck):
    """A value of a batch that lies within bounds of the type of its column."""

    column: CheckedColumn
    where: str | None = Field(
        None, description="SQL condition of the rows that are measured."
    )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find bounds that are no values of the column, or that hold none."""
        yield from order_findings(self)
        yield from kind_findings(self, ORDERED, columns)
        yield from value_findings(self.bounds(), columns.type_of(self.column))
        yield from condition_findings("where", self.where, columns)
