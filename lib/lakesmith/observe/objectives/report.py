"""Report the objectives of all contracts with their error budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lakesmith.duration import parse_age
from lakesmith.observe.objectives.budget import NOT_MEASURED, budget_of
from lakesmith.observe.objectives.fresh_time import fresh_time
from lakesmith.observe.objectives.null_share import null_share
from lakesmith.observe.objectives.objective import Objective, Recorded, Row, Subject
from lakesmith.observe.objectives.records_passing import records_passing

if TYPE_CHECKING:
    from lakesmith.spec.model import Project
    from lakesmith.spec.model.contract import Slo

PROFILE_COLUMNS = ("run_id", "table", "run_time", "column", "rows", "nulls", "max")
# A new kind is a module with such a function, and its line here.
KINDS: tuple[Callable[[Slo, Subject], Iterator[Objective]], ...] = (
    records_passing,
    null_share,
    fresh_time,
)
DAY = timedelta(days=1)


def objectives_report(
    project: Project,
    tables: Sequence[str],
    runs: Sequence[Row],
    profiles: Sequence[Row],
    at: datetime,
) -> list[Row]:
    """Return the objectives of some tables, each with its error budget.

    Parameters
    ----------
    project : Project
    tables : sequence of str
    runs, profiles : sequence of dict
        Rows of ``ops.runs`` and ``ops.profiles``.
    at : datetime
        The end of the windows.

    Returns
    -------
    list of dict
        ``table``, ``objective``, ``column``, ``target``, ``window``, what `budget_of` returns, and
        ``note``, which says why an objective cannot be measured.
    """
    report: list[Row] = []
    for name in tables:
        of_table = Recorded(_rows_of(runs, name), _rows_of(profiles, name))
        subject = Subject(project.table(name), project.profile_of(name), of_table)
        report += _rows(name, subject, at)
    return report


def _rows_of(rows: Sequence[Row], name: str) -> list[Row]:
    own = [row for row in rows if row["table"] == name]
    return sorted(own, key=lambda row: (row["run_time"], row["run_id"]))


def _rows(name: str, subject: Subject, at: datetime) -> Iterator[Row]:
    contract = subject.table.contract
    if contract is None:
        return
    slo = contract.slo
    start = at - parse_age(slo.window)
    for kind in KINDS:
        for objective in kind(slo, subject):
            window = objective.usage(start, at)
            day = objective.usage(max(start, at - DAY), at)
            budget = budget_of(objective, window, day)
            yield {
                "table": name,
                "objective": objective.name,
                "column": objective.column,
                "target": objective.target,
                "window": slo.window,
                **budget,
                "unit": objective.unit,
                "note": _note(objective, budget["state"], slo.window),
            }


def _note(objective: Objective, state: str, window: str) -> str:
    if objective.problem or state != NOT_MEASURED:
        return objective.problem
    return f"nothing was recorded in the last {window}"
