"""Make the check `length`."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.checks.row.between import outside
from lakesmith.spec.model.checks.row.length import Length


@column_check(Length)
def length(check: Length, value: Column, kind: str) -> Column:
    """Break when the text has fewer than `min` or more than `max` code points.

    Examples
    --------
    >>> check = Length(id="short", column="id", max=2)
    >>> spark.range(1).select(length(check, F.lit("abc"), "string")).first()[0]
    True
    """
    text = value.cast("string")
    return outside(check, F.length(text), "int")
