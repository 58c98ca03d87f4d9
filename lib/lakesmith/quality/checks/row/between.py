"""Make the check `between`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.quality.checks.registry import column_check
from lakesmith.quality.values.exact_bounds import is_greater, is_less
from lakesmith.spec.model.checks.row.between import Between
from lakesmith.types import is_float

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.bounds import Bounds


@column_check(Between)
def between(check: Between, value: Column, kind: str) -> Column:
    """Break below `min` and above `max`. NaN always breaks.

    Raises
    ------
    ValueError
        When a bound cannot be compared with the type of the column.

    Examples
    --------
    >>> check = Between(id="some", column="n", min=1)
    >>> nan = F.lit(float("nan"))
    >>> spark.range(1).select(between(check, nan, "double")).first()[0]
    True
    """
    breaks = outside(check, value, kind)
    if is_float(kind):
        return breaks | F.isnan(value)
    return breaks


def outside(bounds: Bounds, value: Column, kind: str) -> Column:
    """Return whether a value is less than the least or more than the greatest bound.

    Examples
    --------
    >>> from lakesmith.spec.model.checks.bounds import Bounds
    >>> spark.range(4).filter(outside(Bounds(min=1, max=2), F.col("id"), "bigint")).count()
    2
    """
    breaks = F.lit(False)
    if bounds.min is not None:
        is_below = is_less(value, bounds.min, kind)
        breaks = breaks | is_below
    if bounds.max is not None:
        is_above = is_greater(value, bounds.max, kind)
        breaks = breaks | is_above
    return breaks
