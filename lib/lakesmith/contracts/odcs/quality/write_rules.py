"""Write the checks of a table as quality rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.element import Element, custom
from lakesmith.contracts.odcs.notes import Notes
from lakesmith.contracts.odcs.quality.registry import (
    Counterpart,
    Fields,
    Rule,
    counterpart_of,
)

if TYPE_CHECKING:
    from lakesmith.spec.model import Check

ENGINE = "lakesmith"
# The custom property with what no other key of a rule says.
SETTINGS = "check"
_FIRST = ("column", "columns")
_DIMENSIONS = {
    "completeness": ("not_null", "not_blank", "null_count", "null_share", "null_share_per_group"),
    "conformity": ("in_set", "not_in_set", "regex", "matches_format", "parses_as", "length"),
    "coverage": ("row_count",),
    "uniqueness": ("unique", "unique_across_history", "unique_share", "distinct_count"),
    "timeliness": ("freshness", "not_in_future", "time_gaps"),
    "consistency": ("references", "compare"),
    "accuracy": ("between",),
}  # fmt: skip
_DIMENSION_OF = {
    check: dimension for dimension, checks in _DIMENSIONS.items() for check in checks
}


def quality_rules(
    checks: Iterable[Check], columns: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the quality rules of a table, by column.

    Parameters
    ----------
    checks : iterable of Check
    columns : iterable of str
        Names of the properties of the document.

    Returns
    -------
    dict
        The rules of the whole table are those of the column ``""``.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> quality_rules([NotNull(id="given", column="a")], ["a"])["a"][0]["metric"]
    'nullValues'
    """
    known = {*columns}
    rules: dict[str, list[dict[str, Any]]] = {}
    for check in checks:
        column = _column_of(check)
        place = column if column in known else ""
        same = rules.setdefault(place, [])
        same.append(quality_rule(check, place))
    return rules


def quality_rule(check: Check, column: str) -> dict[str, Any]:
    """Return the quality rule of a check.

    A metric of the standard or a query says it where there is one, else a custom rule.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import check_from
    >>> check = check_from({"id": "few", "check": "length", "column": "a", "max": 9})
    >>> rule = quality_rule(check, "a")
    >>> rule["engine"], rule["implementation"]
    ('lakesmith', {'check': 'length', 'column': 'a', 'max': 9})
    """
    head = {
        "id": check.id,
        "description": check.description or None,
        "dimension": _DIMENSION_OF.get(check.check),
        "severity": "warning" if check.on_fail == "warn" else "error",
    }
    counterpart = counterpart_of(check)
    fields = check_fields(check)
    body = (
        _said(check, counterpart, fields, column)
        if counterpart
        else {"type": "custom", "engine": ENGINE, "implementation": fields}
    )
    said = {key: value for key, value in head.items() if value is not None}
    return {**said, **body}


def check_fields(check: Check) -> Fields:
    """Return what a spec writes of a check, without id and description."""
    fields: Fields = check.model_dump(
        mode="json",
        by_alias=True,
        exclude_defaults=True,
        exclude={"id", "description", "check"},
    )
    if check.on_fail == check.on_fail_choices[0]:
        fields.pop("on_fail", None)
    first = {name: fields.pop(name) for name in _FIRST if name in fields}
    return {"check": check.check, **first, **fields}


def _said(
    check: Check, counterpart: Counterpart, fields: Fields, column: str
) -> dict[str, Any]:
    rule = counterpart.write(check)
    written = Element(rule, "", Notes())
    said = counterpart.read(Rule(written, column))
    # What the rule does not say of the check, and what it would say otherwise.
    rest = {key: value for key, value in fields.items() if said.get(key) != value}
    rest |= {key: None for key in said if key not in fields}
    properties = custom({SETTINGS: rest})
    return {**rule, "customProperties": list(properties)}


def _column_of(check: Check) -> str:
    columns: Sequence[str] = getattr(check, "columns", ())
    names = [getattr(check, "column", None) or "", *columns]
    given = [name for name in names if name]
    return given[0] if len(given) == 1 else ""
