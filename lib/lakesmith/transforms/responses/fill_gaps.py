"""Add a row for each point in time that a group lacks between two of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, null, require, types_of
from lakesmith.columns import DELETED
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import TIMES, exact_text
from lakesmith.spec.step_kinds.spans import Span, read_span
from lakesmith.transforms.responses.treat import (
    Treated,
    actual_name,
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

    def apply(df: DataFrame) -> DataFrame:
        require(df, [column, *by, *(values or {})], "fill_gaps")
        kind = treated.kind_in(df)
        _require_points(column, kind, span)
        constants = _constants(df, values or {})
        following = df.withColumn(_NEXT, _next_one(column, by))
        points = _itself_and(_points(column, span), kind)
        each = F.explode(points).alias(_POINT)
        dense = following.select(*map(named, df.columns), each)
        return dense.select(*_shown(df, treated, by, constants))

    return apply


def _next_one(column: str, by: Sequence[str]) -> Column:
    at = named(column)
    groups = window_of(by)
    return F.lead(at).over(groups.orderBy(at))


def _itself_and(points: Column, kind: str) -> Column:
    """Return NULL, which stands for the row itself, and its points, if there are any."""
    nothing = null(kind)
    itself = F.array(nothing)
    no_points = F.array().cast(f"array<{kind}>")
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
    points = F.sequence(at, following, F.expr(span.sql))
    between = F.filter(points, lambda point: (point > at) & (point < following))
    refused = F.raise_error(F.lit(text))
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
    types = types_of(df)
    false = dict.fromkeys((DELETED, *markers_in(df.columns)), F.lit(False))
    given = {**false, **constants}
    columns = {}
    for name in df.columns:
        value = named(name)
        nothing = null(types[name.lower()])
        of_added = F.when(is_added, given.get(name, nothing))
        is_group = name.lower() in groups
        columns[name] = value if is_group else of_added.otherwise(value)
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
        kind = types[name.lower()].simpleString()
        try:
            found[actual_name(df, name)] = typed(exact_text(value, kind), kind)
        except ValueError as error:
            what = f"step 'fill_gaps' cannot set '{name}': {error}"
            hint = f"give a value of type {kind}"
            raise StepError(what, code="LS333", hint=hint) from None
    return found


def _require_points(column: str, kind: str, span: Span) -> None:
    if kind not in TIMES or (kind == "date" and span.has_time):
        what = f"column '{column}' is {kind}, which has no points every {span.sql}"
        hint = "name a date or timestamp, and days for a date"
        raise StepError(what, code="LS333", hint=hint)
