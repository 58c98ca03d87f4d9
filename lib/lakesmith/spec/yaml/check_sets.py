"""Put the checks of sets into the tables that use them, and one check for each column.

A table names a set by an entry ``use`` of its checks, with values for the variables of the set. An
entry ``for_each_column`` of a check stands for one check on each column of the contract that it
selects. All is done before the models see the specs, and each value keeps its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from lakesmith.spec.yaml.nodes import Node
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Origin

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_USE_KEYS = {"use", "with"}
_SELECT_KEYS = {"type", "name", "except"}
_COLUMN = "{column}"


def expand_checks(tree: Node, findings: list[tuple[Finding, Origin]]) -> Node:
    """Return the specs with the checks of sets, and those for each column, in the tables.

    Parameters
    ----------
    tree : Node
        The specs of a project.
    findings : list
        LS175 is appended for each entry that cannot be expanded, with its origin. The entry is
        left out.

    Returns
    -------
    Node
    """
    sets = _children(tree, "check_sets")
    layers = {
        layer: _with(node, _expanded(f"tables.{layer}", node, sets, findings))
        for layer, node in _children(tree, "tables").items()
    }
    if not layers:
        return tree
    tables = _with(tree.value["tables"], layers)
    return _with(tree, {**tree.value, "tables": tables})


def _expanded(
    place: str,
    layer: Node,
    sets: Mapping[str, Node],
    findings: list[tuple[Finding, Origin]],
) -> dict[str, Node]:
    tables: dict[str, Node] = {}
    for name, table in _map(layer).items():
        tables[name] = table
        checks = _map(table).get("checks")
        if checks is None or not isinstance(checks.value, list):
            continue
        expansion = _Expansion(f"{place}.{name}.checks", _types(table), sets, findings)
        listed = [one for entry in checks.value for one in expansion.of(entry)]
        tables[name] = _with(table, {**table.value, "checks": _with(checks, listed)})
    return tables


class _Expansion:
    """Expand the entries of the checks of one table.

    Parameters
    ----------
    place : str
        Key of the checks.
    types : mapping of str to str
        The columns of the contract and their types.
    sets : mapping of str to Node
    findings : list
    """

    def __init__(
        self,
        place: str,
        types: Mapping[str, str],
        sets: Mapping[str, Node],
        findings: list[tuple[Finding, Origin]],
    ) -> None:
        self.place = place
        self.types = types
        self.sets = sets
        self.findings = findings

    def of(self, entry: Node) -> Iterator[Node]:
        """Yield the checks that an entry stands for."""
        fields = _map(entry)
        if "use" in fields:
            yield from self._of_set(entry)
        elif "for_each_column" in fields:
            yield from self._for_each(entry)
        else:
            yield entry

    def _of_set(self, entry: Node) -> Iterator[Node]:
        fields = _map(entry)
        unknown = sorted(set(fields) - _USE_KEYS)
        name = fields["use"].value
        if unknown:
            self._report(
                entry, f"a use of a set takes no '{unknown[0]}'", "'use' and 'with'"
            )
        elif name not in self.sets:
            hint = suggest(str(name), self.sets, "sets of checks")
            self._report(entry, f"no set of checks '{name}'", hint)
        else:
            yield from self._filled(entry, str(name))

    def _filled(self, entry: Node, name: str) -> Iterator[Node]:
        known = _map(self.sets[name])
        variables = {
            **_map_of(known.get("variables")),
            **_map_of(_map(entry).get("with")),
        }
        declared = _map_of(known.get("variables"))
        for variable in variables:
            if variable not in declared:
                hint = suggest(variable, declared, "variables")
                self._report(entry, f"set '{name}' has no variable '{variable}'", hint)
        listed = known["checks"].value if "checks" in known else []
        for check in listed if isinstance(listed, list) else []:
            filled = self._substituted(check, variables, entry, name)
            if filled is not None:
                yield from self.of(filled)

    def _substituted(
        self, check: Node, variables: Mapping[str, Node], entry: Node, name: str
    ) -> Node | None:
        wanted = {found for text in _texts(check) for found in _VARIABLE.findall(text)}
        missing = sorted(
            one
            for one in wanted
            if one not in variables or variables[one].value is None
        )
        if missing:
            hint = f"write with: {{{missing[0]}: ...}}"
            what = f"set '{name}' needs a value for '{missing[0]}'"
            self._report(entry, what, hint)
            return None
        if "use" in _map(check):
            self._report(entry, f"set '{name}' uses another set", "list its checks")
            return None
        return _filled_in(check, {key: node.value for key, node in variables.items()})

    def _for_each(self, entry: Node) -> Iterator[Node]:
        fields = dict(_map(entry))
        select = fields.pop("for_each_column")
        rules = _map(select)
        unknown = sorted(set(rules) - _SELECT_KEYS)
        columns = [
            name for name in self.types if _selects(rules, name, self.types[name])
        ]
        if unknown:
            hint = "'type', 'name' and 'except'"
            self._report(entry, f"for_each_column takes no '{unknown[0]}'", hint)
        elif "column" in fields:
            hint = "remove one of them"
            self._report(entry, "for_each_column beside a column", hint)
        elif not self.types:
            hint = "give the table a contract, or write a check for each column"
            self._report(entry, "for_each_column needs a contract", hint)
        elif not columns:
            hint = f"its columns: {', '.join(self.types)}"
            self._report(entry, "for_each_column selects no column", hint)
        else:
            for column in columns:
                yield _on_column(entry, fields, column)

    def _report(self, entry: Node, what: str, hint: str) -> None:
        self.findings.append((Finding("LS175", self.place, what, hint), entry.origin))


def _on_column(entry: Node, fields: Mapping[str, Node], column: str) -> Node:
    """Return the check of one column, whose id has the name of the column."""
    id = fields.get("id")
    text = (
        str(id.value) if id else str(fields["check"].value if "check" in fields else "")
    )
    named = text if _COLUMN in text else f"{_COLUMN}_{text}"
    made = {
        **fields,
        "id": _with(id or entry, named),
        "column": Node(column, entry.origin),
    }
    return _with(entry, {key: _named_in(node, column) for key, node in made.items()})


def _named_in(node: Node, column: str) -> Node:
    if isinstance(node.value, str):
        return _with(node, node.value.replace(_COLUMN, column))
    if isinstance(node.value, list):
        return _with(node, [_named_in(one, column) for one in node.value])
    if isinstance(node.value, dict):
        return _with(
            node, {key: _named_in(one, column) for key, one in node.value.items()}
        )
    return node


def _filled_in(node: Node, variables: Mapping[str, Any]) -> Node:
    """Return a value whose variables are filled in; a value that is one keeps its type."""
    if isinstance(node.value, dict):
        made = {key: _filled_in(one, variables) for key, one in node.value.items()}
        return _with(node, made)
    if isinstance(node.value, list):
        return _with(node, [_filled_in(one, variables) for one in node.value])
    if not isinstance(node.value, str):
        return node
    whole = _VARIABLE.fullmatch(node.value)
    if whole:
        return _with(node, variables[whole.group(1)])
    return _with(
        node, _VARIABLE.sub(lambda found: str(variables[found.group(1)]), node.value)
    )


def _selects(rules: Mapping[str, Node], name: str, kind: str) -> bool:
    """Return whether a column has one of the types and names, and is no exception."""
    family = kind.partition("(")[0].partition("<")[0].strip()
    types = _list(rules.get("type"))
    names = _list(rules.get("name"))
    excepted = _list(rules.get("except"))
    has_type = not types or family in types or kind in types
    has_name = not names or any(fnmatchcase(name, pattern) for pattern in names)
    is_excepted = any(fnmatchcase(name, pattern) for pattern in excepted)
    return has_type and has_name and not is_excepted


def _types(table: Node) -> dict[str, str]:
    columns = _map_of(_map(table).get("columns"))
    types = {name: _map(column).get("type") for name, column in columns.items()}
    return {name: str(kind.value) if kind else "" for name, kind in types.items()}


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node.value, str):
        yield node.value
    parts = node.value.values() if isinstance(node.value, dict) else node.value
    for part in parts if isinstance(node.value, (dict, list)) else ():
        yield from _texts(part)


def _list(node: Node | None) -> list[str]:
    if node is None:
        return []
    values = node.value if isinstance(node.value, list) else [node]
    return [str(one.value) for one in values]


def _map_of(node: Node | None) -> dict[str, Node]:
    return _map(node) if node else {}


def _map(node: Node) -> dict[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def _children(tree: Node, key: str) -> dict[str, Node]:
    return _map_of(_map(tree).get(key))


def _with(node: Node, value: Any) -> Node:
    return Node(value, node.origin)
