"""Make the check `not_null`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.spec.model.checks.row.not_null import NotNull


@column_check(NotNull)
def not_null(check: NotNull, value: Column, kind: str) -> Column:
    """Break on NULL."""
    return value.isNull()
