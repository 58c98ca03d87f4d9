"""Make the check `python`."""

from __future__ import annotations

from importlib import import_module

from pyspark.sql import DataFrame

from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.checks.shuffles.measured import ShuffleEvaluation
from lakesmith.quality.checks.shuffles.one_number import one_number
from lakesmith.spec.model.checks.shuffles.python import Python


@batch_check(Python)
class PythonEvaluation(ShuffleEvaluation[Python]):
    """Judge the number that a function of a user measures."""

    noun = "number"

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return the number of the function.

        *Columns*: needs what the function takes -> exactly one row of a number.
        """
        condition = self.table_condition()
        counted = rows if condition is None else rows.filter(condition)
        module, _, name = self.check.function.partition(":")
        function = getattr(import_module(module), name)
        return one_number(function(counted, **self.check.options))

    def name(self, metric: str = "") -> str:
        """Return the function with its options and condition, which is the name of its metric."""
        condition = self.check.where
        where = f" where {condition}" if condition is not None else ""
        return f"{self.check.function}({self.check.options}){where}"
