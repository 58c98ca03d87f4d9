"""Measure and judge the checks of a batch as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column

from lakesmith.quality.check_result import CheckResult, error_result
from lakesmith.quality.checks.batch.evaluation import (
    BatchEvaluation,
    BatchScope,
    EarlierKeys,
    Unmeasured,
)
from lakesmith.quality.checks.registry import evaluation_of
from lakesmith.spec.model.checks.base import BatchCheck
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def batch_metrics(scope: BatchScope) -> list[Column]:
    """List the aggregates that the checks need, to observe on the accepted rows.

    Parameters
    ----------
    scope : BatchScope

    Returns
    -------
    list of Column
        Each name once, whichever checks need it. A check that cannot be made has none.

    Notes
    -----
    *Columns*: needs what the checks name -> one row of metrics.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Freshness
    >>> checks = [Freshness(id=name, column="at", max_age="2d") for name in ("a", "b")]
    >>> scope = BatchScope(Table(from_="bronze.orders", checks=checks), {"at": "date"})
    >>> df = spark.sql("select date'1970-01-02' as at")
    >>> df.agg(*batch_metrics(scope)).columns
    ['newest_at_2d', 'ahead_at_2d']
    """
    metrics: dict[str, Column] = {}
    for evaluation in _possible(scope):
        metrics |= evaluation.metrics()
    return [metric.alias(name) for name, metric in metrics.items()]


def shuffle_metrics(scope: BatchScope) -> dict[str, Transform]:
    """Return the aggregates that read the written table once more, by name.

    Parameters
    ----------
    scope : BatchScope

    Returns
    -------
    dict
        Metric to a function of the table that returns one row of one column.

    Notes
    -----
    *Columns*: needs what the checks name -> exactly one row with the metric.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Unique
    >>> checks = [Unique(id="one", columns=("id",)), Unique(id="again", columns=("id",))]
    >>> list(shuffle_metrics(BatchScope(Table(from_="bronze.orders", checks=checks))))
    ['duplicates_id']
    """
    metrics: dict[str, Transform] = {}
    for evaluation in _possible(scope):
        if evaluation.check.cost == "shuffle":
            metrics |= evaluation.shuffles()
    return metrics


def earlier_keys(scope: BatchScope) -> dict[str, EarlierKeys]:
    """Return the keys to look for among earlier rows, by the metric that counts them.

    Parameters
    ----------
    scope : BatchScope

    Returns
    -------
    dict
        Some of the metrics of `shuffle_metrics`, which compare a batch with the earlier rows.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import UniqueAcrossHistory
    >>> check = UniqueAcrossHistory(id="one", columns=("ID",), max=0)
    >>> scope = BatchScope(Table(from_="bronze.orders", checks=(check,)), {"id": "int"})
    >>> {name: keys.columns for name, keys in earlier_keys(scope).items()}
    {'unique_across_history(ID)': ('id',)}
    """
    keys: dict[str, EarlierKeys] = {}
    for evaluation in _possible(scope):
        keys |= evaluation.earlier_keys()
    return keys


def exact_metrics(
    scope: BatchScope, metrics: Mapping[str, Any]
) -> dict[str, Transform]:
    """Return the exact aggregates of the batch that its estimates ask for, by name.

    Parameters
    ----------
    scope : BatchScope
    metrics : mapping of str to value
        What was measured of `batch_metrics`.

    Returns
    -------
    dict
        Metric to a function of the accepted rows that returns one row of one column; empty where
        each estimate decides its check.

    Notes
    -----
    *Columns*: needs what the checks name -> exactly one row with the metric.
    """
    exact: dict[str, Transform] = {}
    for evaluation in _possible(scope):
        exact |= evaluation.exact(metrics)
    return exact


def batch_results(
    scope: BatchScope, metrics: Mapping[str, Any]
) -> tuple[CheckResult, ...]:
    """Judge the checks of a batch by its metrics.

    Parameters
    ----------
    scope : BatchScope
    metrics : mapping of str to value
        `rows` (accepted), and what was measured of `batch_metrics` and
        `shuffle_metrics`.

    Returns
    -------
    tuple of CheckResult
        In the order of the spec; ``error`` for a check that could not be made.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import RowCount
    >>> check = RowCount(id="some", min=1, on_fail="warn")
    >>> scope = BatchScope(Table(from_="bronze.orders", checks=(check,)))
    >>> [(one.status, one.message) for one in batch_results(scope, {"rows": 0})]
    [('warn', '0 rows, expected at least 1')]
    """
    return tuple(_result(one, metrics) for one in _evaluations(scope))


def plan_notes(table: Table) -> list[str]:
    """Say which checks of a table cost a shuffle of their own.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import Unique
    >>> check = Unique(id="one", columns=("id",))
    >>> plan_notes(Table(from_="bronze.orders", checks=(check,)))
    ['check one: unique (id) needs one more shuffle, because these are not the keys of the table']
    """
    notes: list[str] = []
    for evaluation in _evaluations(BatchScope(table)):
        note = evaluation.plan_note()
        if note:
            notes.append(f"check {evaluation.check.id}: {note}")
    return notes


def paid_checks(table: Table) -> list[tuple[int, str]]:
    """Return place and id of the checks that read the written table.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import RowCount, Unique
    >>> checks = (RowCount(id="some", min=1), Unique(id="one", columns=("id",)))
    >>> paid_checks(Table(from_="bronze.orders", checks=checks))
    [(1, 'one')]
    """
    scope = BatchScope(table)
    return [
        (index, check.id)
        for index, check in enumerate(table.checks)
        if isinstance(check, BatchCheck) and evaluation_of(check, scope).plan_note()
    ]


def _evaluations(scope: BatchScope) -> Iterator[BatchEvaluation[Any]]:
    for check in scope.table.checks:
        if isinstance(check, BatchCheck):
            yield evaluation_of(check, scope)


def _possible(scope: BatchScope) -> Iterator[BatchEvaluation[Any]]:
    return (one for one in _evaluations(scope) if not one.problem())


def _result(
    evaluation: BatchEvaluation[Any], metrics: Mapping[str, Any]
) -> CheckResult:
    problem = evaluation.problem() or _failure(evaluation, metrics)
    if problem:
        return error_result(evaluation.check, problem)
    return evaluation.result(metrics)


def _failure(evaluation: BatchEvaluation[Any], metrics: Mapping[str, Any]) -> str:
    """Return why a metric of a check could not be measured, or nothing."""
    failed = {
        name: value for name, value in metrics.items() if isinstance(value, Unmeasured)
    }
    if not failed:
        return ""
    names_measured = [name for name in metrics if name not in failed]
    measured = {name: metrics[name] for name in names_measured}
    is_paid = evaluation.check.cost == "shuffle"
    names = evaluation.shuffles() if is_paid else evaluation.exact(measured)
    reasons = [str(failed[name]) for name in names if name in failed]
    return reasons[0] if reasons else ""
