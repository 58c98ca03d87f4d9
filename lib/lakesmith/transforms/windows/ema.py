"""Smooth a series by an exponential moving average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import kind_of, named, require
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import NUMBERS
from lakesmith.transforms.axis import floor_div
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform, family

STEP = "ema"
_VALUE = "_value"
_FIRST = "_first"
_NUMBER = "_number"
_AVERAGE = "_average"
_BLOCK = "_block"
_PLACE = "_place"
_WITHIN = "_within"
_CARRIED = "_carried"
_HELPERS = (
    _VALUE,
    _FIRST,
    _NUMBER,
    _AVERAGE,
    _BLOCK,
    _PLACE,
    _WITHIN,
    _CARRIED,
)
# Within a block weights fall down to 2**-60, and after as many blocks they are below each double.
_BITS_OF_BLOCK = 60
_BLOCKS = 19


def ema(
    *,
    column: str,
    span: int,
    order_by: Sequence[str],
    by: Sequence[str] = (),
    name: str = "ema",
) -> Transform:
    """Add the exponential moving average of a series, with weight 2 / (span + 1) for each value.

    Parameters
    ----------
    column : str
        A number.
    span : int
        The number of values that it stands for.
    order_by : sequence of str
        The columns that order the rows of a series, such as a time. Values at one position count
        in the order of their size.
    by : sequence of str
        The columns that tell series apart.
    name : str
        The column to add.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that is there; LS354 when `column` is no
        number; LS355 for a span below 1.

    Notes
    -----
    *Columns*: needs the named ones -> adds `name` DOUBLE. The first value begins the series. A
    missing value, NULL, NaN or an infinity, keeps the average before it. A row without a position
    has NULL and counts for nothing. The result equals the recursion but for rounding; values below
    1e-290 count as zero. One exchange and two sorts; cost is linear in the rows, and no series is
    collected.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> prices = frame(spark, "day int, price int", [(1, 10), (2, 20), (3, 40)])
    >>> smooth = ema(column="price", span=3, order_by=["day"])
    >>> prices.transform(smooth).orderBy("day").show()
    +---+-----+----+
    |day|price| ema|
    +---+-----+----+
    |  1|   10|10.0|
    |  2|   20|15.0|
    |  3|   40|27.5|
    +---+-----+----+
    <BLANKLINE>
    """
    if span < 1:
        what = f"step '{STEP}': a span of {span} has no weight"
        raise StepError(what, code="LS355", hint="write a number from 1 on")

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column, *order_by, *by], STEP, _HELPERS)
        refuse_clash(df, [name], STEP)
        _require_number(df, column)

        numbered = df.transform(_numbered(column, order_by, by))
        smooth = _last_value if span == 1 else _smoothed(span, by)
        smoothed = numbered.transform(smooth)

        has_position = _has_position(order_by)
        average = F.when(has_position, named(_AVERAGE))
        kept = map(named, df.columns)
        return smoothed.select(*kept, average.alias(name))

    return apply


def _require_number(df: DataFrame, column: str) -> None:
    kind = kind_of(df, column)
    if family(kind) not in NUMBERS:
        what = f"step '{STEP}' cannot average {column}, it is {kind}"
        raise StepError(what, code="LS354", hint="name a column of numbers")


def _has_position(order_by: Sequence[str]) -> Column:
    """Return whether a row has a value in each column that orders the series."""
    order = map(named, order_by)
    known = [one.isNotNull() for one in order]
    return reduce(and_, known)


def _numbered(column: str, order_by: Sequence[str], by: Sequence[str]) -> Transform:
    """Add the values of a series as doubles, their numbers, and the first and the last one."""
    number = named(column).cast("double")
    is_finite = F.abs(number) < float("inf")
    is_known = _has_position(order_by) & is_finite
    known = F.when(is_known, number)
    series = window_of(by)
    order = map(named, order_by)
    ordered = series.orderBy(*order, _VALUE)
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)

    def apply(df: DataFrame) -> DataFrame:
        valued = df.withColumn(_VALUE, known)
        first = F.first(_VALUE, ignorenulls=True)
        last = F.last(_VALUE, ignorenulls=True)
        values = F.count(_VALUE)
        added = {
            _FIRST: first.over(so_far),
            _AVERAGE: last.over(so_far),
            _NUMBER: values.over(so_far) - 1,
        }
        return valued.withColumns(added)

    return apply


def _last_value(numbered: DataFrame) -> DataFrame:
    return numbered


def _smoothed(span: int, by: Sequence[str]) -> Transform:
    """Replace the last value by the average, which is added up in blocks of a series.

    Within a block, values are weighted down by how far they are from its end. What a block ends
    with is carried to the later ones.
    """
    weight = 2.0 / (span + 1.0)
    kept = 1.0 - weight
    size = _size_of_block(kept)

    def apply(numbered: DataFrame) -> DataFrame:
        block = floor_div(named(_NUMBER), size)
        blocks = numbered.withColumn(_BLOCK, block)
        first = named(_BLOCK) * size
        placed = blocks.withColumn(_PLACE, named(_NUMBER) - first)

        summed = placed.withColumn(_WITHIN, _within(weight, kept, size, by))
        carried = summed.withColumn(_CARRIED, _carried(kept, size, by))
        return carried.withColumn(_AVERAGE, _total(kept))

    return apply


def _size_of_block(kept: float) -> int:
    most = _BITS_OF_BLOCK * math.log(2)
    growth = -math.log(kept)
    values = int(most / growth)
    return max(1, values)


def _within(weight: float, kept: float, size: int, by: Sequence[str]) -> Column:
    """Return the part of the average that the values of the same block have."""
    # No weight is above 1, so that no sum is beyond a double where the values are not.
    to_end = F.lit(size) - named(_PLACE)
    weighted = named(_VALUE) * _power(kept, to_end)
    block = window_of([*by, _BLOCK])
    ordered = block.orderBy(_NUMBER)

    # By range, since a row without a value has the number of the value before it.
    so_far = ordered.rangeBetween(Window.unboundedPreceding, Window.currentRow)
    summed = F.sum(weighted).over(so_far)
    back = _power(1 / kept, to_end) * weight
    return back * summed


def _carried(kept: float, size: int, by: Sequence[str]) -> Column:
    """Return what the blocks before end with, the newest one with its whole weight."""
    series = window_of(by)
    ordered = series.orderBy(_BLOCK)
    before = ordered.rangeBetween(-_BLOCKS, -1)

    is_last = named(_PLACE) == size - 1
    has_value = named(_VALUE).isNotNull()
    end = F.when(has_value & is_last, named(_WITHIN))
    ends = F.collect_list(end).over(before)
    return _fold(ends, kept**size)


def _fold(ends: Column, kept: float) -> Column:
    return F.aggregate(ends, F.lit(0.0), lambda total, end: total * kept + end)


def _total(kept: float) -> Column:
    values = named(_NUMBER) + 1
    values_of_block = named(_PLACE) + 1

    of_first = _power(kept, values) * named(_FIRST)
    of_carried = _power(kept, values_of_block) * named(_CARRIED)
    total = named(_WITHIN) + of_carried + of_first
    has_begun = named(_NUMBER) >= 0
    return F.when(has_begun, total)


def _power(base: float, exponent: Column) -> Column:
    return F.pow(F.lit(base), exponent)
