"""Declare the check `not_in_future`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from lakesmith.duration import SPAN_PATTERN
from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.column_kinds import TIMES, kind_findings
from lakesmith.spec.model.checks.registry import declare

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class NotInFuture(RowCheck):
    """The time is not later than the run, which has a recorded time of its own."""

    check: Literal["not_in_future"]
    column: CheckedColumn
    tolerance: str = Field(
        "0s",
        pattern=SPAN_PATTERN,
        description="How much later than the run a value may be, such as `10m`.",
    )

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find a column that is no time."""
        yield from kind_findings(self, TIMES, columns)
