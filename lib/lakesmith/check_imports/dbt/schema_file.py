"""Read the data tests of a property file of dbt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments
from lakesmith.check_imports.dbt import core_tests, expectations, utils
from lakesmith.check_imports.dbt.config import read_config
from lakesmith.check_imports.dbt.names import TESTS
from lakesmith.check_imports.dbt.source_freshness import freshness_entries
from lakesmith.check_imports.drafts import (
    NO_LIST,
    Entry,
    Lost,
    Made,
    NoCounterpartError,
    refusing,
)
from lakesmith.check_imports.registry import Tool, register

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

__all__ = ["DBT", "core_tests", "expectations", "utils"]
_RESOURCES = ("models", "seeds", "snapshots", "sources")
_LISTS = ("data_tests", "tests")
_OF_TEST = ("name", "description")


def _recognises(document: Node) -> bool:
    given = document.value if isinstance(document.value, dict) else {}
    return any(
        key in given and isinstance(given[key].value, list) for key in _RESOURCES
    )


def _entries(document: Node) -> Iterator[Entry]:
    for section in _RESOURCES:
        for key, resource in _items(document, section, section):
            if section != "sources":
                yield from _of_table(resource, key)
                continue
            yield from _misplaced(
                _name(resource),
                resource,
                key,
                ("tables",),
            )
            for inner, table in _items(resource, "tables", f"{key}.tables"):
                yield from _of_table(table, inner)
                yield from freshness_entries(resource, table, inner)


def _items(node: Node, name: str, key: str) -> Iterator[tuple[str, Node]]:
    if not isinstance(node.value, dict):
        return
    listed = node.value.get(name)
    if listed is None or not isinstance(listed.value, list):
        return
    for place, item in enumerate(listed.value):
        yield f"{key}.{place}", item


def _of_table(resource: Node, key: str, name: str = "") -> Iterator[Entry]:
    table = name or _name(resource)
    yield from _misplaced(
        table,
        resource,
        key,
        ("columns", "versions"),
    )
    yield from _tests(table, resource, key, "")
    for inner, column in _items(resource, "columns", f"{key}.columns"):
        yield from _tests(
            table,
            column,
            inner,
            _name(column),
        )
    for inner, version in _items(resource, "versions", f"{key}.versions"):
        yield from _of_table(version, inner, table)


def _misplaced(
    table: str, owner: Node, key: str, names: Iterable[str]
) -> Iterator[Entry]:
    """Yield what should be a list and is none."""
    if not isinstance(owner.value, dict):
        yield Entry(
            table,
            owner,
            key,
            key,
            refusing("it is no map"),
        )
        return
    for name in names:
        node = owner.value.get(name)
        if node and not isinstance(node.value, list) and node.value is not None:
            yield Entry(
                table,
                node,
                f"{key}.{name}",
                name,
                refusing(NO_LIST),
            )


def _name(node: Node) -> str:
    if not isinstance(node.value, dict):
        return ""
    named = node.value.get("name")
    return str(named.value) if named else ""


def _tests(table: str, owner: Node, key: str, column: str) -> Iterator[Entry]:
    yield from _misplaced(
        table,
        owner,
        key,
        (*_LISTS, "constraints"),
    )
    for name in _LISTS:
        for inner, test in _items(owner, name, f"{key}.{name}"):
            yield _entry(table, test, inner, column)
    for inner, one in _items(owner, "constraints", f"{key}.constraints"):
        reason = "a constraint is no data test; the contract or a check says it"
        yield Entry(
            table,
            one,
            inner,
            f"constraint ({column})",
            refusing(reason),
        )


def _entry(table: str, node: Node, key: str, column: str) -> Entry:
    given = node.plain()
    name, body = _named(given)
    if not name:
        return Entry(
            table,
            node,
            key,
            str(given),
            refusing("it is no test"),
        )
    what = f"{name} ({column})" if column else name
    return Entry(
        table,
        node,
        key,
        what,
        lambda: _made(name, body, column),
    )


def _named(given: Any) -> tuple[str, Any]:
    if isinstance(given, str):
        return given, {}
    if not isinstance(given, dict):
        return "", {}
    if isinstance(given.get("test_name"), str):
        body = {key: value for key, value in given.items() if key != "test_name"}
        return given["test_name"], body
    own = [key for key in given if key not in ("config", *_OF_TEST)]
    if len(own) != 1:
        return "", {}
    # Some write the config beside the name of the test instead of within it.
    name = own[0]
    rest = {key: value for key, value in given.items() if key != name}
    body = given[name]
    if body is None:
        body = {}
    if isinstance(body, dict):
        return name, {**rest, **body}
    return name, body


def _made(name: str, body: Any, column: str) -> list[Made]:
    arguments = Arguments(body)
    config = read_config(arguments)
    for key, value in Arguments(arguments.take("arguments", {})).all().items():
        arguments.put(key, value)
    _refuse_templates(arguments)
    if column:
        arguments.put("column_name", column)
    own_name = arguments.take("name")
    description = arguments.take("description")
    config = config.named(own_name, description)
    made = TESTS.made(name.removeprefix("dbt."), arguments)
    arguments.refuse_rest()
    finished: list[Made] = []
    for one in made:
        if isinstance(one, Lost):
            finished.append(one)
        else:
            finished.append(config.finish(one, name))

    return finished


def _refuse_templates(arguments: Arguments) -> None:
    for key, value in arguments.all().items():
        if key in ("to", "compare_model"):
            continue
        text = str(value)
        if "{{" in text or "{%" in text:
            raise NoCounterpartError(f"'{key}' is a template, whose value is not known")


DBT = register(
    Tool(
        name="dbt",
        title="dbt",
        files="a list of 'models', 'seeds', 'snapshots' or 'sources'",
        recognises=_recognises,
        entries=_entries,
    )
)
