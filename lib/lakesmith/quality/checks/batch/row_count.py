"""Make the check `row_count`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakesmith.quality.check_result import CheckResult, batch_result
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation
from lakesmith.quality.checks.registry import batch_check
from lakesmith.spec.model.checks.batch.row_count import RowCount


@batch_check(RowCount)
class RowCountEvaluation(BatchEvaluation[RowCount]):
    """Judge the number of accepted rows."""

    def result(self, metrics: Mapping[str, Any]) -> CheckResult:
        """Fail when there are fewer rows than `min` or more than `max`.

        Examples
        --------
        >>> from lakesmith.quality.checks.batch.evaluation import BatchScope
        >>> from lakesmith.spec.model import Table
        >>> check = RowCount(id="few", max=5)
        >>> scope = BatchScope(Table(from_="bronze.orders"))
        >>> RowCountEvaluation(check, scope).result({"rows": 6}).message
        '6 rows, expected at most 5'
        """
        rows = metrics["rows"]
        low = self.check.min
        high = self.check.max
        message = ""
        if low is not None and rows < float(low):
            message = f"{rows} rows, expected at least {low}"
        elif high is not None and rows > float(high):
            message = f"{rows} rows, expected at most {high}"
        return batch_result(self.check, message)
