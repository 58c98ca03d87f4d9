"""Read team, roles and service levels as the contract block of a spec."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.agreement import (
    CONSUMER,
    FRESH_TIME,
    OWNER,
    PERCENT,
    WINDOW,
)
from lakesmith.contracts.odcs.quality.operators import share_text
from lakesmith.spec.model.contract import VERSION

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element

_UNITS = {
    "s": "s", "sec": "s", "second": "s", "seconds": "s",
    "min": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
}  # fmt: skip
_LATENCY = ("latency", "ly", "freshness")
_ERROR_RATE = ("errorrate", "er")
_STATUSES = ("draft", "active", "deprecated")


def contract_block(root: Element) -> dict[str, Any]:
    """Return the contract block that a document says.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.element import Element
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> level = {"property": "latency", "value": 4, "unit": "d"}
    >>> contract_block(Element({"version": "1.0.0", "slaProperties": [level]}, "", Notes()))
    {'version': '1.0.0', 'freshness': '4d'}
    """
    block: dict[str, Any] = {
        "version": _version(root),
        "status": _status(root),
        "owner": _owner(root),
        "consumers": _consumers(root),
        **_levels(root),
    }
    return {key: value for key, value in block.items() if value}


def _version(root: Element) -> str:
    version = root.text("version")
    if version and re.fullmatch(VERSION, version) is None:
        root.notes.add(f"version '{version}' is no semantic version")
        return ""
    return version


def _status(root: Element) -> str:
    status = root.text("status")
    if status and status not in _STATUSES:
        root.notes.add(f"no counterpart for status '{status}'")
        return ""
    return status


def _owner(root: Element) -> str:
    members = _members(root)
    owners = [one for one in members if one.text("role").lower() == OWNER]
    first = owners[0] if len(owners) == 1 else None
    has_left = first is not None and bool(first.data.get("dateOut"))
    only = None if has_left else first
    for member in members:
        if member is only:
            continue
        role = member.text("role") or "no role"
        root.notes.add(
            "no counterpart for members of the team",
            f"{member.text('username')} ({role})",
        )
    if only is None:
        return ""
    name = only.text("username")
    only.take("dateIn")
    only.finish()
    return name


def _members(root: Element) -> list[Element]:
    # Before version 3.1 a team was a list.
    if isinstance(root.data.get("team"), list):
        return root.entries("team")
    team = root.element("team")
    members = team.entries("members")
    team.finish()
    return members


def _consumers(root: Element) -> list[str]:
    found: list[str] = []
    for role in root.entries("roles"):
        name = role.text("role")
        listed = role.ours().get("consumers") if name == CONSUMER else None
        if isinstance(listed, list):
            role.take("access")
            found += map(str, listed)
            role.finish()
        else:
            root.notes.add("no counterpart for roles", name)
    return found


def _levels(root: Element) -> dict[str, Any]:
    said: dict[str, Any] = {}
    slo: dict[str, Any] = {}
    for level in root.entries("slaProperties"):
        name = level.text("property")
        unit = level.text("unit")
        value = level.take("value")
        column = level.text("element").partition(".")[2]
        if name.lower() in _LATENCY and _age(value, unit) and not said:
            said["freshness"] = _age(value, unit)
        elif name.lower() in _ERROR_RATE and _is_share(value, unit):
            failing = Decimal(str(value))
            passing = _exact(100 - failing)
            slo["records_passing"] = share_text(passing)
        elif name == "nullShare" and _is_share(value, unit) and column:
            slo.setdefault("null_share", {})[column] = share_text(value)
        elif name == FRESH_TIME and _is_share(value, unit):
            slo["fresh_time"] = share_text(value)
        elif name == WINDOW and _age(value, unit).endswith("d"):
            slo["window"] = _age(value, unit)
        else:
            said_level = f"{name} {value} {unit}".strip()
            root.notes.add("no counterpart for service levels", said_level)
            continue
        level.finish()
    return {**said, "slo": slo}


def _age(value: Any, unit: str) -> str:
    letter = _UNITS.get(unit.lower(), "")
    is_whole = isinstance(value, int) and 0 < value < 1_000_000
    return f"{value}{letter}" if letter and is_whole else ""


def _is_share(value: Any, unit: str) -> bool:
    is_truth = isinstance(value, bool)
    is_number = isinstance(value, (int, float)) and not is_truth
    return unit == PERCENT and is_number and 0 <= value <= 100


def _exact(value: Decimal) -> int | float:
    if value == value.to_integral_value():
        return int(value)
    return float(value)
