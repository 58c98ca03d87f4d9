"""Count the rows that fail a check of one column, by what its values are in each file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lakesmith.duration import parse_age
from lakesmith.observe.from_log.registry import LogScope, rows_from_log
from lakesmith.quality.checks.batch.evaluation import EPOCH
from lakesmith.spec.model.checks.column_kinds import TIMES
from lakesmith.spec.model.checks.row.between import Between
from lakesmith.spec.model.checks.row.in_set import InSet
from lakesmith.spec.model.checks.row.not_in_future import NotInFuture
from lakesmith.spec.model.checks.row.not_in_set import NotInSet
from lakesmith.spec.model.checks.row.not_null import NotNull
from lakesmith.spec.values.check_literals import Comparable, Value, comparable
from lakesmith.spec.values.times import MICROS_PER_DAY
from lakesmith.tables.statistics.model import sum_known

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.base import RowCheck
    from lakesmith.spec.model.checks.bounds import Bounds
    from lakesmith.tables.statistics.model import FileColumn

_MICROSECOND = timedelta(microseconds=1)

# Whether all values between two ones fail, None where only some do or it is not known.
AllFail = Callable[[Any, Any], bool | None]


@rows_from_log(NotNull)
def not_null(check: NotNull, scope: LogScope) -> int | None:
    """Count the rows without a value."""
    return null_rows(scope.column(check.column))


@rows_from_log(Between)
def between(check: Between, scope: LogScope) -> int | None:
    """Count the values that lie outside of the bounds."""
    columns = scope.column(check.column)
    bounds = read_bounds(check, scope.kind(check.column))
    low = bounds.get("min")
    high = bounds.get("max")
    return _failed(check, columns, _outside(low, high))


@rows_from_log(NotInFuture)
def not_in_future(check: NotInFuture, scope: LogScope) -> int | None:
    """Count the times that are later than the run."""
    kind = scope.kind(check.column)
    if kind not in TIMES:
        return None
    latest = _micros(check.tolerance, scope)
    if kind == "date":
        latest //= MICROS_PER_DAY
    return _failed(check, scope.column(check.column), _outside(None, latest))


@rows_from_log(InSet)
def in_set(check: InSet, scope: LogScope) -> int | None:
    """Count the values that are not listed."""
    listed = _listed(check.values, scope.kind(check.column))

    def are_foreign(low: Any, high: Any) -> bool | None:
        if low == high:
            return low not in listed
        return None if _has_between(listed, low, high) else True

    columns = scope.column(check.column)
    return _failed(check, columns, are_foreign)


@rows_from_log(NotInSet)
def not_in_set(check: NotInSet, scope: LogScope) -> int | None:
    """Count the values that are listed."""
    listed = _listed(check.values, scope.kind(check.column))

    def are_listed(low: Any, high: Any) -> bool | None:
        if low == high:
            return low in listed
        return None if _has_between(listed, low, high) else False

    columns = scope.column(check.column)
    return _failed(check, columns, are_listed)


def read_bounds(bounds: Bounds, kind: str) -> dict[str, Comparable]:
    """Return bounds as values of a column's type.

    Raises
    ------
    ValueError
        When one is no value of the type.

    Examples
    --------
    >>> from lakesmith.spec.model.checks.bounds import Bounds
    >>> read_bounds(Bounds(min="1970-01-02"), "date")
    {'min': 1}
    """
    return {key: comparable(one, kind) for key, one in bounds.bounds().items()}


def null_rows(columns: Sequence[FileColumn]) -> int | None:
    """Count the rows without a value, None where a file does not say.

    Examples
    --------
    >>> from lakesmith.tables.statistics.model import FileColumn
    >>> null_rows([FileColumn(3, 1), FileColumn(2, 2)]), null_rows([FileColumn(3)])
    (3, None)
    """
    return sum_known([column.nulls for column in columns])


def _failed(
    check: RowCheck, columns: Sequence[FileColumn], all_fail: AllFail
) -> int | None:
    counts = [_failed_values(column, all_fail) for column in columns]
    if check.on_null == "fail":
        nulls = null_rows(columns)
        counts.append(nulls)
    return sum_known(counts)


def _failed_values(column: FileColumn, all_fail: AllFail) -> int | None:
    if column.is_empty:
        return 0
    if column.least is None or column.greatest is None:
        return None
    do_fail = all_fail(column.least[0], column.greatest[1])
    if do_fail is None:
        return None
    return column.values if do_fail else 0


def _listed(values: Sequence[Value], kind: str) -> set[Comparable]:
    return {comparable(one, kind) for one in values}


def _has_between(listed: set[Comparable], low: Any, high: Any) -> bool:
    return any(low <= one <= high for one in listed)


def _outside(low: Any, high: Any) -> AllFail:
    def are_outside(first: Any, last: Any) -> bool | None:
        is_below = low is not None and last < low
        is_above = high is not None and first > high
        if is_below or is_above:
            return True
        begins_inside = low is None or first >= low
        ends_inside = high is None or last <= high
        return False if begins_inside and ends_inside else None

    return are_outside


def _micros(tolerance: str, scope: LogScope) -> int:
    latest = scope.run_time - EPOCH + parse_age(tolerance)
    return latest // _MICROSECOND
