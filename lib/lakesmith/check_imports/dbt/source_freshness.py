"""Translate the freshness that dbt demands of its sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments, column_name
from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import Draft, Entry, NoCounterpartError, draft

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

_KEYS = ("freshness", "loaded_at_field", "loaded_at_query")
_UNITS = {"minute": "m", "hour": "h", "day": "d"}
_LIMITS = {"error_after": None, "warn_after": "warn"}


def freshness_entries(source: Node, table: Node, key: str) -> Iterator[Entry]:
    """Yield the entry of a table of a source, which inherits from its source."""
    given: dict[str, Any] = {}
    place: Node | None = None
    for owner in (source, table):
        for one in (owner, _config(owner)):
            found = one.value if one and isinstance(one.value, dict) else {}
            names = [name for name in _KEYS if name in found]
            given |= {name: found[name].plain() for name in names}
            place = found.get("freshness", place)
    if place is None or not given["freshness"]:
        return
    named = table.value.get("name") if isinstance(table.value, dict) else None
    name = named.plain() if named else ""
    what = "freshness of the source"
    yield Entry(
        str(name),
        place,
        f"{key}.freshness",
        what,
        lambda: list(_made(given)),
    )


def _config(owner: Node) -> Node | None:
    given = owner.value if isinstance(owner.value, dict) else {}
    found: Node | None = given.get("config")
    return found


def _made(given: dict[str, Any]) -> Iterator[Draft]:
    field = given.get("loaded_at_field")
    if field is None or "loaded_at_query" in given:
        raise NoCounterpartError("'freshness' needs a 'loaded_at_field'")
    arguments = Arguments(given["freshness"])
    limits = {key: arguments.take(key) for key in _LIMITS}
    arguments.refuse_rest()
    for key, limit in limits.items():
        if limit:
            age = _age(Arguments(limit))
            column = column_name(field)
            made = draft("freshness", column=column, max_age=age, on_null="fail")
            yield made.having(on_fail=_LIMITS[key])


def _age(limit: Arguments) -> str:
    count = Range(max=limit.needed("count")).whole()["max"]
    period = str(limit.needed("period"))
    if period not in _UNITS:
        raise NoCounterpartError(f"'freshness' knows no '{period}'")
    return f"{count}{_UNITS[period]}"
