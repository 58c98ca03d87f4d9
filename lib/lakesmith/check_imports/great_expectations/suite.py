"""Read a suite of expectations, of version 0.18 and of 1.x."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments
from lakesmith.check_imports.bounds import rest_of
from lakesmith.check_imports.drafts import (
    Draft,
    Entry,
    Lost,
    Made,
    NoCounterpartError,
    refusing,
)
from lakesmith.check_imports.great_expectations import batch, rows
from lakesmith.check_imports.great_expectations.conditions import condition
from lakesmith.check_imports.great_expectations.names import EXPECTATIONS
from lakesmith.check_imports.making.finishing import (
    OF_ALL_ROWS,
    failing,
    with_where,
)
from lakesmith.check_imports.registry import Tool, register

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

__all__ = ["SUITE", "batch", "rows"]
_NO_MATTER = ("batch_id", "result_format", "catch_exceptions", "include_config")
_ON_FAIL = {"critical": "fail", "warning": "warn", "info": "warn"}


def _is_suite(document: Node) -> bool:
    return isinstance(document.value, dict) and "expectations" in document.value


def _entries(document: Node) -> Iterator[Entry]:
    given = document.value
    name = given.get("name") or given.get("expectation_suite_name")
    table = str(name.value) if name else ""
    expectations = document.value["expectations"]
    if not isinstance(expectations.value, list):
        reason = "the expectations are no list"
        yield Entry(
            table,
            expectations,
            "expectations",
            "all",
            refusing(reason),
        )
        return
    for place, node in enumerate(expectations.value):
        yield _entry(table, node, f"expectations.{place}")


def _entry(table: str, node: Node, key: str) -> Entry:
    given = node.plain()
    if not isinstance(given, dict):
        return Entry(
            table,
            node,
            key,
            str(given),
            refusing("it is no map"),
        )
    name = given.get("expectation_type") or given.get("type")
    if not isinstance(name, str):
        return Entry(
            table,
            node,
            key,
            "expectation",
            refusing("it has no type"),
        )
    column = _column_of(given.get("kwargs"))
    what = f"{name} ({column})" if column else name
    return Entry(
        table,
        node,
        key,
        what,
        lambda: list(_made(name, given)),
    )


def _column_of(kwargs: Any) -> str:
    column = kwargs.get("column", "") if isinstance(kwargs, dict) else ""
    return str(column)


def _made(name: str, given: dict[str, Any]) -> Iterator[Made]:
    arguments = Arguments(given.get("kwargs", {}))
    arguments.ignore(*_NO_MATTER)
    on_fail = _on_fail(given)
    where = condition(arguments)
    made = EXPECTATIONS.made(name, arguments)
    mostly = arguments.take("mostly", 1)
    _refuse_options(arguments)
    for one in made:
        if isinstance(one, Lost):
            yield one
            continue
        described = one.having(description=_description(given))
        yield _finished(with_where(described, where), on_fail, mostly)


def _finished(given: Draft, on_fail: str, mostly: Any) -> Draft:
    if isinstance(mostly, bool) or not isinstance(mostly, (int, float)):
        raise NoCounterpartError("'mostly' is no number")
    if mostly == 1:
        return failing(given, on_fail, None)
    limit = "warn" if on_fail == "warn" else "fail"
    finished = failing(
        given,
        on_fail,
        {limit: rest_of(mostly)},
    )
    if finished.check["check"] == "not_null" and "where" not in finished.check:
        return finished
    return finished.noting(OF_ALL_ROWS)


def _on_fail(given: dict[str, Any]) -> str:
    severity = str(given.get("severity") or "critical")
    if severity not in _ON_FAIL:
        raise NoCounterpartError(f"severity '{severity}' has no counterpart")
    return _ON_FAIL[severity]


def _description(given: dict[str, Any]) -> str | None:
    meta = given.get("meta")
    notes = given.get("description") or given.get("notes")
    if not notes and isinstance(meta, dict):
        notes = meta.get("notes")
    if isinstance(notes, dict):
        notes = notes.get("content")
    if isinstance(notes, list):
        notes = " ".join(map(str, notes))
    return str(notes) if notes else None


def _refuse_options(arguments: Arguments) -> None:
    # Options of 0.18 that change nothing while they are off.
    for name in ("auto", "profiler_config", "parse_strings_as_datetimes"):
        if not arguments.take(name):
            continue
        raise NoCounterpartError(f"'{name}' has no counterpart")
    arguments.refuse_rest()


SUITE = register(
    Tool(
        name="great_expectations",
        title="Great Expectations",
        files="a list of 'expectations'",
        recognises=_is_suite,
        entries=_entries,
    )
)
