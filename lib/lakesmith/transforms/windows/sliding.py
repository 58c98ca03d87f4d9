"""Aggregate the events before each event, as far back as a window reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import kind_of, named, require
from lakesmith.transforms.axis import position, require_axis, span_on_axis
from lakesmith.transforms.joins.sides import refuse_clash
from lakesmith.transforms.responses.treat import window_of
from lakesmith.types import Transform

STEP = "sliding"
_POSITION = "_position"


def sliding(
    *,
    at: str,
    last: str,
    measures: Mapping[str, str],
    by: Sequence[str] = (),
    include_current: bool = False,
) -> Transform:
    """Add aggregates of the events within a span before each event.

    Parameters
    ----------
    at : str
        The time of an event.
    last : str
        How far the window reaches back, such as ``30d``; between whole numbers a number.
    measures : mapping of str to str
        New column to one SQL aggregate, such as ``sum(amount)``.
    by : sequence of str
        The columns of the groups.
    include_current : bool
        Whether the event itself and those of the same time count.

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
    *Columns*: needs `at` and `by` -> adds the measures over ``[at - last, at)``. An empty window
    has count 0 and otherwise NULL; a row without a time has NULL. One exchange and one sort. Spark
    computes each window from all of its rows, unless ``spark.sql.window.segmentTree.enabled`` is
    true in the session.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> events = frame(spark, "at int, units int", [(1, 5), (3, 7), (5, 1)])
    >>> summed = sliding(at="at", last="2", measures={"before": "sum(units)"})
    >>> events.transform(summed).orderBy("at").show()
    +---+-----+------+
    | at|units|before|
    +---+-----+------+
    |  1|    5|  NULL|
    |  3|    7|     5|
    |  5|    1|     7|
    +---+-----+------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [at, *by], STEP, [_POSITION])
        refuse_clash(df, list(measures), STEP)
        kind = kind_of(df, at)
        require_axis(STEP, {at: kind})
        width = span_on_axis(STEP, "last", last, kind)

        newest = Window.currentRow if include_current else -1
        group = window_of(by)
        ordered = group.orderBy(_POSITION)
        window = ordered.rangeBetween(-width, newest)

        place = position(named(at), kind)
        placed = df.withColumn(_POSITION, place)
        added = {name: _measure(sql, window) for name, sql in measures.items()}
        measured = placed.withColumns(added)
        return measured.drop(_POSITION)

    return apply


def _measure(sql: str, window: WindowSpec) -> Column:
    """Return an aggregate over a window, NULL for a row without a time."""
    has_time = named(_POSITION).isNotNull()
    measure = F.expr(sql)
    return F.when(has_time, measure.over(window))
