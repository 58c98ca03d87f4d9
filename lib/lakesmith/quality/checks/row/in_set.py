"""Make the check `in_set`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.values.spec_literals import literal
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
    listed = [literal(member, kind) for member in check.values]
    return ~value.isin(*listed)
