"""Say sets and patterns by the metric `invalidValues`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.quality.failing_rows import (
    allowed,
    threshold_of,
    tolerant,
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
    from lakesmith.spec.model.checks import InSet, Regex

_METRIC = {"metric": "invalidValues"}


def _write_set(check: InSet) -> Fields:
    arguments = {"validValues": list(check.values)}
    return {**_METRIC, "arguments": arguments, **allowed(check)}


def _write_pattern(check: Regex) -> Fields:
    arguments = {"pattern": check.pattern}
    return {**_METRIC, "arguments": arguments, **allowed(check)}


def _read_set(rule: Rule) -> Fields:
    arguments = rule.element.element("arguments")
    fields = {"column": rule.column, "values": arguments.values("validValues")}
    return {**fields, **threshold_of(rule.element)}


def _read_pattern(rule: Rule) -> Fields:
    arguments = rule.element.element("arguments")
    fields = {"column": rule.column, "pattern": arguments.take("pattern")}
    return {**fields, **threshold_of(rule.element)}


def _invalid(rule: Rule) -> list[Fields]:
    """Read a rule that Lakesmith has not written."""
    limits = tolerant(threshold_of(rule.element))
    arguments = rule.element.element("arguments")
    values = arguments.values("validValues")
    pattern = arguments.take("pattern")
    arguments.finish()
    if not rule.column:
        raise NoCounterpartError("no column")
    if values and pattern and limits:
        raise NoCounterpartError("several rows may fail two conditions together")
    common: dict[str, Any] = {"column": rule.column, **limits}
    found: list[Fields] = []
    if values:
        # A check passes NULL, whether or not it is listed.
        named = [value for value in values if value is not None]
        found.append({"check": "in_set", **common, "values": named})
    if pattern:
        found.append({"check": "regex", **common, "pattern": pattern})
    if not found:
        raise NoCounterpartError("neither validValues nor a pattern")
    return found


COUNTERPARTS["in_set"] = Counterpart(_write_set, _read_set)
COUNTERPARTS["regex"] = Counterpart(_write_pattern, _read_pattern)
METRICS["invalidValues"] = _invalid
