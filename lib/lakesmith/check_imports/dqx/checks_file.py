"""Read a list of checks of DQX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments
from lakesmith.check_imports.dqx import batch, rows
from lakesmith.check_imports.dqx.names import FUNCTIONS
from lakesmith.check_imports.drafts import (
    Draft,
    Entry,
    Made,
    NoCounterpartError,
    refusing,
)
from lakesmith.check_imports.making.finishing import failing, with_where
from lakesmith.check_imports.registry import Tool, register

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

__all__ = ["DQX", "batch", "rows"]
_ON_FAIL = {"error": "quarantine", "warn": "warn"}
_REFUSED = "DQX flags the rows that fail, here the batch is refused"


def _is_check(node: Node) -> bool:
    check = node.value.get("check") if isinstance(node.value, dict) else None
    return check is not None and isinstance(check.value, dict)


def _recognises(document: Node) -> bool:
    if not isinstance(document.value, list):
        return False
    return any(_is_check(one) for one in document.value)


def _entries(document: Node) -> Iterator[Entry]:
    for place, node in enumerate(document.value):
        yield _entry(node, str(place))


def _entry(node: Node, key: str) -> Entry:
    given = node.plain()
    check = given.get("check") if isinstance(given, dict) else None
    if not isinstance(check, dict) or not isinstance(check.get("function"), str):
        return Entry("", node, key, "check", refusing("it names no function"))
    arguments = check.get("arguments") or {}
    column = arguments.get("column", "") if isinstance(arguments, dict) else ""
    name = check["function"]
    what = f"{name} ({column})" if column else name
    return Entry(
        "",
        node,
        key,
        what,
        lambda: list(_made(name, given)),
    )


def _made(name: str, given: dict[str, Any]) -> Iterator[Made]:
    criticality = str(given.get("criticality") or "error")
    if criticality not in _ON_FAIL:
        raise NoCounterpartError(f"criticality '{criticality}' has no counterpart")
    where = given.get("filter")
    for arguments in _each_column(name, given["check"]):
        made = FUNCTIONS.made(name, arguments)
        arguments.refuse_rest()
        for one in made:
            if not isinstance(one, Draft):
                yield one
                continue
            named = Draft(
                one.check,
                one.differs,
                one.nulls,
                _name(given, one),
            )
            yield _finished(with_where(named, where), _ON_FAIL[criticality])


def _finished(given: Draft, on_fail: str) -> Draft:
    finished = failing(given, on_fail, None)
    is_noted = given.judges_rows or on_fail == "warn"
    is_noted = is_noted or given.check["check"] == "schema"
    return finished if is_noted else finished.noting(_REFUSED)


def _name(given: dict[str, Any], one: Draft) -> str:
    is_one = not given["check"].get("for_each_column")
    if not is_one:
        return one.name
    name = given.get("name") or one.name
    return str(name)


def _each_column(name: str, check: dict[str, Any]) -> Iterator[Arguments]:
    arguments = check.get("arguments") or {}
    columns = check.get("for_each_column")
    if columns is None:
        yield Arguments(arguments)
        return
    if not isinstance(columns, list) or not isinstance(arguments, dict):
        raise NoCounterpartError("'for_each_column' is no list")
    key = "columns" if name in ("is_unique", "foreign_key") else "column"
    for column in columns:
        is_wrapped = key == "columns" and not isinstance(column, list)
        yield Arguments({**arguments, key: [column] if is_wrapped else column})


DQX = register(
    Tool(
        name="dqx",
        title="DQX",
        files="a list whose items have 'check' with 'function'",
        recognises=_recognises,
        entries=_entries,
    )
)
