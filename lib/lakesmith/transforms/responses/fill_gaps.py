"""Add a row for each point in time that a group lacks between two of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, null, require, types_of
from lakesmith.columns import DELETED
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import TIMES
from lakesmith.spec.step_kinds.spans import Span, read_span
from lakesmith.transforms.responses.treat import (
    Treated,
    actual_name,
    constant_text,
    marked,
    markers_in,
    typed,
    window_of,
)
from lakesmith.types import Transform

MOST_POINTS = 1_000_000
_NEXT = "_next_point"
_POINT = "_point"


def fill_gaps(
    *,
    column: str,
    every: str,
    by: Sequence[str],
    values: Mapping[str, str | int | float | bool] | None = None,
    flag: str | None = None,
) -> Transform:
    """Add a row for each point in time that a group lacks between two of its rows.

    Parameters
    ----------
    column : str
        A date or a timestamp.
    every : str
        The distance of two points, such as ``1 day``, ``15 minutes`` or ``1 month``.
    by : sequence of str
        The columns of the groups; an empty list takes all rows as one.
    values : mapping, optional
        Column to the constant that an added row has; other columns are NULL.
    flag : str, optional
        A column to add, true for added rows.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a column is not there; LS333 when a column does not hold its value, or `column`
        has no points of that distance.

    Notes
    -----
    *Columns*: needs the named ones -> the same types, the marks and `flag` BOOLEAN. Points are
    counted from each row to the next one of its group; rows stay as they are. A row without a time
    stays too. Between two rows are at most 1 000 000 points, else the batch fails.

    Examples
    --------
    >>> df = spark.sql(
    ...     "SELECT * FROM VALUES (date'2026-01-01', 5), (date'2026-01-03', 7) AS t(day, units)"
    ... )
    >>> dense = fill_gaps(column="day", every="1 day", by=[], values={"units": 0})
    >>> df.transform(dense).select("day", "units").orderBy("day").show()
    +----------+-----+
    |       day|units|
    +----------+-----+
    |2026-01-01|    5|
    |2026-01-02|    0|
    |2026-01-03|    7|
    +----------+-----+
    <BLANKLINE>
    """
    treated = Treated("fill_gaps", column, flag)
    span = read_span(every)

    given = values or {}

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column, *by, *given], "fill_gaps", [_NEXT, _POINT])
        kind = treated.kind_in(df)
        _require_points(column, kind, span)
        constants = _constants(df, given)
        following = df.withColumn(_NEXT, _next_one(column, by))
        between = _points(column, span)
        each = F.explode(_itself_and(between, kind))
        columns = map(named, df.columns)
        dense = following.select(*columns, each.alias(_POINT))
        return dense.select(*_shown(df, treated, by, constants))

    return apply


def _next_one(column: str, by: Sequence[str]) -> Column:
    at = named(column)
    in_order = window_of(by).orderBy(at)
    following = F.lead(at)
    return following.over(in_order)


def _itself_and(points: Column, kind: str) -> Column:
    """Return NULL, which stands for the row itself, and its points, if there are any."""
    nothing = null(kind)
    itself = F.array(nothing)
    empty = F.array()
    no_points = empty.cast(f"array<{kind}>")
    known = F.coalesce(points, no_points)
    return F.concat(itself, known)


def _points(column: str, span: Span) -> Column:
    """Return the points between a row and the next one, without these two."""
    at = named(column)
    following = named(_NEXT)
    seconds = F.timestamp_diff("SECOND", at, following)
    most = span.seconds * MOST_POINTS
    is_far = seconds > F.lit(most)
    text = f"LS335 between two rows are more than {MOST_POINTS} points of {span.sql}"
    refused = F.raise_error(F.lit(text))

    def is_between(point: Column) -> Column:
        return (point > at) & (point < following)

    step = F.expr(span.sql)
    points = F.sequence(at, following, step)
    between = F.filter(points, is_between)
    checked = F.when(is_far, refused).otherwise(between)
    return F.when(following > at, checked)


def _shown(
    df: DataFrame,
    treated: Treated,
    by: Sequence[str],
    constants: Mapping[str, Column],
) -> list[Column]:
    point = named(_POINT)
    is_added = point.isNotNull()
    groups = {name.lower() for name in by}
    at = actual_name(df, treated.column)
    flags = (DELETED, *markers_in(df.columns))
    false = dict.fromkeys(flags, F.lit(False))
    given = {**false, **constants}
    columns: dict[str, Column] = {}
    for field in df.schema.fields:
        name = field.name
        value = named(name)
        if name.lower() not in groups:
            nothing = null(field.dataType)
            added = given.get(name, nothing)
            value = F.when(is_added, added).otherwise(value)
        columns[name] = value
    columns[at] = F.coalesce(point, named(at))
    for mark in treated.marks:
        before = marked(df, mark)
        columns[mark] = is_added | before
    return [column.alias(name) for name, column in columns.items()]


def _constants(
    df: DataFrame, values: Mapping[str, str | int | float | bool]
) -> dict[str, Column]:
    types = types_of(df)
    found: dict[str, Column] = {}
    for name, value in values.items():
        lower = name.lower()
        kind = types[lower].simpleString()
        actual = actual_name(df, name)
        text = constant_text("fill_gaps", name, value, kind)
        found[actual] = typed(text, kind)
    return found


def _require_points(column: str, kind: str, span: Span) -> None:
    has_points = kind in TIMES
    if kind == "date" and span.has_time:
        has_points = False
    if not has_points:
        what = f"column '{column}' is {kind}, which has no points every {span.sql}"
        hint = "name a date or timestamp, and days for a date"
        raise StepError(what, code="LS333", hint=hint)
