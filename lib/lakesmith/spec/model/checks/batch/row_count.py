"""Declare the check `row_count`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from lakesmith.spec.model.checks.base import BatchCheck, GateColumns
from lakesmith.spec.model.checks.bounds import Bounds, count_findings
from lakesmith.spec.model.checks.registry import declare

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class RowCount(Bounds, BatchCheck):
    """The batch has at least `min` and at most `max` accepted rows."""

    check: Literal["row_count"]

    reads_null: ClassVar[bool] = False

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find bounds that are no counts."""
        yield from count_findings(self)
