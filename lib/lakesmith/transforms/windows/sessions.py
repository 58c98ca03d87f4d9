"""Part the events of a key into sessions, wherever nothing happens for a while."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import kind_of, named, require
from lakesmith.transforms.axis import position, require_axis, span_on_axis
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform

STEP = "sessions"
_FIRST_TIME = "_first_time"


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
        number. An event whose distance to the one before it is the gap begins a new session.
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
        require(df, [at, *by], STEP, [_FIRST_TIME])
        refuse_clash(df, [start, number], STEP)
        kind = kind_of(df, at)
        require_axis(STEP, {at: kind})
        width = span_on_axis(STEP, "gap", gap, kind)

        group = window_of(by)
        ordered = group.orderBy(named(at))
        so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
        first_time = _first_time(at, kind, width, ordered)
        marked = df.withColumn(_FIRST_TIME, first_time)

        began = F.last(_FIRST_TIME, ignorenulls=True)
        sessions_so_far = F.count(_FIRST_TIME).over(so_far)
        has_time = named(at).isNotNull()
        added = {
            start: began.over(so_far),
            number: F.when(has_time, sessions_so_far),
        }
        numbered = marked.withColumns(added)
        return numbered.drop(_FIRST_TIME)

    return apply


def _first_time(at: str, kind: str, width: int, ordered: WindowSpec) -> Column:
    """Return the time of the first event of a session, NULL for its other events."""
    time = named(at)
    here = position(time, kind)
    before = F.lag(here).over(ordered)
    is_apart = here - before >= width
    is_first = F.coalesce(is_apart, F.lit(True))
    return F.when(is_first & time.isNotNull(), time)
