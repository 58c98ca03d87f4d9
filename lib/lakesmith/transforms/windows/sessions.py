"""Part the events of a key into sessions, wherever nothing happens for a while."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require, types_of
from lakesmith.transforms.axis import position, require_axis, span_on_axis
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform

STEP = "sessions"
_IS_FIRST = "_is_first"


def sessions(
    *,
    at: str,
    gap: str,
    by: Sequence[str] = (),
    start: str = "session_start",
    number: str = "session",
) -> Transform:
    """Add the session of each event, where a new one begins after a gap without events.

    Parameters
    ----------
    at : str
        The time of an event.
    gap : str
        The span without an event that ends a session, such as ``30m``; between whole numbers a
        number. An event just so far behind the one before it begins a new session.
    by : sequence of str
        The columns of the groups, such as a user.
    start, number : str
        The columns of the first time of the session, and of its number within the group.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 for a missing column; LS307 for a name that would be there twice; LS354 when `at` is
        no time; LS355 for a span that is none.

    Notes
    -----
    *Columns*: needs `at` and `by` -> adds `start` in the type of `at` and `number` BIGINT, both
    NULL for an event without a time. One exchange and one sort.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> clicks = frame(spark, "user string, at int", [("a", 1), ("a", 3), ("a", 8)])
    >>> clicks.transform(sessions(at="at", gap="5", by=["user"])).orderBy("at").show()
    +----+---+-------------+-------+
    |user| at|session_start|session|
    +----+---+-------------+-------+
    |   a|  1|            1|      1|
    |   a|  3|            1|      1|
    |   a|  8|            8|      2|
    +----+---+-------------+-------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [at, *by], STEP)
        refuse_clash(df, [start, number], STEP)
        kind = types_of(df)[at.lower()].simpleString()
        require_axis(STEP, {at: kind})
        width = span_on_axis(STEP, "gap", gap, kind)
        time = named(at)
        ordered = window_of(by).orderBy(time)
        here = position(time, kind)
        apart = here - F.lag(here).over(ordered)
        is_first = F.coalesce(apart >= width, F.lit(True))
        marked = df.withColumn(_IS_FIRST, F.when(is_first & time.isNotNull(), time))
        so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
        first = F.last(_IS_FIRST, ignorenulls=True).over(so_far)
        count = F.count(_IS_FIRST).over(so_far)
        added = {start: first, number: F.when(time.isNotNull(), count)}
        return marked.withColumns(added).drop(_IS_FIRST)

    return apply
