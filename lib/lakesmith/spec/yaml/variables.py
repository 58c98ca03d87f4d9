"""Fill the variables of a set of checks into its texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def variables_of(node: Node) -> set[str]:
    """Return the names of the variables in the texts of a node."""
    return {name for text in _texts(node) for name in _VARIABLE.findall(text)}


def filled_in(node: Node, variables: Mapping[str, Any]) -> Node:
    """Return a value whose variables are filled in; a value that is one keeps its type."""

    def value_of(found: re.Match[str]) -> Any:
        return variables[found.group(1)]

    def filled(text: str) -> Any:
        whole = _VARIABLE.fullmatch(text)
        if whole:
            return value_of(whole)
        return _VARIABLE.sub(lambda found: str(value_of(found)), text)

    return with_texts(node, filled)


def respelled_in(check: Node, variables: Mapping[str, Any]) -> str:
    """Return a variable within a text whose value has lost its spelling, such as 0.10 or yes."""
    for text in _texts(check):
        if _VARIABLE.fullmatch(text):
            continue
        for name in _VARIABLE.findall(text):
            if isinstance(variables.get(name), float | bool):
                return str(name)
    return ""


def with_texts(node: Node, replaced: Callable[[str], Any]) -> Node:
    """Return a node each of whose texts is replaced."""
    value = node.value
    if isinstance(value, str):
        return replace(node, value=replaced(value))
    if isinstance(value, list):
        items = [with_texts(one, replaced) for one in value]
        return replace(node, value=items)
    if isinstance(value, dict):
        entries = {key: with_texts(one, replaced) for key, one in value.items()}
        return replace(node, value=entries)
    return node


def _texts(node: Node) -> Iterator[str]:
    value = node.value
    if isinstance(value, str):
        yield value
    parts = value if isinstance(value, list) else []
    if isinstance(value, dict):
        parts = list(value.values())
    for part in parts:
        yield from _texts(part)
