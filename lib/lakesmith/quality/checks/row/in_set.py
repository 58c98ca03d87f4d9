"""Make the check `in_set`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.values.exact_bounds import is_one_of
from lakesmith.spec.model.checks.row.in_set import InSet


@column_check(InSet)
def in_set(check: InSet, value: Column, kind: str) -> Column:
    """Break on a value that is not listed.

    Raises
    ------
    ValueError
        When a listed value cannot be compared with the type of the column.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> check = InSet(id="known", column="id", values=(0, 1))
    >>> spark.range(3).select(in_set(check, F.col("id"), "bigint").alias("b")).collect()[2].b
    True
    """
    return ~is_one_of(value, check.values, kind)
