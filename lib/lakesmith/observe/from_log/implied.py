"""Answer from the log the checks that a frame has without naming them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.columns import RAW, REFUSED, RESCUED
from lakesmith.observe.from_log.row_values import null_rows
from lakesmith.quality.check_result import CheckResult

if TYPE_CHECKING:
    from lakesmith.observe.from_log.registry import LogScope


def implied_results(scope: LogScope) -> tuple[CheckResult, ...] | None:
    """Return the results of checks that no spec names, or None where rows must be read.

    `row_parsed` looks at `_rescued`, which has no value in most tables.

    Examples
    --------
    >>> from datetime import datetime
    >>> from lakesmith.observe.from_log.registry import LogScope
    >>> from lakesmith.tables.statistics.model import TableStatistics
    >>> implied_results(LogScope(TableStatistics(0, (), ()), {"id": "int"}, datetime.now()))
    ()
    """
    names = {name.lower() for name in scope.types}
    if names & {RAW, REFUSED}:
        return None
    if RESCUED not in names:
        return ()
    rows = scope.statistics.rows
    if rows is None or null_rows(scope.column(RESCUED)) != rows:
        return None
    return (CheckResult("row_parsed", RESCUED, "quarantine", "pass", 0),)
