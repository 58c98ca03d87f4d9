"""Read a YAML or JSON file as other tools read it, with the line of every value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.yaml.nodes import Node
from lakesmith.spec.yaml.provenance import Origin

# An escape of JSON; of halves of signs the whole run.
_ESCAPE = re.compile(r"((?:\\u[dD][89a-fA-F][0-9a-fA-F]{2})+)|\\.", re.DOTALL)
_MAX_BYTES = 4 * 1024 * 1024
_MAX_DEPTH = 50
_MAX_VALUES = 200_000
PlainValue = Callable[[str], Any]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UnreadableError(Exception):
    """Report that a file cannot be read, with the line."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


def read_source(file: Path, plain: PlainValue | None = None) -> Node:
    """Read a file that another tool wrote.

    Parameters
    ----------
    file : Path
        YAML, or JSON by its first sign.
    plain : callable, optional
        Takes the text of a plain value of YAML and returns the value, or NotImplemented. Then, and
        when left out, it is read as YAML 1.1 does, in which ``010`` is eight and ``on`` is true.

    Returns
    -------
    Node

    Raises
    ------
    ConfigError
        LS176 when it cannot be read.

    Examples
    --------
    >>> read_source(Path("missing.json"))
    Traceback (most recent call last):
    ...
    lakesmith.errors.ConfigError: LS100 1 problem in the specs
    LS176 the file cannot be read: No such file or directory
      where: missing.json
      next:  give a readable file
    """
    try:
        return _read(file, plain)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise unreadable(file, what, hint="give a readable file") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        text = getattr(error, "problem", None) or getattr(error, "reason", None)
        what = f"not valid YAML: {text or error}"
        raise unreadable(file, what, mark.line + 1 if mark else 0) from None
    except json.JSONDecodeError as error:
        what = f"not valid JSON: {error.msg}"
        raise unreadable(file, what, error.lineno) from None
    except _UnreadableError as error:
        raise unreadable(file, str(error), error.line) from None


def unreadable(
    file: Path, what: str, line: int = 0, key: str = "", hint: str = ""
) -> ConfigError:
    """Return the error of a file that cannot be imported."""
    hint = hint or "correct the file"
    problem = Problem(
        "LS176",
        what,
        str(file),
        line,
        key,
        hint,
    )
    return ConfigError([problem])


def _read(file: Path, plain: PlainValue | None) -> Node:
    if file.stat().st_size > _MAX_BYTES:
        raise _UnreadableError(f"the file is larger than {_MAX_BYTES >> 20} MiB")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8 text (byte {error.start})"
        raise _UnreadableError(what) from None
    is_json = _is_json(file, text)
    return _Reader(str(file), is_json, plain).read(_as_yaml(text) if is_json else text)


def _is_json(file: Path, text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError:
        if file.suffix == ".json":
            raise
        return False
    except RecursionError:
        raise _UnreadableError("the file is nested too deeply") from None
    return True


class _Reader:
    """Build nodes from the events of the YAML parser, with the plain values of a tool."""

    def __init__(self, file: str, is_json: bool, plain: PlainValue | None) -> None:
        self._file = file
        self._is_json = is_json
        self._plain = plain
        self._anchors: dict[str, Node] = {}
        self._scalars = yaml.SafeLoader("")
        self._events: Iterator[Any] = iter(())
        self._count = 0

    def read(self, text: str) -> Node:
        self._events = yaml.parse(text, Loader=_Loader)
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _UnreadableError("the file is empty")
        root = self._node(next(self._events), 0)
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                what = "the file holds several YAML documents"
                raise _UnreadableError(what, _line(event))
        return root

    def _node(self, event: Any, depth: int, line: int = 0) -> Node:
        self._count += 1
        if depth > _MAX_DEPTH or self._count > _MAX_VALUES:
            what = "the file is nested too deeply, or holds too much"
            raise _UnreadableError(what, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        value = self._value(event, depth)
        origin = Origin(self._file, line or _line(event))
        node = Node(value, origin)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            what = f"alias '*{event.anchor}' without its anchor"
            raise _UnreadableError(what, _line(event))
        self._count += sum(1 for _ in node.origins())
        return node

    def _value(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._items(depth + 1))
        return self._entries(depth + 1)

    def _scalar(self, event: Any) -> Any:
        if event.style:
            return event.value
        if self._is_json:
            return json.loads(event.value)
        own = self._own(event)
        if own is not NotImplemented:
            return own
        resolve: Any = self._scalars.resolve
        tag = event.tag or resolve(yaml.ScalarNode, event.value, event.implicit)
        try:
            node = yaml.ScalarNode(
                tag,
                event.value,
                event.start_mark,
            )
            return self._scalars.construct_object(node)
        except ValueError as error:
            what = f"'{event.value}' is no value: {error}"
            raise _UnreadableError(what, _line(event)) from None

    def _own(self, event: Any) -> Any:
        if self._plain is None or event.tag:
            return NotImplemented
        return self._plain(event.value)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth)

    def _key(self, event: Any, depth: int) -> str:
        # A key is what stands there, also one that a value would be read as true.
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        return str(self._node(event, depth).plain())

    def _entries(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._key(event, depth)
            node = self._node(
                next(self._events),
                depth,
                line,
            )
            if key == "<<":
                merged |= _merged(node, line)
            elif key in entries:
                raise _UnreadableError(f"key '{key}' again", line)
            else:
                entries[key] = node
        return {**merged, **entries}


def _merged(node: Node, line: int) -> dict[str, Node]:
    maps = node.value if isinstance(node.value, list) else [node]
    merged: dict[str, Node] = {}
    for one in reversed(maps):
        if not isinstance(one.value, dict):
            raise _UnreadableError("'<<' merges no map", line)
        merged |= one.value
    return merged


def _as_yaml(text: str) -> str:
    # JSON has tabs between values only, and signs beyond 16 bits in two halves.
    return _ESCAPE.sub(_whole_sign, text.replace("\t", " "))


def _whole_sign(escape: re.Match[str]) -> str:
    halves = escape.group(1)
    if halves is None:
        return escape.group()
    units = bytes.fromhex(halves.replace("\\u", ""))
    return units.decode("utf-16-be", "replace")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
