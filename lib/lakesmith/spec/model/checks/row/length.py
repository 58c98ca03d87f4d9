"""Declare the check `length`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.bounds import Bounds, count_findings
from lakesmith.spec.model.checks.registry import declare

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class Length(Bounds, RowCheck):
    """The text has at least `min` and at most `max` characters."""

    check: Literal["length"]
    column: CheckedColumn

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find bounds that are no lengths."""
        yield from count_findings(self)
