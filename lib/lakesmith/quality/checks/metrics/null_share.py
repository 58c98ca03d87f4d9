"""Make the check `null_share`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.quality.values.measurement import Measurement
from lakesmith.spec.model.checks.metrics.null_share import NullShare

_ROWS = "rows"
_VALUES = "values"


@batch_check(NullShare)
class NullShareEvaluation(MeasuredEvaluation[NullShare]):
    """Judge which share of the values is NULL."""

    noun = "share of NULL"

    def metrics(self) -> dict[str, Column]:
        """Return the number of rows, and of those with a value.

        Notes
        -----
        *Columns*: needs the column of the check -> one row of metrics.
        """
        values = F.count(self.value(self.check.column))
        rows = self.rows()
        return {
            self.name(_ROWS): rows,
            self.name(_VALUES): values,
        }

    def measured_names(self) -> list[str]:
        """Return the name of the number of rows."""
        return [self.name(_ROWS)]

    def measurement(self, metrics: Mapping[str, Any]) -> Measurement | None:
        """Return the share, None without rows.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> check = NullShare(id="few", column="n", max="5 %")
        >>> made = NullShareEvaluation(check, BatchScope(Table(from_="bronze.orders")))
        >>> made.result({"rows(n)": 10, "values(n)": 9}).message
        'the share of NULL of n is 0.1, expected at most 5 %'
        """
        rows = metrics[self.name(_ROWS)]
        nulls = rows - metrics[self.name(_VALUES)]
        return Measurement(nulls / rows) if rows else None
