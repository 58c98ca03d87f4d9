"""Measure counts of NULL from the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lakesmith.observe.from_log.registry import LogScope, metrics_from_log
from lakesmith.observe.from_log.row_values import null_rows
from lakesmith.quality.checks.metrics.measured import MeasuredEvaluation
from lakesmith.spec.model.checks.metrics.null_count import NullCount
from lakesmith.spec.model.checks.metrics.null_share import NullShare

Evaluation = MeasuredEvaluation[Any]


@metrics_from_log(NullCount)
def null_count(evaluation: Evaluation, scope: LogScope) -> Mapping[str, Any] | None:
    """Return the number of rows without a value."""
    nulls = _nulls(evaluation, scope)
    return None if nulls is None else {evaluation.name(): nulls}


@metrics_from_log(NullShare)
def null_share(evaluation: Evaluation, scope: LogScope) -> Mapping[str, Any] | None:
    """Return the number of rows, and of those with a value."""
    rows = scope.statistics.rows
    nulls = _nulls(evaluation, scope)
    if rows is None or nulls is None:
        return None
    return {evaluation.name("rows"): rows, evaluation.name("values"): rows - nulls}


def _nulls(evaluation: Evaluation, scope: LogScope) -> int | None:
    if not scope.shows_all_rows:
        return None
    return null_rows(scope.column(evaluation.check.column))
