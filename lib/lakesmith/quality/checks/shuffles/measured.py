"""Measure and judge one number of a written table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.spec.model.checks.measured import Measured
from lakesmith.types import Transform

M = TypeVar("M", bound=Measured)
# The name of the rows of a value while they are counted.
ROWS = "_rows"


@dataclass(frozen=True)
class ShuffleEvaluation(MeasuredEvaluation[M]):
    """Judge one number that is measured on the written table, with a shuffle."""

    def shuffles(self) -> dict[str, Transform]:
        """Return the measure.

        Notes
        -----
        *Columns*: needs what the check names -> exactly one row with the number.
        """
        return {self.name(): self.measured}

    def measured(self, rows: DataFrame) -> DataFrame:
        """Return one row with the number, NULL where there is none.

        *Columns*: needs what the check names -> exactly one row of a number.
        """
        raise NotImplementedError

    def plan_note(self) -> str:
        """Say that the check costs a shuffle."""
        return f"{self.check.check}{self.subject()} needs one more shuffle"

    def rows_with_values(self, rows: DataFrame) -> DataFrame:
        """Return the rows that count and have a value in each column of the check.

        *Columns*: as they are.
        """
        condition = self.table_condition()
        counted = rows if condition is None else rows.filter(condition)
        for name in self.check.checked_columns().values():
            counted = counted.filter(named(name).isNotNull())
        return counted

    def value_counts(self, rows: DataFrame) -> DataFrame:
        """Return how many rows each value has.

        *Columns*: needs the columns of the check -> they and ``_rows`` BIGINT.
        """
        columns = [named(name) for name in self.columns()]
        return (
            self.rows_with_values(rows)
            .groupBy(*columns)
            .agg(F.count(F.lit(1)).alias(ROWS))
        )
