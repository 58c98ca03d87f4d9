"""Tell what the checks of a table cost, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.quality.checks.batch.evaluation import BatchEvaluation, BatchScope
from lakesmith.quality.checks.registry import evaluation_of
from lakesmith.spec.model.checks.base import BatchCheck

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table
    from lakesmith.spec.model.checks import Check

_ESTIMATED = "estimated; another pass over the batch where a bound is within the error"


def explain_checks(table: Table) -> dict[str, Any]:
    """Return the cost of each check of a table, and of all together.

    Parameters
    ----------
    table : Table

    Returns
    -------
    dict
        ``scans`` (always 0, since free checks are measured while the batch is written),
        ``shuffles``, and ``checks`` with ``check``, ``kind``, ``cost`` and ``note``. What two
        checks measure alike is one shuffle.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> from lakesmith.spec.model.checks import NotNull, Unique
    >>> checks = (NotNull(id="given", column="id"), Unique(id="one", columns=("id",)))
    >>> found = explain_checks(Table(from_="bronze.orders", checks=checks))
    >>> found["shuffles"], [row["cost"] for row in found["checks"]]
    (1, ['free', 'shuffle'])
    """
    scope = BatchScope(table)
    shuffles: set[str] = set()
    rows: list[Mapping[str, str]] = []
    for check in table.checks:
        measures = _shuffles(check, scope)
        shuffles |= measures
        cost = "shuffle" if measures else "free"
        row = {
            "check": check.id,
            "kind": check.check,
            "cost": cost,
        }
        rows.append({**row, "note": _note(check, scope)})
    return {"scans": 0, "shuffles": len(shuffles), "checks": rows}


def explain_project(project: Project, name: str | None = None) -> list[dict[str, Any]]:
    """Return what the checks of each table cost, those of one table when it is named.

    Returns
    -------
    list of dict
        ``table`` and what `explain_checks` returns; tables without checks are left out, but for
        the named one.
    """
    names = [name] if name else project.table_names()
    found = {one: project.table(one) for one in names}
    return [
        {"table": one, **explain_checks(table)}
        for one, table in found.items()
        if table.checks or name
    ]


def _shuffles(check: Check, scope: BatchScope) -> set[str]:
    if check.cost != "shuffle":
        return set()
    return {*evaluation_of(check, scope).shuffles()}


def _note(check: Check, scope: BatchScope) -> str:
    if not isinstance(check, BatchCheck):
        return "judges each row while it is written"
    evaluation = evaluation_of(check, scope)
    is_estimated = type(evaluation).exact is not BatchEvaluation.exact
    return evaluation.plan_note() or (_ESTIMATED if is_estimated else "")
