"""Fill missing values by the last known one before them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.responses.treat import Treated, is_missing, window_of
from lakesmith.types import Transform


def forward_fill(
    *,
    column: str,
    order_by: Sequence[str],
    by: Sequence[str],
    flag: str | None = None,
) -> Transform:
    """Set missing values of a column, NULL or NaN, to the last one before them in their group.

    Parameters
    ----------
    column : str
    order_by : sequence of str
        The columns that order the rows of a group, such as a timestamp.
    by : sequence of str
        The columns of the groups; an empty list takes all rows as one.
    flag : str, optional
        A column to add, true where the value was set.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a column is not there; LS333 for a list, a map or a struct.

    Notes
    -----
    *Columns*: needs the named ones -> the same types, the marks and `flag` BOOLEAN. Of known values
    at one position the greatest counts, so that the order of the input never shows. A row without
    a position gives and takes no value. Values before the first known one stay missing.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "day int, price int", [(1, 5), (2, None), (3, 7)])
    >>> filled = df.transform(forward_fill(column="price", order_by=["day"], by=[]))
    >>> filled.select("day", "price").orderBy("day").show()
    +---+-----+
    |day|price|
    +---+-----+
    |  1|    5|
    |  2|    5|
    |  3|    7|
    +---+-----+
    <BLANKLINE>
    """
    treated = Treated("forward_fill", column, flag)

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column, *order_by, *by], "forward_fill", [_LAST])
        kind = treated.kind_in(df)
        missing = is_missing(column, kind)
        order = [named(name) for name in order_by]
        has_position = reduce(and_, [one.isNotNull() for one in order])
        found = _at_position(order, named(column))
        known = F.when(~missing & has_position, found)
        # By range: rows at one position see each other.
        groups = window_of(by)
        ordered = groups.orderBy(*order)
        so_far = ordered.rangeBetween(Window.unboundedPreceding, Window.currentRow)
        newest = F.max(known).over(so_far)
        seen = df.withColumn(_LAST, newest["value"])
        last = named(_LAST)
        is_due = missing & has_position & last.isNotNull()
        filled = treated.put(seen, last, is_due)
        return filled.drop(_LAST)

    return apply


def _at_position(order: Sequence[Column], value: Column) -> Column:
    """Return a value behind its position, so that the greatest one is the last one."""
    fields: list[Column] = []
    for one in order:
        place = len(fields)
        fields.append(one.alias(f"at_{place}"))
    fields.append(value.alias("value"))
    return F.struct(*fields)


_LAST = "_last_known"
