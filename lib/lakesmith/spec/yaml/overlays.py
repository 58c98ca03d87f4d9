"""Overlays: differences that are merged over a tree of specs, from a file or from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from lakesmith.errors import Problem
from lakesmith.spec.yaml.nodes import MAX_DEPTH, Node
from lakesmith.spec.yaml.provenance import SET, KeyPath, Origin, dotted, suggest
from lakesmith.spec.yaml.scalars import plain_value
from lakesmith.spec.yaml.secrets import looks_secret

Sets = Sequence[str] | Mapping[str, Any]
_FORM = "write key.path=value, such as warehouse=/data"
_THING_DEPTH = {"sources": 2, "tables": 3}
_KEY_PART = re.compile(r'"([^"]+)"|([^."]+)')


def merge(base: Node, over: Node) -> Node:
    """Merge an overlay over a tree: maps merge, scalars and lists are replaced."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return Node(merged, base.origin)


def keep_known(over: Node, base: Node, problems: list[Problem]) -> Node:
    """Return the overlay without sources and tables that the base does not have; each is a problem LS114."""
    return _keep_known(over, base, (), problems)


def _keep_known(over: Node, base: Node, path: KeyPath, problems: list[Problem]) -> Node:
    if not isinstance(over.value, dict):
        return over
    kept: dict[str, Node] = {}
    for key, node in over.value.items():
        below = (*path, key)
        if not _leads_to_thing(below):
            kept[key] = node
        elif key in base.value:
            kept[key] = _keep_known(node, base.value[key], below, problems)
        else:
            problems.append(_unknown(node.origin, below, base))
    return Node(kept, over.origin)


def _leads_to_thing(path: KeyPath) -> bool:
    return len(path) <= _THING_DEPTH.get(str(path[0]), 0)


def _unknown(origin: Origin, path: KeyPath, base: Node) -> Problem:
    hint = suggest(str(path[-1]), base.value, f"known in {dotted(path[:-1])}")
    what = f"overrides '{dotted(path)}', which does not exist"
    return Problem("LS114", what, origin.file, origin.line, dotted(path), hint)


def set_overlays(sets: Sets, problems: list[Problem]) -> Iterator[Node]:
    """Turn each ``key.path=value`` (or mapping entry) into an overlay of its own.

    Parameters
    ----------
    sets : sequence of str or mapping
        Texts as given to ``--set``, or dotted keys with values. A key part with dots stands in double quotes.
    problems : list of Problem
        Malformed settings are appended (LS115).

    Yields
    ------
    Node
        A tree with the one value, whose origin is ``--set``.
    """
    for key, value in _settings(sets, problems):
        path = _split_key(key)
        if 0 < len(path) <= MAX_DEPTH and path != ("env",):
            yield _nest(path, to_node(value))
        else:
            hint = "choose the environment with --env" if path == ("env",) else _FORM
            problems.append(
                Problem("LS115", f"cannot set '{key}'", SET, key=key, hint=hint)
            )


def _settings(sets: Sets, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    if isinstance(sets, Mapping):
        yield from sets.items()
        return
    for text in sets:
        key, equals, value = text.partition("=")
        if equals:
            yield key.strip(), SetText(value)
        else:
            shown = "" if looks_secret(text) else f" '{text}'"
            problems.append(
                Problem("LS115", f"setting{shown} has no '='", SET, hint=_FORM)
            )


class SetText(str):
    """Text of the command line: read as a number, true, false or null unless the model wants text."""

    __slots__ = ()


def to_node(value: Any) -> Node:
    """Build a node from plain data whose origin is the command line or the caller."""
    if isinstance(value, Mapping):
        return Node(
            {str(key): to_node(child) for key, child in value.items()}, Origin(SET)
        )
    if isinstance(value, (list, tuple)):
        return Node([to_node(child) for child in value], Origin(SET))
    return Node(str(value) if isinstance(value, PurePath) else value, Origin(SET))


def typed(value: Any, texts: frozenset[KeyPath], path: KeyPath = ()) -> Any:
    """Return plain data in which text of the command line has its YAML type, but for the key paths `texts`."""
    if isinstance(value, dict):
        return {key: typed(child, texts, (*path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [
            typed(child, texts, (*path, index)) for index, child in enumerate(value)
        ]
    if isinstance(value, SetText):
        return str(value) if path in texts else plain_value(value)
    return value


def _split_key(key: str) -> KeyPath:
    parts = _KEY_PART.findall(key)
    path = tuple(quoted or bare for quoted, bare in parts)
    rebuilt = ".".join(f'"{quoted}"' if quoted else bare for quoted, bare in parts)
    return path if rebuilt == key else ()


def _nest(path: KeyPath, leaf: Node) -> Node:
    for part in reversed(path):
        leaf = Node({part: leaf}, Origin(SET))
    return leaf
