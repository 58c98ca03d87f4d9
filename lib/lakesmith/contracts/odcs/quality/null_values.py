"""Say missing values by the metrics `nullValues` and `missingValues`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.contracts.odcs.agreement import PERCENT
from lakesmith.contracts.odcs.quality.failing_rows import allowed, threshold_of
from lakesmith.contracts.odcs.quality.operators import (
    is_percent,
    limits_of,
    operators,
    share_text,
)
from lakesmith.contracts.odcs.quality.registry import (
    COUNTERPARTS,
    METRICS,
    Counterpart,
    Fields,
    NoCounterpartError,
    Rule,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import NotBlank, NotNull, NullCount, NullShare

_NULLS = {"metric": "nullValues"}
_BLANKS = {"metric": "missingValues", "arguments": {"missingValues": [None, ""]}}


def _write_not_null(check: NotNull) -> Fields:
    return {**_NULLS, **allowed(check)}


def _write_not_blank(check: NotBlank) -> Fields:
    return {**_BLANKS, **allowed(check)}


def _read_rows(rule: Rule) -> Fields:
    rule.element.take("arguments")
    return {"column": rule.column, **threshold_of(rule.element)}


def _write_count(check: NullCount) -> Fields:
    return {**_NULLS, **operators(check)}


def _read_count(rule: Rule) -> Fields:
    rule.element.take("unit")
    return {"column": rule.column, **limits_of(rule.element, whole=True)}


def _write_share(check: NullShare) -> Fields:
    return {**_NULLS, **operators(check, factor=100), "unit": PERCENT}


def _read_share(rule: Rule) -> Fields:
    rule.element.take("unit")
    limits = limits_of(rule.element, whole=False)
    shares = {key: share_text(limit) for key, limit in limits.items()}
    return {"column": rule.column, **shares}


def _nulls(rule: Rule) -> list[Fields]:
    """Read a rule that Lakesmith has not written."""
    is_share = is_percent(rule.element)
    limits = limits_of(rule.element, whole=not is_share)
    if not rule.column:
        raise NoCounterpartError("no column")
    if limits.get("max") == 0:
        return [{"check": "not_null", "column": rule.column}]
    if is_share:
        shares = {key: share_text(limit) for key, limit in limits.items()}
        return [{"check": "null_share", "column": rule.column, **shares}]
    return [{"check": "null_count", "column": rule.column, **limits}]


def _missing(rule: Rule) -> list[Fields]:
    """Read a list of values that stand for none. NULL is one of them."""
    values = rule.element.element("arguments").values("missingValues") or [None]
    if threshold_of(rule.element):
        raise NoCounterpartError("several rows may fail")
    if not rule.column:
        raise NoCounterpartError("no column")
    named = [value for value in values if value is not None]
    found: list[Fields] = []
    if None in values:
        found.append({"check": "not_null", "column": rule.column})
    if named:
        found.append({"check": "not_in_set", "column": rule.column, "values": named})
    return found


COUNTERPARTS["not_null"] = Counterpart(_write_not_null, _read_rows)
COUNTERPARTS["not_blank"] = Counterpart(_write_not_blank, _read_rows)
COUNTERPARTS["null_count"] = Counterpart(_write_count, _read_count)
COUNTERPARTS["null_share"] = Counterpart(_write_share, _read_share)
METRICS["nullValues"] = _nulls
METRICS["missingValues"] = _missing
