"""Translate bounds to the operators of a quality rule, and back."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.agreement import PERCENT, number
from lakesmith.contracts.odcs.quality.registry import NoCounterpartError
from lakesmith.spec.model.checks.measured import read_bound

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element
    from lakesmith.spec.model.checks.bounds import Bounds

Limits = dict[str, int | float]
_OPERATORS = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo",
    "mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween",
)  # fmt: skip

_ONE_SIDED = {
    "mustBeGreaterOrEqualTo": ("min", 0),
    "mustBeLessOrEqualTo": ("max", 0),
    "mustBeGreaterThan": ("min", 1),
    "mustBeLessThan": ("max", -1),
}


def operators(bounds: Bounds, factor: int = 1) -> dict[str, Any]:
    """Return the operator that says bounds.

    Examples
    --------
    >>> from lakesmith.spec.model.checks.bounds import Bounds
    >>> operators(Bounds(min=1, max=5)), operators(Bounds(max="5 %"), factor=100)
    ({'mustBeBetween': [1, 5]}, {'mustBeLessOrEqualTo': 5})
    """
    limits = {
        key: number(read_bound(bound) * factor)
        for key, bound in bounds.bounds().items()
    }
    low = limits.get("min")
    high = limits.get("max")
    if low is None:
        return {"mustBeLessOrEqualTo": high}
    if high is None:
        return {"mustBeGreaterOrEqualTo": low}
    if low == high:
        return {"mustBe": low}
    return {"mustBeBetween": [low, high]}


def limits_of(rule: Element, *, whole: bool) -> Limits:
    """Return the bounds that the operator of a rule says, both included.

    Parameters
    ----------
    rule : Element
    whole : bool
        Whether the measured number is whole, so that below 5 is at most 4.

    Raises
    ------
    NoCounterpartError
        When the operator is missing, or says no bounds.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.element import Element
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> limits_of(Element({"mustBeLessThan": 5}, "", Notes()), whole=True)
    {'max': 4}
    """
    given = {key: rule.take(key) for key in _OPERATORS if key in rule.data}
    if len(given) != 1:
        raise NoCounterpartError(f"{len(given) or 'no'} operators")
    ((operator, value),) = given.items()
    if operator == "mustBeBetween":
        low, high = _pair(value)
        return {"min": low, "max": high}
    limit = _number(operator, value)
    if operator == "mustBe":
        return {"min": limit, "max": limit}
    if operator not in _ONE_SIDED:
        raise NoCounterpartError(f"operator '{operator}'")
    key, step = _ONE_SIDED[operator]
    if whole:
        return {key: _whole_limit(key, limit, step)}
    if step:
        what = f"{operator} {limit} is written as a bound that is included"
        rule.notes.add(what, rule.place)
    return {key: limit}


def _whole_limit(key: str, limit: int | float, step: int) -> int:
    if limit == int(limit):
        return int(limit) + step
    if key == "min":
        return math.ceil(limit)
    return math.floor(limit)


def is_percent(rule: Element) -> bool:
    """Return whether a rule is about a share of rows.

    Raises
    ------
    NoCounterpartError
        When its unit is neither rows nor percent.
    """
    unit = rule.text("unit") or "rows"
    if unit not in ("rows", PERCENT):
        raise NoCounterpartError(f"unit '{unit}'")
    return unit == PERCENT


def share_text(percents: int | float) -> str:
    """Return a number of percents as a share of a spec.

    Examples
    --------
    >>> share_text(5), share_text(0.00001)
    ('5 %', '0.00001 %')
    """
    return f"{Decimal(str(percents)):f} %"


def _pair(value: Any) -> tuple[int | float, int | float]:
    if not isinstance(value, list) or len(value) != 2:
        raise NoCounterpartError("mustBeBetween without two numbers")
    return _number("mustBeBetween", value[0]), _number("mustBeBetween", value[1])


def _number(operator: str, value: Any) -> int | float:
    is_truth = isinstance(value, bool)
    is_number = isinstance(value, (int, float)) and not is_truth
    if not is_number or not math.isfinite(value):
        raise NoCounterpartError(f"{operator} {value!r}")
    return value if isinstance(value, int) else float(value)
