"""Strict reading of one YAML file: every value keeps its file and line, and every surprise is a problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lakesmith.errors import Problem
from lakesmith.spec.yaml.provenance import KeyPath, Origin, dotted
from lakesmith.spec.yaml.scalars import is_boolean_word, plain_value, twist
from lakesmith.spec.yaml.secrets import looks_secret

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Node:
    """A value of the specs with its origin: a map or list of nodes, or a scalar."""

    value: Any
    origin: Origin

    def plain(self) -> Any:
        """Return the bare maps, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def origins(self, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Origin]]:
        """Yield the key path and origin of this node and of all below it."""
        yield path, self.origin
        for key, node in self._children():
            yield from node.origins((*path, key))

    def _children(self) -> Iterator[tuple[str | int, Node]]:
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)


class _UnreadableError(Exception):
    """The rest of the file cannot be read; carries code, line and hint."""

    def __init__(self, code: str, what: str, line: int = 0, hint: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.line = line
        self.hint = hint


def read_yaml(file: Path, problems: list[Problem], path: KeyPath = ()) -> Node | None:
    """Read a file that holds one map.

    Parameters
    ----------
    file : Path
    problems : list of Problem
        Everything found is appended (codes LS101, LS103 to LS109).
    path : tuple
        Key path of the file's content in the project.

    Returns
    -------
    Node or None
        The map, empty for an empty file; None when the file cannot be read.
    """
    reader = _Reader(str(file), problems)
    try:
        root = reader.read(_text(file), path)
    except _UnreadableError as error:
        reader.report(error.code, str(error), error.line, path, error.hint)
        return None
    except OSError as error:
        reader.report(
            "LS101",
            f"the file cannot be read: {error.strerror}",
            0,
            path,
            "check its permissions",
        )
        return None
    except yaml.YAMLError as error:
        line, what = _syntax(error)
        hint = "check indentation, quotes and brackets around this line; no tabs"
        reader.report("LS103", f"not valid YAML: {what}", line, path, hint)
        return None
    return root


def _text(file: Path) -> str:
    if file.stat().st_size > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES // 1024} KiB"
        raise _UnreadableError("LS103", what, hint="a spec is a few kilobytes")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8 text (byte {error.start})"
        raise _UnreadableError("LS103", what, hint="save it as UTF-8") from error


def _syntax(error: yaml.YAMLError) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None)
    what = (
        getattr(error, "problem", None)
        or getattr(error, "reason", None)
        or type(error).__name__
    )
    return (mark.line + 1 if mark else 0), str(what)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Reader:
    """Builds nodes from the events of the YAML parser, since its own composer recurses without bound."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.events: Iterator[Any] = iter(())

    def report(
        self, code: str, what: str, line: int, path: KeyPath, hint: str = ""
    ) -> None:
        self.problems.append(Problem(code, what, self.file, line, dotted(path), hint))

    def read(self, text: str, path: KeyPath) -> Node:
        self.events = yaml.parse(text, Loader=_Loader)
        root = self._document(path)
        self._refuse_more_documents(path)
        if root.value is not None and not isinstance(root.value, dict):
            hint = "begin with 'key: value' lines"
            self.report(
                "LS112", "the file does not hold a map", root.origin.line, path, hint
            )
        return root if isinstance(root.value, dict) else Node({}, Origin(self.file, 1))

    def _document(self, path: KeyPath) -> Node:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return Node(None, Origin(self.file, 1))
        return self._node(next(self.events), path, depth=0)

    def _refuse_more_documents(self, path: KeyPath) -> None:
        more = [
            _line(event)
            for event in self.events
            if isinstance(event, yaml.DocumentStartEvent)
        ]
        if more:
            what = "the file holds several YAML documents ('---')"
            self.report("LS107", what, more[0], path, "one thing per file: split it")

    def _node(self, event: Any, path: KeyPath, depth: int, line: int = 0) -> Node:
        origin = Origin(self.file, line or _line(event))
        self._refuse_references(event, path)
        if isinstance(event, yaml.AliasEvent):
            return Node(None, origin)
        if isinstance(event, yaml.ScalarEvent):
            return Node(self._scalar(event, path), origin)
        if depth >= MAX_DEPTH:
            what = f"nested deeper than {MAX_DEPTH} levels; the rest of the file was not read"
            raise _UnreadableError("LS106", what, _line(event), "write it flatter")
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._items(path, depth + 1), origin)
        return Node(self._entries(path, depth + 1), origin)

    def _refuse_references(self, event: Any, path: KeyPath) -> None:
        line = _line(event)
        hint = "write the value out"
        if isinstance(event, yaml.AliasEvent):
            self.report("LS105", f"alias '*{event.anchor}'", line, path, hint)
        elif event.anchor:
            self.report("LS105", f"anchor '&{event.anchor}'", line, path, hint)
        if getattr(event, "tag", None):
            self.report(
                "LS105",
                f"tag '{event.tag}'",
                line,
                path,
                "leave the tag out; quote the value if it is text",
            )

    def _scalar(self, event: Any, path: KeyPath) -> Any:
        if event.style or event.tag:
            return event.value
        reading = twist(event.value)
        if not reading:
            return plain_value(event.value)
        shown = "value" if any(map(looks_secret, path)) else event.value
        hint = f'quote it: "{shown}"; or write true, false, null or a decimal number plainly'
        self.report(
            "LS108",
            f"unquoted {shown}: YAML may read {reading}",
            _line(event),
            path,
            hint,
        )
        return event.value

    def _items(self, path: KeyPath, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth))
        return items

    def _entries(self, path: KeyPath, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            key = self._key(event, path, depth)
            node = self._node(next(self.events), (*path, key), depth, line)
            if key in entries:
                first = entries[key].origin.line
                self.report(
                    "LS104",
                    f"key '{key}' again",
                    line,
                    (*path, key),
                    f"first on line {first}; keep one",
                )
            entries.setdefault(key, node)
        return entries

    def _key(self, event: Any, path: KeyPath, depth: int) -> str:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, (*path, "?"), depth)
            self.report(
                "LS109",
                "a key that is not text",
                line,
                (*path, "?"),
                "a key is one word",
            )
            return "?"
        below = (*path, event.value)
        self._refuse_references(event, below)
        if event.value == "<<" and not event.style:
            self.report("LS105", "merge key '<<'", line, below, "write the keys out")
        elif not event.style and _is_not_text(event.value):
            self.report(
                "LS109",
                f"key {event.value or '(nothing)'} is not text",
                line,
                below,
                "quote the key",
            )
        return str(event.value)


def _is_not_text(key: str) -> bool:
    # Keys are always read as text here, so `on:` or `n:` cannot be misread: only other words are refused.
    return not is_boolean_word(key) and (
        bool(twist(key)) or not isinstance(plain_value(key), str)
    )
