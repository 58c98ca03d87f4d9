"""Make the check `not_blank`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import column_check
from lakesmith.spec.model.checks import NotBlank
from lakesmith.transforms.text import BLANKS


@column_check(NotBlank)
def not_blank(check: NotBlank, value: Column, kind: str) -> Column:
    """Break on NULL, on empty text, and on text of blanks, tabs and line ends only."""
    return value.isNull() | is_blank(value)


def is_blank(text: Column) -> Column:
    """Return whether text has nothing but blanks, tabs and line ends. NULL gives NULL.

    Examples
    --------
    >>> spark.range(1).select(is_blank(F.lit(" ")), is_blank(F.lit("a"))).first()[:]
    (True, False)
    """
    return F.trim(text.cast("string"), F.lit(BLANKS)) == ""
