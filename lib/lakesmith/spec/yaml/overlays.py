"""Merge overlays, from a file or from the command line, over a tree of specs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from lakesmith.errors import Problem
from lakesmith.spec.kinds import spec_depth
from lakesmith.spec.yaml.nodes import MAX_DEPTH, Node
from lakesmith.spec.yaml.provenance import SET, KeyPath, Origin, dotted, suggest
from lakesmith.spec.yaml.scalars import plain_value
from lakesmith.spec.yaml.secrets import looks_secret

Sets = Sequence[str] | Mapping[str, Any]
_FORM = "write key.path=value, such as warehouse=/data"
_KEY_PART = re.compile(r'"([^"]+)"|([^."]+)')


def merge(base: Node, over: Node) -> Node:
    """Merge an overlay over a tree. Maps are merged, scalars and lists are replaced.

    Examples
    --------
    >>> merge(_to_node({"a": {"x": 1, "y": [2]}}), _to_node({"a": {"y": [3]}})).plain()
    {'a': {'x': 1, 'y': [3]}}
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        known = merged.get(key)
        merged[key] = node if known is None else merge(known, node)
    return Node(merged, base.origin)


def keep_known(over: Node, base: Node, problems: list[Problem]) -> Node:
    """Return an overlay without the specs that the base lacks, each of which is a problem LS114.

    Examples
    --------
    >>> base = _to_node({"sources": {"orders": {}}})
    >>> problems: list[Problem] = []
    >>> keep_known(_to_node({"sources": {"order": {"path": "in"}}}), base, problems).plain()
    {'sources': {}}
    >>> [(problem.code, problem.hint) for problem in problems]
    [('LS114', "did you mean 'orders'?")]
    """
    return _keep_known(over, base, (), problems)


def _keep_known(over: Node, base: Node, path: KeyPath, problems: list[Problem]) -> Node:
    if not isinstance(over.value, dict):
        return over
    kept: dict[str, Node] = {}
    for key, node in over.value.items():
        inner = (*path, key)
        depth = spec_depth(str(inner[0]))
        if len(inner) > depth:
            kept[key] = node
        elif key in base.value:
            known = base.value[key]
            kept[key] = _keep_known(node, known, inner, problems)
        else:
            problems.append(_unknown(node.origin, inner, base))
    return Node(kept, over.origin)


def _unknown(origin: Origin, path: KeyPath, base: Node) -> Problem:
    key = dotted(path)
    parent = dotted(path[:-1])
    return Problem(
        code="LS114",
        what=f"overrides '{key}', which does not exist",
        file=origin.file,
        line=origin.line,
        key=key,
        hint=suggest(str(path[-1]), base.value, f"known in {parent}"),
    )


def set_overlays(sets: Sets, problems: list[Problem]) -> Iterator[Node]:
    """Turn each ``key.path=value``, or entry of a mapping, into an overlay.

    Parameters
    ----------
    sets : sequence of str or mapping
        Texts as given to ``--set``, or dotted keys with values. A part of a key that has dots is in
        double quotes.
    problems : list of Problem
        Malformed settings are appended (LS115).

    Yields
    ------
    Node
        A tree with the one value, whose origin is ``--set``.

    Examples
    --------
    >>> [node.plain() for node in set_overlays({"sources.orders.path": "in"}, [])]
    [{'sources': {'orders': {'path': 'in'}}}]
    """
    for key, value in _settings(sets, problems):
        path = _split_key(key)
        if 0 < len(path) <= MAX_DEPTH and path != ("env",):
            yield _nest(path, _to_node(value))
        else:
            problems.append(_not_settable(key))


def _not_settable(key: str) -> Problem:
    return Problem(
        code="LS115",
        what=f"cannot set '{key}'",
        file=SET,
        key=key,
        hint="choose the environment with --env" if key == "env" else _FORM,
    )


def _settings(sets: Sets, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    if isinstance(sets, Mapping):
        yield from sets.items()
        return
    for text in sets:
        key, equals, value = text.partition("=")
        if equals:
            yield key.strip(), _SetText(value)
        else:
            shown = "" if looks_secret(text) else f" '{text}'"
            what = f"setting{shown} has no '='"
            problems.append(Problem("LS115", what, SET, hint=_FORM))


class _SetText(str):
    """Hold text of the command line, which gets its YAML type unless the model wants text."""

    __slots__ = ()


def _to_node(value: Any) -> Node:
    """Build a node from plain data whose origin is the command line or the caller.

    Examples
    --------
    >>> node = _to_node({"keys": ["id"]})
    >>> node.plain(), str(node.origin)
    ({'keys': ['id']}, '--set')
    """
    origin = Origin(SET)
    if isinstance(value, Mapping):
        children = {str(key): _to_node(child) for key, child in value.items()}
        return Node(children, origin)
    if isinstance(value, (list, tuple)):
        items = [_to_node(child) for child in value]
        return Node(items, origin)
    if isinstance(value, PurePath):
        return Node(str(value), origin)
    return Node(value, origin)


def typed(value: Any, texts: frozenset[KeyPath], path: KeyPath = ()) -> Any:
    """Return plain data in which text of the command line has its YAML type.

    Parameters
    ----------
    value : Any
        Maps, lists and scalars.
    texts : frozenset of tuple
        Key paths whose values stay text.
    path : tuple
        Key path of `value`.

    Examples
    --------
    >>> data = {"parallel": _SetText("4"), "warehouse": _SetText("4")}
    >>> typed(data, frozenset({("warehouse",)}))
    {'parallel': 4, 'warehouse': '4'}
    """
    if isinstance(value, dict):
        children = value.items()
        return {key: typed(child, texts, (*path, key)) for key, child in children}
    if isinstance(value, list):
        items = enumerate(value)
        return [typed(child, texts, (*path, at)) for at, child in items]
    if isinstance(value, _SetText):
        if path in texts:
            return str(value)
        return plain_value(value)
    return value


def _split_key(key: str) -> KeyPath:
    path: list[str] = []
    written: list[str] = []
    for quoted, bare in _KEY_PART.findall(key):
        path.append(quoted or bare)
        written.append(f'"{quoted}"' if quoted else bare)
    is_whole = ".".join(written) == key
    return tuple(path) if is_whole else ()


def _nest(path: KeyPath, leaf: Node) -> Node:
    node = leaf
    for part in reversed(path):
        node = Node({part: node}, Origin(SET))
    return node
