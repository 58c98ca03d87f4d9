"""Read one YAML file strictly, with file and line of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lakesmith.errors import Problem
from lakesmith.spec.yaml.nodes import MAX_DEPTH, Node
from lakesmith.spec.yaml.provenance import KeyPath, Origin, dotted
from lakesmith.spec.yaml.scalars import is_boolean_word, plain_value, twist
from lakesmith.spec.yaml.secrets import looks_secret

_MAX_BYTES = 1024 * 1024
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _UnreadableError(Exception):
    """Report that the rest of a file cannot be read."""

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

    Examples
    --------
    >>> problems: list[Problem] = []
    >>> read_yaml(Path("missing.yml"), problems), problems[0].what
    (None, 'the file cannot be read: No such file or directory')
    """
    reader = _Reader(str(file), problems)
    try:
        return reader.read(_text(file), path)
    except _UnreadableError as error:
        reader.report(
            code=error.code,
            what=str(error),
            line=error.line,
            path=path,
            hint=error.hint,
        )
    except OSError as error:
        reader.report(
            code="LS101",
            what=f"the file cannot be read: {error.strerror}",
            line=0,
            path=path,
            hint="check its permissions",
        )
    except yaml.YAMLError as error:
        line, what = _syntax(error)
        reader.report(
            code="LS103",
            what=f"not valid YAML: {what}",
            line=line,
            path=path,
            hint="check indentation, quotes and brackets around this line; no tabs",
        )
    return None


def _text(file: Path) -> str:
    if file.stat().st_size > _MAX_BYTES:
        what = f"the file is larger than {_MAX_BYTES // 1024} KiB"
        raise _UnreadableError("LS103", what, hint="a spec is a few kilobytes")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8 text (byte {error.start})"
        raise _UnreadableError("LS103", what, hint="save it as UTF-8") from error


def _syntax(error: yaml.YAMLError) -> tuple[int, str]:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or getattr(error, "reason", None)
    return (mark.line + 1 if mark else 0), str(text or type(error).__name__)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Reader:
    """Build nodes from the events of the YAML parser, whose own composer recurses without limit."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.events: Iterator[Any] = iter(())
        self.lines: list[str] = []

    def report(
        self, code: str, what: str, line: int, path: KeyPath, hint: str = ""
    ) -> None:
        self.problems.append(Problem(code, what, self.file, line, dotted(path), hint))

    def read(self, text: str, path: KeyPath) -> Node:
        self.events = yaml.parse(text, Loader=_Loader)
        self.lines = text.splitlines()
        root = self._document(path)
        self._refuse_more_documents(path)
        if isinstance(root.value, dict):
            return root
        if root.value is not None:
            self.report(
                code="LS112",
                what="the file does not hold a map",
                line=root.origin.line,
                path=path,
                hint="begin with 'key: value' lines",
            )
        return Node({}, Origin(self.file, 1))

    def _document(self, path: KeyPath) -> Node:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return Node(None, Origin(self.file, 1))
        return self._node(next(self.events), path, depth=0)

    def _refuse_more_documents(self, path: KeyPath) -> None:
        starts = (e for e in self.events if isinstance(e, yaml.DocumentStartEvent))
        lines = [_line(event) for event in starts]
        if lines:
            self.report(
                code="LS107",
                what="the file holds several YAML documents ('---')",
                line=lines[0],
                path=path,
                hint="one spec per file: split it",
            )

    def _node(self, event: Any, path: KeyPath, depth: int, line: int = 0) -> Node:
        origin = Origin(self.file, line or _line(event))
        self._refuse_references(event, path)
        if isinstance(event, yaml.AliasEvent):
            return Node(None, origin)
        if isinstance(event, yaml.ScalarEvent):
            return Node(self._scalar(event, path), origin)
        if depth >= MAX_DEPTH:
            what = f"nested deeper than {MAX_DEPTH} levels; the rest of the file was not read"
            raise _UnreadableError("LS106", what, _line(event), "reduce the nesting")
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self._items(path, depth + 1), origin)
        return Node(self._entries(path, depth + 1), origin)

    def _refuse_references(self, event: Any, path: KeyPath) -> None:
        line = _line(event)
        hint = "write the value out"
        if isinstance(event, yaml.AliasEvent):
            self.report(
                code="LS105",
                what=f"alias '*{event.anchor}'",
                line=line,
                path=path,
                hint=hint,
            )
        elif event.anchor:
            self.report(
                code="LS105",
                what=f"anchor '&{event.anchor}'",
                line=line,
                path=path,
                hint=hint,
            )
        if getattr(event, "tag", None):
            self.report(
                code="LS105",
                what=f"tag '{event.tag}'",
                line=line,
                path=path,
                hint="remove the tag; quote the value if it is text",
            )

    def _scalar(self, event: Any, path: KeyPath) -> Any:
        if event.style or event.tag:
            return event.value
        if not event.value:
            self._refuse_comment(event, path)
        reading = twist(event.value)
        if not reading:
            return plain_value(event.value)
        shown = "value" if any(map(looks_secret, path)) else event.value
        self.report(
            code="LS108",
            what=f"unquoted {shown}: YAML may read {reading}",
            line=_line(event),
            path=path,
            hint=f'quote it: "{shown}"; or write true, false, null or a decimal number plainly',
        )
        return event.value

    def _refuse_comment(self, event: Any, path: KeyPath) -> None:
        """Refuse `key: #text`, which is a key without a value."""
        line = "".join(self.lines[event.start_mark.line : event.start_mark.line + 1])
        behind = line[event.start_mark.column :].strip()
        if re.match(r"#[^\s#]", behind):
            shown = "text" if any(map(looks_secret, path)) else f"'{behind[:40]}'"
            self.report(
                code="LS108",
                what=f"{shown} behind # is a comment, and the key has no value",
                line=_line(event),
                path=path,
                hint="quote the text, or write a blank behind #",
            )

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
                self.report(
                    code="LS104",
                    what=f"key '{key}' again",
                    line=line,
                    path=(*path, key),
                    hint=f"first on line {entries[key].origin.line}; keep one",
                )
            entries.setdefault(key, node)
        return entries

    def _key(self, event: Any, path: KeyPath, depth: int) -> str:
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, (*path, "?"), depth)
            self.report(
                code="LS109",
                what="a key that is not text",
                line=line,
                path=(*path, "?"),
                hint="a key is one word",
            )
            return "?"
        inner = (*path, event.value)
        self._refuse_references(event, inner)
        if event.value == "<<" and not event.style:
            self.report(
                code="LS105",
                what="merge key '<<'",
                line=line,
                path=inner,
                hint="write the keys out",
            )
        elif not event.style and _is_not_text(event.value):
            self.report(
                code="LS109",
                what=f"key {event.value or '(nothing)'} is not text",
                line=line,
                path=inner,
                hint="quote the key",
            )
        return str(event.value)


def _is_not_text(key: str) -> bool:
    # Keys are always read as text here, so `on:` or `n:` cannot be misread.
    if is_boolean_word(key):
        return False
    return bool(twist(key)) or not isinstance(plain_value(key), str)
