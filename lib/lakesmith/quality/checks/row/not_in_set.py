"""Make the check `not_in_set`."""

from __future__ import annotations

from pyspark.sql import Column

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.values.exact_bounds import is_one_of
from lakesmith.spec.model.checks.row.not_in_set import NotInSet


@column_check(NotInSet)
def not_in_set(check: NotInSet, value: Column, kind: str) -> Column:
    """Break on a value that is listed.

    Raises
    ------
    ValueError
        When a listed value cannot be compared with the type of the column.

    Examples
    --------
    >>> from pyspark.sql import functions as F
    >>> check = NotInSet(id="real", column="id", values=(0,))
    >>> spark.range(2).filter(not_in_set(check, F.col("id"), "bigint")).count()
    1
    """
    return is_one_of(value, check.values, kind)
