"""Read quality rules as checks."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from lakesmith.contracts.odcs.element import Element
from lakesmith.contracts.odcs.quality.queries import SQL
from lakesmith.contracts.odcs.quality.registry import (
    COUNTERPARTS,
    METRICS,
    Fields,
    NoCounterpartError,
    Rule,
)
from lakesmith.contracts.odcs.quality.write_rules import ENGINE, SETTINGS
from lakesmith.spec.model.checks import Check, check_from

# Metrics of documents before version 3.1, where no row may fail.
_OLD_RULES = {
    "nullCheck": "nullValues",
    "duplicateCount": "duplicateValues",
    "uniqueCheck": "duplicateValues",
    "validValues": "invalidValues",
}
_SEVERITIES = ("error", "warning")


def checks_of(element: Element, column: str) -> list[Check]:
    """Return the checks that the quality rules of a property or table say.

    What is no check is noted.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> rule = {"metric": "nullValues", "mustBe": 0}
    >>> element = Element({"quality": [rule]}, "column a", Notes())
    >>> [(check.id, check.check) for check in checks_of(element, "a")]
    [('a_not_null', 'not_null')]
    """
    found: list[Check] = []
    for rule in element.entries("quality"):
        try:
            found += _checks(rule, column)
        except NoCounterpartError as error:
            name = _name_of(rule)
            what = f"no counterpart for a quality rule ({error})"
            place = f"{element.place} {name}"
            rule.notes.add(what, place.strip())
    return found


def _name_of(rule: Element) -> str:
    """Return what tells a rule from the others of its place, at last its query."""
    keys = ("id", "name", "metric", "query")
    texts = [rule.text(key) for key in keys]
    return next(filter(None, texts), "")


def named(fields: Fields, wanted: str, column: str) -> Check:
    """Return the check of some fields, under an id that none else has.

    Raises
    ------
    NoCounterpartError
        When no check takes such fields.
    """
    kind = fields.get("check", "")
    own = identifier(wanted or f"{column}_{kind}")
    try:
        return check_from({"id": own, **fields})
    except ValidationError as error:
        problems = [str(one["msg"]) for one in error.errors()]
        reason = "; ".join(problems)
        raise NoCounterpartError(reason) from error


def identifier(text: str) -> str:
    """Return a text as the id of a check.

    Examples
    --------
    >>> identifier("Order ID: no NULL"), identifier("2nd")
    ('order_id_no_null', 'check_2nd')
    """
    words = re.sub(r"[^a-z0-9]+", "_", text.lower())
    name = words.strip("_")
    if not name[:1].isalpha():
        name = f"check_{name}".rstrip("_")
    return name[:100]


def _checks(rule: Element, column: str) -> list[Check]:
    ours = rule.ours().get(SETTINGS)
    kind = rule.text("type")
    wanted = rule.text("id") or rule.text("name")
    description = rule.text("description")
    rule.take("dimension")
    found = _ours(rule, column, ours, kind) or _others(rule, column, kind)
    common = _common(rule, description, written_here=ours is not None)
    many = len(found) > 1
    checks: list[Check] = []
    for fields in found:
        own = f"{wanted}_{fields['check']}" if wanted and many else wanted
        check = named({**common, **fields}, own, column)
        checks.append(check)

    rule.take("name")
    rule.finish()
    return checks


def _ours(rule: Element, column: str, settings: Any, kind: str) -> list[Fields]:
    """Return the check that Lakesmith wrote the rule for, nothing for a rule of others."""
    if kind == "custom" and rule.text("engine") == ENGINE:
        implementation = rule.take("implementation")
        if not isinstance(implementation, dict):
            raise NoCounterpartError("its implementation is not a map")
        return [implementation]
    if not isinstance(settings, dict):
        return []
    counterpart = COUNTERPARTS.get(str(settings.get("check")))
    if counterpart is None:
        raise NoCounterpartError(f"no check '{settings.get('check')}'")
    rule.take("metric")
    read = counterpart.read(Rule(rule, column))
    return [{**read, **settings}]


def _others(rule: Element, column: str, kind: str) -> list[Fields]:
    metric = rule.text("metric")
    old = rule.text("rule")
    if kind == SQL:
        return METRICS[SQL](Rule(rule, column))
    if kind not in ("", "library"):
        engine = rule.text("engine")
        of_engine = f" of {engine}" if engine else ""
        raise NoCounterpartError(f"type '{kind}'{of_engine}")
    if not metric and old:
        metric = _OLD_RULES.get(old, old)
        rule = _as_new(rule, old)
    read = METRICS.get(metric)
    if read is None:
        raise NoCounterpartError(f"metric '{metric}'")
    return read(Rule(rule, column))


def _as_new(rule: Element, old: str) -> Element:
    """Return a rule of an older document with the keys of today."""
    has_operator = any(key.startswith("must") for key in rule.data)
    operator = {} if has_operator or old not in _OLD_RULES else {"mustBe": 0}
    values = rule.take("validValues")
    arguments = {"arguments": {"validValues": values}} if values else {}
    data = {**rule.data, **operator, **arguments}
    return Element(
        data,
        rule.place,
        rule.notes,
        rule.read,
    )


def _common(rule: Element, description: str, *, written_here: bool) -> Fields:
    """Return the fields that all kinds of rules say alike."""
    common: Fields = {"description": description} if description else {}
    severity = rule.text("severity")
    is_ours = written_here or rule.text("engine") == ENGINE
    if severity == "warning" and not is_ours:
        common["on_fail"] = "warn"
    elif severity and severity not in _SEVERITIES:
        rule.notes.add(f"no counterpart for severity '{severity}'", rule.place)
    return common
