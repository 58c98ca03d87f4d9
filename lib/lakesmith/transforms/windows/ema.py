"""Smooth a series by an exponential moving average."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require, types_of
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import NUMBERS
from lakesmith.transforms.axis import floor_div
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform, family

STEP = "ema"
_VALUE, _FIRST, _NUMBER, _AVERAGE = "_value", "_first", "_number", "_average"
_BLOCK, _PLACE, _WITHIN, _CARRIED = "_block", "_place", "_within", "_carried"
# Within a block weights grow up to 2**60, and after as many blocks they are below each double.
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
    missing value, NULL or NaN, keeps the average before it. A row without a position has NULL and
    counts for nothing. The result equals the recursion but for rounding. One exchange and two
    sorts; cost is linear in the rows, and no series is collected.

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
        require(df, [column, *order_by, *by], STEP)
        refuse_clash(df, [name], STEP)
        _require_number(df, column)
        numbered = df.transform(_numbered(column, order_by, by))
        smooth = _last_value if span == 1 else _smoothed(span, by)
        smoothed = numbered.transform(smooth)
        has_position = reduce(and_, [named(one).isNotNull() for one in order_by])
        average = F.when(has_position, named(_AVERAGE)).alias(name)
        return smoothed.select(*map(named, df.columns), average)

    return apply


def _require_number(df: DataFrame, column: str) -> None:
    kind = types_of(df)[column.lower()].simpleString()
    if family(kind) not in NUMBERS:
        what = f"step '{STEP}' cannot average {column}, it is {kind}"
        raise StepError(what, code="LS354", hint="name a column of numbers")


def _numbered(column: str, order_by: Sequence[str], by: Sequence[str]) -> Transform:
    """Add the values of a series as doubles, their numbers, and the first and the last one."""
    order = [named(one) for one in order_by]
    has_position = reduce(and_, [one.isNotNull() for one in order])
    number = named(column).cast("double")
    known = F.when(has_position & ~F.isnan(number), number)
    ordered = window_of(by).orderBy(*order, _VALUE)
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)

    def apply(df: DataFrame) -> DataFrame:
        valued = df.withColumn(_VALUE, known)
        added = {
            _FIRST: F.first(_VALUE, ignorenulls=True).over(so_far),
            _AVERAGE: F.last(_VALUE, ignorenulls=True).over(so_far),
            _NUMBER: F.count(_VALUE).over(so_far) - 1,
        }
        return valued.withColumns(added)

    return apply


def _last_value(numbered: DataFrame) -> DataFrame:
    return numbered


def _smoothed(span: int, by: Sequence[str]) -> Transform:
    """Replace the last value by the average, which is added up in blocks of a series.

    Within a block, values are weighted up from its begin on. What a block ends with is carried to
    the later ones.
    """
    weight = 2.0 / (span + 1.0)
    kept = 1.0 - weight
    size = max(1, int(_BITS_OF_BLOCK * math.log(2) / -math.log(kept)))
    place = named(_NUMBER) - named(_BLOCK) * size
    growing = named(_VALUE) * F.pow(F.lit(1 / kept), named(_PLACE))
    in_block = window_of([*by, _BLOCK]).orderBy(_NUMBER)
    # By range, since a row without a value has the number of the value before it.
    so_far = in_block.rangeBetween(Window.unboundedPreceding, Window.currentRow)
    before = window_of(by).orderBy(_BLOCK).rangeBetween(-_BLOCKS, -1)
    is_end = named(_VALUE).isNotNull() & (named(_PLACE) == size - 1)

    def apply(numbered: DataFrame) -> DataFrame:
        blocks = numbered.withColumn(_BLOCK, floor_div(named(_NUMBER), size))
        placed = blocks.withColumn(_PLACE, place)
        shrinking = F.pow(F.lit(kept), named(_PLACE)) * weight
        within = shrinking * F.sum(growing).over(so_far)
        summed = placed.withColumn(_WITHIN, within)
        ends = F.collect_list(F.when(is_end, named(_WITHIN))).over(before)
        carried = summed.withColumn(_CARRIED, _fold(ends, kept**size))
        return carried.withColumn(_AVERAGE, _total(kept))

    return apply


def _fold(ends: Column, kept: float) -> Column:
    return F.aggregate(ends, F.lit(0.0), lambda total, end: total * kept + end)


def _total(kept: float) -> Column:
    of_first = F.pow(F.lit(kept), named(_NUMBER) + 1) * named(_FIRST)
    of_carried = F.pow(F.lit(kept), named(_PLACE) + 1) * named(_CARRIED)
    total = named(_WITHIN) + of_carried + of_first
    return F.when(named(_NUMBER) >= 0, total)
