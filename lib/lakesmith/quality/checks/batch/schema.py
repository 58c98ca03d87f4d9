"""Make the check `schema`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lakesmith.quality.check_result import CheckResult, batch_result
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.rule import find
from lakesmith.spec.model.checks.batch.schema import Schema


@batch_check(Schema)
class SchemaEvaluation(BatchEvaluation[Schema]):
    """Judge the columns of the accepted rows and their types."""

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Fail with all differences.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> check = Schema(id="shape", column_types={"id": "int", "day": None}, others=False)
        >>> scope = BatchScope(Table(from_="bronze.orders"), {"id": "bigint", "x": "int"})
        >>> SchemaEvaluation(check, scope).result({}).message
        "column 'id' is bigint, expected int; column 'day' is not there; column 'x' is not expected"
        """
        missing = self._missing()
        unexpected = self._unexpected()
        differences = [
            *missing,
            *unexpected,
            *self._order(),
        ]
        return batch_result(
            self.check,
            "; ".join(differences),
            len(differences),
        )

    def _missing(self) -> Iterator[str]:
        for name, expected in self.check.column_types.items():
            kind = find(self.scope.columns, name)
            if kind is None:
                yield f"column '{name}' is not there"
            elif expected and _plain(kind) != _plain(expected):
                yield f"column '{name}' is {kind}, expected {expected}"

    def _unexpected(self) -> Iterator[str]:
        expected = {name.lower() for name in self.check.column_types}
        for name in () if self.check.others else self.scope.columns:
            if name.lower() not in expected:
                yield f"column '{name}' is not expected"

    def _order(self) -> Iterator[str]:
        expected = [name.lower() for name in self.check.column_types]
        known = [name.lower() for name in self.scope.columns]
        common = [name for name in expected if name in known]
        actual = [name for name in known if name in expected]
        if self.check.ordered and actual != common:
            yield f"the order of columns is {', '.join(actual)}"


def _plain(kind: str) -> str:
    return "".join(kind.split()).lower()
