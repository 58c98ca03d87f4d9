"""Find the least and the greatest value of a column in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.observe.from_log.registry import LogScope, metrics_from_log
from lakesmith.observe.from_log.row_values import read_bounds
from lakesmith.spec.model.checks.column_kinds import ORDERED, kind_problem
from lakesmith.spec.model.checks.metrics.maximum import Maximum
from lakesmith.spec.model.checks.metrics.minimum import Minimum
from lakesmith.spec.values.times import date_text, instant_text
from lakesmith.types import TIMESTAMPS

if TYPE_CHECKING:
    from lakesmith.quality.checks.metrics.extremes import ExtremeEvaluation
    from lakesmith.tables.statistics.model import FileColumn
    from lakesmith.tables.statistics.values import Interval

_SAMPLE_LENGTH = 256


@metrics_from_log(Minimum, Maximum)
def extremes(
    evaluation: ExtremeEvaluation[Any], scope: LogScope
) -> Mapping[str, Any] | None:
    """Return the value as text, and whether it is outside of the bounds.

    A value that is known to lie between two ones is enough where both are inside.
    """
    check = evaluation.check
    kind = scope.kind(check.column)
    columns = scope.column(check.column)
    is_unfit = bool(kind_problem(check.check, check.column, kind, ORDERED))
    if is_unfit or not scope.shows_all_rows:
        return None
    names = evaluation.metric_names()
    if all(column.is_empty for column in columns):
        return dict.fromkeys(names)
    found = least_of(columns) if check.check == "minimum" else greatest_of(columns)
    if found is None:
        return None
    low, high = found
    bounds = read_bounds(check, kind)
    is_broken = _is_outside(low, bounds)
    is_near = low != high
    if is_near and (is_broken or _is_outside(high, bounds)):
        return None
    text = value_text(low, kind)
    return dict(zip(names, (text, is_broken), strict=True))


def least_of(columns: Sequence[FileColumn]) -> Interval | None:
    """Return the bounds of the least value of all files, None where they are not known.

    Examples
    --------
    >>> from lakesmith.tables.statistics.model import FileColumn
    >>> exact, loose = FileColumn(3, 0, (4, 4), (9, 9)), FileColumn(3, 0, (2, 8), (2, 8))
    >>> least_of([exact]), least_of([exact, loose]), least_of([exact, FileColumn(1)])
    ((4, 4), (2, 4), None)
    """
    lows: list[Any] = []
    sure: list[Any] = []
    for column in columns:
        if column.is_empty:
            continue
        if column.least is None:
            return None
        low, high = column.least
        lows.append(low)
        if column.values:
            sure.append(high)
    if not sure:
        return None
    return (min(lows), min(sure))


def greatest_of(columns: Sequence[FileColumn]) -> Interval | None:
    """Return the bounds of the greatest value of all files, or None as above.

    Examples
    --------
    >>> from lakesmith.tables.statistics.model import FileColumn
    >>> exact, loose = FileColumn(3, 0, (1, 1), (5, 5)), FileColumn(3, 0, (2, 8), (2, 8))
    >>> greatest_of([exact]), greatest_of([exact, loose])
    ((5, 5), (5, 8))
    """
    highs: list[Any] = []
    sure: list[Any] = []
    for column in columns:
        if column.is_empty:
            continue
        if column.greatest is None:
            return None
        low, high = column.greatest
        highs.append(high)
        if column.values:
            sure.append(low)
    if not sure:
        return None
    return (max(sure), max(highs))


def _is_outside(value: Any, bounds: Mapping[str, Any]) -> bool:
    is_low = "min" in bounds and value < bounds["min"]
    is_high = "max" in bounds and value > bounds["max"]
    return is_low or is_high


def value_text(value: Any, kind: str) -> str:
    """Return a value of the log as Spark casts it to text, cut to the length of a report.

    Examples
    --------
    >>> value_text(0, "date"), value_text(True, "boolean"), value_text(0, "timestamp")
    ('1970-01-01', 'true', '1970-01-01 00:00:00')
    """
    if kind == "date":
        return date_text(value)
    if kind in TIMESTAMPS:
        return instant_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else f"{value:f}"
    return text[:_SAMPLE_LENGTH]
