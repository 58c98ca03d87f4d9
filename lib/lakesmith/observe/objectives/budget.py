"""Compare what an objective allows with what was measured."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lakesmith.observe.objectives.objective import HUNDRED, Objective, Usage

NOT_MEASURED = "not measured"
BREACHED = "breached"


def budget_of(objective: Objective, window: Usage, day: Usage) -> dict[str, Any]:
    """Return what is left of the error budget of an objective, and how fast it goes.

    Parameters
    ----------
    objective : Objective
    window, day : Usage
        Of the whole window, and of its last day.

    Returns
    -------
    dict
        ``state``, ``bad``, ``total``, ``bad_share`` and ``budget_left`` in percent, and
        ``burn_rate``: at 1 the budget lasts exactly one window. None where nothing was measured,
        or where the objective allows nothing bad.

    Examples
    --------
    >>> half = Objective("null_share", "a", "50 %", Decimal("0.5"), "rows", lambda a, b: Usage())
    >>> found = budget_of(half, Usage(Decimal(1), Decimal(8)), Usage(Decimal(1), Decimal(1)))
    >>> found["state"], found["bad_share"], found["budget_left"], found["burn_rate"]
    ('burning', 12.5, 75.0, 2.0)
    """
    is_measured = not objective.problem and window.total > 0
    if not is_measured:
        empty = dict.fromkeys(("bad", "total", "bad_share", "budget_left", "burn_rate"))
        return {"state": NOT_MEASURED, **empty}
    budget = objective.allowed * window.total
    burn_rate = _ratio(day.bad, objective.allowed * day.total)
    spent = _ratio(window.bad, budget)
    return {
        "state": _state(window.bad, budget, burn_rate),
        "bad": _rounded(window.bad, 0),
        "total": _rounded(window.total, 0),
        "bad_share": _rounded(HUNDRED * window.bad / window.total, 3),
        "budget_left": None if spent is None else _rounded(HUNDRED * (1 - spent), 1),
        "burn_rate": None if burn_rate is None else _rounded(burn_rate, 2),
    }


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def _rounded(value: Decimal, digits: int) -> int | float:
    if digits:
        return round(float(value), digits)
    return int(value)


def _state(bad: Decimal, budget: Decimal, burn_rate: Decimal | None) -> str:
    if bad > budget:
        return BREACHED
    return "burning" if burn_rate is not None and burn_rate > 1 else "met"
