"""Aggregate events in windows of equal length, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame

from lakesmith.column_refs import kind_of, named, require
from lakesmith.errors import StepError
from lakesmith.transforms.aggregate import aggregate
from lakesmith.transforms.axis import (
    MICROS_A_DAY,
    floor_div,
    from_position,
    position,
    require_axis,
    span_on_axis,
)
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.types import Transform

STEP = "tumbling"


def tumbling(
    *,
    at: str,
    every: str,
    measures: Mapping[str, str],
    by: Sequence[str] = (),
    start: str = "window_start",
    end: str = "window_end",
) -> Transform:
    """Aggregate events in half-open windows of equal length, counted from 1970 in UTC.

    Parameters
    ----------
    at : str
        The time of an event.
    every : str
        The length, such as ``15m``, ``1h`` or ``7d``; between whole numbers a number.
    measures : mapping of str to str
        New column to SQL aggregate, such as ``count(*)``.
    by : sequence of str
        The columns of the groups.
    start, end : str
        The columns of the first moment of a window and of the first one behind it.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS354 when `at` is
        no time; LS355 for a length that is none, or is no number of days for a date.

    Notes
    -----
    *Columns*: gives `by`, `start`, `end` in the type of `at`, and the measures. A window without
    an event has no row (`fill_gaps` adds it). Events without a time are in a window of their own,
    whose start is NULL. One exchange of partial aggregates.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> events = frame(spark, "shop string, at int", [("a", -1), ("a", 0), ("a", 9), ("a", 10)])
    >>> counted = tumbling(at="at", every="10", measures={"n": "count(*)"}, by=["shop"])
    >>> events.transform(counted).orderBy("window_start").show()
    +----+------------+----------+---+
    |shop|window_start|window_end|  n|
    +----+------------+----------+---+
    |   a|         -10|         0|  1|
    |   a|           0|        10|  2|
    |   a|          10|        20|  1|
    +----+------------+----------+---+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [at, *by], STEP)
        groups = df.select(*map(named, by))
        added = [start, end, *measures]
        refuse_clash(groups, added, STEP)
        kind = kind_of(df, at)
        width = _width(at, kind, every)

        here = position(named(at), kind)
        number = floor_div(here, width)
        begin = number * width
        begun = df.withColumn(start, from_position(begin, kind))

        counting = aggregate(by=[*by, start], measures=measures)
        counted = begun.transform(counting)

        behind = position(named(start), kind) + width
        ended = counted.withColumn(end, from_position(behind, kind))
        columns = map(named, [*by, *added])
        return ended.select(*columns)

    return apply


def _width(at: str, kind: str, every: str) -> int:
    require_axis(STEP, {at: kind})
    width = span_on_axis(STEP, "every", every, kind)
    is_part_of_day = kind == "date" and width % MICROS_A_DAY
    if width == 0 or is_part_of_day:
        raise StepError(
            f"step '{STEP}': every {every} is no length of a window of {at} ({kind})",
            code="LS355",
            hint="write a length above 0, in days for a date",
        )
    return width
