"""Register how a check is answered from the log, under the name that a spec gives it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from lakesmith.columns import DELETED, EMPTIED
from lakesmith.quality.checks.batch.evaluation import BatchEvaluation, BatchScope
from lakesmith.quality.checks.registry import evaluation_of
from lakesmith.quality.gate_results import row_result
from lakesmith.quality.rule import find
from lakesmith.spec.model.checks.base import BatchCheck, Check, RowCheck
from lakesmith.spec.model.checks.registry import check_name
from lakesmith.spec.model.table import Table

if TYPE_CHECKING:
    from lakesmith.quality.check_result import CheckResult
    from lakesmith.tables.statistics.model import FileColumn, TableStatistics

R = TypeVar("R", bound=RowCheck)


@dataclass(frozen=True)
class LogScope:
    """What checks are answered from.

    Parameters
    ----------
    statistics : TableStatistics
    types : mapping of str to str
        The columns that a reader sees, and their types.
    run_time : datetime
        The "now" of checks that compare with it.
    replaced : collection of str
        Columns in which a reader sees other values than the files hold.
    """

    statistics: TableStatistics
    types: Mapping[str, str]
    run_time: datetime
    replaced: Collection[str] = ()

    @property
    def shows_all_rows(self) -> bool:
        """Whether a reader sees each row of the files; which ones are marked is not in the log."""
        names = {field.name for field in self.statistics.fields}
        return not names & {DELETED, EMPTIED}

    def column(self, name: str) -> list[FileColumn]:
        """Return what is known of a column in each file.

        Raises
        ------
        LookupError
            When there is no such column, or a reader sees other values in it.
        """
        found = self.statistics.column(name)
        hidden = {one.lower() for one in self.replaced}
        if found is None or name.lower() in hidden:
            raise LookupError(name)
        return found

    def kind(self, name: str) -> str:
        """Return the type of a column.

        Raises
        ------
        LookupError
            When there is no such column.
        """
        found = find(self.types, name)
        if found is None:
            raise LookupError(name)
        return found


# How many rows fail, None where the log does not say.
FailedRows = Callable[[R, LogScope], int | None]
# What a scan would have measured, None where the log does not say.
Metrics = Callable[[Any, LogScope], Mapping[str, Any] | None]

_failed_rows: dict[str, FailedRows[Any]] = {}
_metrics: dict[str, Metrics] = {}


def rows_from_log(model: type[R]) -> Callable[[FailedRows[R]], FailedRows[R]]:
    """Register the function that counts the rows which fail a check.

    It takes the check and its scope. It returns None where the log does not say, and may raise
    `LookupError` or `ValueError` then.
    """

    def register(count: FailedRows[R]) -> FailedRows[R]:
        _failed_rows[check_name(model)] = count
        return count

    return register


def metrics_from_log(*models: type[BatchCheck]) -> Callable[[Metrics], Metrics]:
    """Register the function that gives the metrics of a check of the whole.

    It takes the evaluation of the check and its scope, and returns the metrics that a scan would
    have measured, or None as above.
    """

    def register(metrics: Metrics) -> Metrics:
        for model in models:
            _metrics[check_name(model)] = metrics
        return metrics

    return register


def answer(check: Check, scope: LogScope) -> CheckResult | None:
    """Return the result of a check as a scan would, or None where the log does not say.

    Parameters
    ----------
    check : Check
    scope : LogScope

    Returns
    -------
    CheckResult, optional
        None for a condition, a check that only a scan can make, one that cannot be made, and where
        statistics are missing, loose or cut so that they decide nothing.

    Examples
    --------
    >>> from datetime import timezone
    >>> from lakesmith.spec.model.checks import NotNull
    >>> from lakesmith.tables.statistics.model import Field, File, TableStatistics
    >>> file = File({"numRecords": 5, "nullCount": {"id": 2}}, {})
    >>> table = TableStatistics(0, (Field("id", "int", "id"),), (file,))
    >>> scope = LogScope(table, table.types, datetime.now(timezone.utc))
    >>> answer(NotNull(id="given", column="id"), scope).message
    '2 of 5 rows'
    """
    if getattr(check, "where", None) is not None:
        return None
    if check.evaluated_in:
        import_module(check.evaluated_in)
    try:
        if isinstance(check, RowCheck):
            return _of_rows(check, scope)
        return _of_whole(check, scope)
    except (LookupError, ValueError):
        return None


def _of_rows(check: RowCheck, scope: LogScope) -> CheckResult | None:
    count = _failed_rows.get(check.check)
    rows = scope.statistics.rows
    if count is None or rows is None or not scope.shows_all_rows:
        return None
    failed = count(check, scope)
    if failed is None:
        return None
    (column,) = check.checked_columns().values()
    return row_result(check, column, failed, rows)


def _of_whole(check: Check, scope: LogScope) -> CheckResult | None:
    metrics = _metrics.get(check.check)
    if metrics is None:
        return None
    table = Table(from_="bronze.checked", checks=(check,))
    evaluation: BatchEvaluation[Any] = evaluation_of(
        check, BatchScope(table, scope.types, scope.run_time)
    )
    found = metrics(evaluation, scope)
    return None if found is None else evaluation.result(found)
