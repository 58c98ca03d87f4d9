"""Make the checks `minimum` and `maximum`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.check_result import CheckResult, batch_result
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.row.between import outside
from lakesmith.quality.conditions import condition_problem, measured_rows
from lakesmith.quality.rule import find, sample_of
from lakesmith.quality.values.spec_literals import literal
from lakesmith.spec.model.checks.batch_bounds import BatchBounds
from lakesmith.spec.model.checks.column_kinds import ORDERED, kind_problem
from lakesmith.spec.model.checks.metrics.maximum import Maximum
from lakesmith.spec.model.checks.metrics.minimum import Minimum
from lakesmith.types import is_float

B = TypeVar("B", bound=BatchBounds)


class ExtremeEvaluation(BatchEvaluation[B]):
    """Judge the least or the greatest value, which Spark compares with the bounds."""

    def extreme(self, value: Column) -> Column:
        """Return the aggregate of the values."""
        raise NotImplementedError

    def problem(self) -> str:
        """Say that the column is not there, has no order or another type than the bounds."""
        column = self.check.column
        kind = find(self.scope.columns, column)
        if kind is None:
            return f"column '{column}' is not there"
        problem = kind_problem(
            self.check.check,
            column,
            kind,
            ORDERED,
        )
        return (
            problem
            or self._bound_problem(kind)
            or condition_problem(self.check.where, self.scope.rows)
        )

    def metrics(self) -> dict[str, Column]:
        """Return the value as text, and whether it is outside of the bounds.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of text and boolean.
        """
        kind = self._kind()
        value = named(self.check.column)
        is_measured = measured_rows(self.check.where, self.scope.rows, self.scope.marks)
        if is_measured is not None:
            value = F.when(is_measured, value)
        extreme = self.extreme(value)
        broken = outside(self.check, extreme, kind)
        if is_float(kind):
            broken = broken | F.isnan(extreme)
        measured = (sample_of(extreme, kind), broken)
        return dict(zip(self.metric_names(), measured, strict=True))

    def metric_names(self) -> tuple[str, str]:
        """Return the names of the value and of whether it is outside of the bounds."""
        return self._name("value"), self._name("broken")

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Fail when the value is outside of the bounds. Without any, `on_null` decides."""
        value = metrics[self._name("value")]
        if value is None:
            is_needed = self.check.on_null == "fail"
            return batch_result(self.check, "no row has a value" if is_needed else "")
        if not metrics[self._name("broken")]:
            return batch_result(self.check, "")
        limits = self.check.bounds().items()
        texts = [f"{key} {bound}" for key, bound in limits]
        expected = " and ".join(texts)
        check = self.check
        what = f"the {check.check} of {check.column} is {value}"
        return batch_result(self.check, f"{what}, expected {expected}")

    def _bound_problem(self, kind: str) -> str:
        try:
            for bound in self.check.bounds().values():
                literal(bound, kind)
        except ValueError as error:
            return str(error)
        return ""

    def _kind(self) -> str:
        return find(self.scope.columns, self.check.column) or ""

    def _name(self, metric: str) -> str:
        bounds = f"{self.check.min} to {self.check.max}"
        check = self.check
        where = f" where {check.where}" if check.where is not None else ""
        measured = f"{check.check}_{metric}({check.column})"
        return f"{measured} {bounds}{where}"


@batch_check(Minimum)
class MinimumEvaluation(ExtremeEvaluation[Minimum]):
    """Judge the least value."""

    def extreme(self, value: Column) -> Column:
        """Return the least one."""
        return F.min(value)


@batch_check(Maximum)
class MaximumEvaluation(ExtremeEvaluation[Maximum]):
    """Judge the greatest value."""

    def extreme(self, value: Column) -> Column:
        """Return the greatest one. NaN is greater than every number."""
        return F.max(value)
