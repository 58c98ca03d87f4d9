"""Measure the share of rows that pass all checks of rows."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.observe.objectives.objective import (
    HUNDRED,
    Objective,
    Subject,
    rows_between,
)
from lakesmith.spec.model.contract import Slo, percent_of


def records_passing(slo: Slo, subject: Subject) -> Iterator[Objective]:
    """Yield the objective where the contract has it.

    A row that fails several checks counts once. Rows that are quarantined or dropped by a check
    count as bad, those that only warn too.
    """
    if slo.records_passing is None:
        return
    counted = [row for row in subject.recorded.visible_runs if row.get("judged")]
    yield Objective(
        "records_passing",
        "",
        slo.records_passing,
        1 - percent_of(slo.records_passing) / HUNDRED,
        "rows",
        rows_between(counted, "failing", "judged"),
        "" if counted else "no run has recorded judged rows yet",
    )
