"""Measure and judge one number of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.check_result import CheckResult, batch_result, error_result
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation
from lakesmith.quality.conditions import condition_problem, holds, measured_rows
from lakesmith.quality.rule import find
from lakesmith.quality.values.measurement import Measurement, breach
from lakesmith.spec.model.checks.column_kinds import kind_problem, typed_columns
from lakesmith.spec.model.checks.measured import Measured

M = TypeVar("M", bound=Measured)


@dataclass(frozen=True)
class MeasuredEvaluation(BatchEvaluation[M]):
    """Judge one number by the bounds of its check.

    A subclass says how the number is measured, and reads it from the metrics.
    """

    # What is measured, as a message says it.
    noun: ClassVar[str] = "value"

    def problem(self) -> str:
        """Say which column is not there or cannot be measured, or what the condition lacks."""
        known = self.scope.columns
        for name in self.columns() if known else ():
            if find(known, name) is None:
                return f"column '{name}' is not there"
        for name in typed_columns(self.check).values() if known else ():
            kind = self.kind(name)
            problem = kind_problem(
                self.check.check,
                name,
                kind,
                self.check.kinds,
            )
            if problem:
                return problem
        return condition_problem(self.check.where, self.scope.rows)

    def columns(self) -> list[str]:
        """Return the columns that the check names."""
        return [*self.check.named_columns().values()]

    def measurement(self, metrics: Mapping[str, Any]) -> Measurement | None:
        """Read the number from the metrics. It is None where there is no value."""
        value = metrics[self.name()]
        return None if value is None else Measurement(value)

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Judge the number. Without any, `on_null` decides."""
        if not any(name in metrics for name in self.measured_names()):
            return error_result(self.check, "it was not measured")
        estimate = self.measurement(metrics)
        if estimate is None:
            is_needed = self.check.on_null == "fail"
            message = (
                f"there is no {self.noun}, no row has a value" if is_needed else ""
            )
            return batch_result(self.check, message)
        return self.judged(estimate)

    def judged(self, estimate: Measurement) -> CheckResult:
        """Judge an estimate by the bounds of each severity."""
        broken = breach(self.check, estimate)
        what = f"{self.noun}{self.subject()}"
        text = f"the {what} is {estimate.text()}"
        if broken:
            return batch_result(self.check, f"{text}, {broken}")
        warn = self.check.warn
        narrow = breach(warn, estimate) if warn else ""
        if narrow:
            warning = self.check.model_copy(update={"on_fail": "warn"})
            return batch_result(warning, f"{text}, {narrow}")
        return batch_result(self.check, "")

    def measured_names(self) -> list[str]:
        """Return the names of the metrics, any of which says that the check was measured."""
        return [self.name()]

    def name(self, metric: str = "") -> str:
        """Return the name of a metric, which says all that it depends on."""
        of = ",".join(self.columns())
        condition = self.check.where
        where = f" where {condition}" if condition is not None else ""
        measure = metric or self.check.check
        return f"{measure}({of}){where}"

    def counted(self, value: Column) -> Column:
        """Return a value, NULL in the rows of the batch that are not measured."""
        condition = self.batch_condition()
        if condition is None:
            return value
        return F.when(condition, value)

    def batch_condition(self) -> Column | None:
        """Return which rows of the batch are measured, None where all are."""
        return measured_rows(self.check.where, self.scope.rows, self.scope.marks)

    def table_condition(self) -> Column | None:
        """Return the condition of the spec, None where all rows are measured."""
        where = self.check.where
        if where is None:
            return None
        return holds(where, self.scope.columns)

    def rows(self) -> Column:
        """Return the number of rows of the batch that are measured, as an aggregate."""
        condition = self.batch_condition()
        if condition is None:
            return F.count(F.lit(1))
        return F.count_if(condition)

    def value(self, column: str) -> Column:
        """Return the value of a column, NULL in the rows that are not measured."""
        return self.counted(named(column))

    def kind(self, column: str) -> str:
        """Return the type of a column."""
        return find(self.scope.columns, column) or ""

    def subject(self) -> str:
        """Return of what the number is, as a message says it."""
        names = " and ".join(self.columns())
        return f" of {names}" if names else ""
