"""Say how many rows may fail a check of rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.agreement import PERCENT, number
from lakesmith.contracts.odcs.quality.operators import is_percent, limits_of, share_text
from lakesmith.contracts.odcs.quality.registry import Fields, NoCounterpartError
from lakesmith.spec.values.numbers import read_decimal

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element
    from lakesmith.spec.model.checks.base import RowCheck


def allowed(check: RowCheck) -> dict[str, Any]:
    """Return the operator and unit that say how many rows may fail.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import check_from
    >>> check = {"id": "a", "check": "not_null", "column": "a", "threshold": {"fail": "5 %"}}
    >>> allowed(check_from(check))
    {'mustBeLessOrEqualTo': 5, 'unit': 'percent'}
    """
    limit = check.threshold.fail if check.threshold else None
    if limit is None:
        return {"mustBe": 0}
    text = str(limit).strip()
    unit = PERCENT if text.endswith("%") else "rows"
    digits = re.sub(r" *(%|rows?)$", "", text)
    return {"mustBeLessOrEqualTo": number(read_decimal(digits)), "unit": unit}


def threshold_of(rule: Element) -> Fields:
    """Return the threshold that a rule says, nothing where no row may fail.

    Raises
    ------
    NoCounterpartError
        When the rule asks for rows that fail.
    """
    share = is_percent(rule)
    limits = limits_of(rule, whole=not share)
    least = limits.get("min", 0)
    most = limits.get("max", -1)
    if least > 0 or most < 0:
        raise NoCounterpartError("a least number of rows that fail")
    if not most:
        return {}
    return {"threshold": {"fail": share_text(most) if share else f"{most} rows"}}


def tolerant(fields: Fields) -> Fields:
    """Return the fields of a check that publishes the rows that may fail.

    Examples
    --------
    >>> tolerant({"threshold": {"fail": "5 rows"}})
    {'threshold': {'fail': '5 rows'}, 'on_fail': 'warn'}
    """
    return {**fields, "on_fail": "warn"} if "threshold" in fields else fields
