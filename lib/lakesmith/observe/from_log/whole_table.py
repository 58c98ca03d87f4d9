"""Answer the checks of the number of rows and of the columns from the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.observe.from_log.registry import LogScope, metrics_from_log
from lakesmith.spec.model.checks.batch.row_count import RowCount
from lakesmith.spec.model.checks.batch.schema import Schema

if TYPE_CHECKING:
    from lakesmith.quality.checks.batch.evaluation import BatchEvaluation


@metrics_from_log(RowCount)
def row_count(
    evaluation: BatchEvaluation[RowCount], scope: LogScope
) -> Mapping[str, Any] | None:
    """Return the number of rows."""
    rows = scope.statistics.rows
    if rows is None or not scope.shows_all_rows:
        return None
    return {"rows": rows}


@metrics_from_log(Schema)
def schema(
    evaluation: BatchEvaluation[Schema], scope: LogScope
) -> Mapping[str, Any] | None:
    """Return nothing, since the columns are part of the scope."""
    return {}
