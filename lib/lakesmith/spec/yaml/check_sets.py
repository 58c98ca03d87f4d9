"""Put the checks of sets into the tables that use them, and one check for each column.

A table names a set by an entry ``use`` of its checks, with values for the variables of the set. An
entry ``for_each_column`` of a check stands for one check on each column of the contract that it
selects. All is done before the models see the specs, and each value keeps its file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from lakesmith.spec.yaml.nodes import Node
from lakesmith.spec.yaml.provenance import Finding, suggest
from lakesmith.spec.yaml.variables import (
    filled_in,
    respelled_in,
    variables_of,
    with_texts,
)

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import Origin

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
        key = f"{place}.{name}.checks"
        expansion = _Expansion(key, _types(table), sets, findings)
        listed: list[Node] = []
        for entry in checks.value:
            listed += expansion.of(entry)
        expanded = {**table.value, "checks": _with(checks, listed)}
        tables[name] = _with(table, expanded)
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
            what = f"a use of a set takes no '{unknown[0]}'"
            self._report(entry, what, "'use' and 'with'")
        elif name not in self.sets:
            hint = suggest(str(name), self.sets, "sets of checks")
            self._report(entry, f"no set of checks '{name}'", hint)
        else:
            yield from self._filled(entry, str(name))

    def _filled(self, entry: Node, name: str) -> Iterator[Node]:
        checks = self.sets[name]
        declared = _children(checks, "variables")
        given = _children(entry, "with")
        variables = {**declared, **given}
        for variable in variables:
            if variable not in declared:
                hint = suggest(variable, declared, "variables")
                what = f"set '{name}' has no variable '{variable}'"
                self._report(entry, what, hint)
        for check in _items(_map(checks).get("checks")):
            filled = self._substituted(check, variables, entry, name)
            if filled is not None:
                yield from self.of(filled)

    def _substituted(
        self, check: Node, variables: Mapping[str, Node], entry: Node, name: str
    ) -> Node | None:
        values = {key: node.value for key, node in variables.items()}
        wanted = variables_of(check)
        missing = sorted(one for one in wanted if values.get(one) is None)
        if missing:
            hint = f"write with: {{{missing[0]}: ...}}"
            what = f"set '{name}' needs a value for '{missing[0]}'"
            self._report(entry, what, hint)
            return None
        respelled = respelled_in(check, values)
        if respelled:
            hint = f"write it in quotes: {respelled}: '{values[respelled]}'"
            what = f"'{respelled}' of set '{name}' is no text, and stands within one"
            self._report(entry, what, hint)
            return None
        if "use" in _map(check):
            what = f"set '{name}' uses another set"
            self._report(entry, what, "list its checks")
            return None
        return filled_in(check, values)

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
        finding = Finding("LS175", self.place, what, hint)
        self.findings.append((finding, entry.origin))


def _on_column(entry: Node, fields: Mapping[str, Node], column: str) -> Node:
    """Return the check of one column, whose id has the name of the column."""
    id = fields.get("id")
    named_by = id or fields.get("check")
    text = str(named_by.value) if named_by else ""
    if _COLUMN not in text:
        text = f"{_COLUMN}_{text}"
    made = {
        **fields,
        "id": _with(id or entry, text),
        "column": _with(entry, column),
    }
    return _named_in(_with(entry, made), column)


def _named_in(node: Node, column: str) -> Node:
    return with_texts(node, lambda text: text.replace(_COLUMN, column))


def _selects(rules: Mapping[str, Node], name: str, kind: str) -> bool:
    """Return whether a column has one of the types and names, and is no exception."""
    simple = kind.partition("(")[0]
    family = simple.partition("<")[0].strip()
    types = _list(rules.get("type"))
    names = _list(rules.get("name"))
    excepted = _list(rules.get("except"))
    if types and family not in types and kind not in types:
        return False
    if names and not _matches(name, names):
        return False
    return not _matches(name, excepted)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _types(table: Node) -> dict[str, str]:
    types = {}
    for name, column in _children(table, "columns").items():
        kind = _map(column).get("type")
        types[name] = str(kind.value) if kind else ""
    return types


def _list(node: Node | None) -> list[str]:
    if node is None:
        return []
    values = node.value if isinstance(node.value, list) else [node]
    return [str(one.value) for one in values]


def _items(node: Node | None) -> list[Node]:
    if node is None or not isinstance(node.value, list):
        return []
    return node.value


def _map_of(node: Node | None) -> dict[str, Node]:
    return _map(node) if node else {}


def _map(node: Node) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        return {}
    return node.value


def _children(tree: Node, key: str) -> dict[str, Node]:
    return _map_of(_map(tree).get(key))


def _with(node: Node, value: Any) -> Node:
    return Node(value, node.origin)
