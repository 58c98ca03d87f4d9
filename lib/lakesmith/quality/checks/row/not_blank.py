"""Make the check `not_blank`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.spec.model.checks.row.not_blank import NotBlank
from lakesmith.transforms.text import is_blank


@column_check(NotBlank)
def not_blank(check: NotBlank, value: Column, kind: str) -> Column:
    """Break on NULL, on empty text, and on text of blanks, tabs and line ends only."""
    return value.isNull() | is_blank(value)
