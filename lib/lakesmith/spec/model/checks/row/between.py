"""Declare the check `between`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from lakesmith.spec.model.checks.base import CheckedColumn, GateColumns, RowCheck
from lakesmith.spec.model.checks.bounds import Bounds, empty_range, order_findings
from lakesmith.spec.model.checks.column_values import value_findings
from lakesmith.spec.model.checks.registry import declare
from lakesmith.spec.values.check_literals import is_less

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Finding


@declare
class Between(Bounds, RowCheck):
    """The value is not less than `min` and not greater than `max`."""

    check: Literal["between"]
    column: CheckedColumn

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find bounds that are no values of the column, or that hold none."""
        yield from order_findings(self)
        kind = columns.type_of(self.column)
        wrong = list(value_findings(self.bounds(), kind))
        yield from wrong
        if kind and not wrong and self._is_empty(kind):
            yield empty_range(self)

    def _is_empty(self, kind: str) -> bool:
        # Numbers are compared whatever the type of the column is.
        if not isinstance(self.min, str) or not isinstance(self.max, str):
            return False
        return is_less(self.max, self.min, kind)
