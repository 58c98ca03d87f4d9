"""Find the records of a JSON document, each as it is spelled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NoReturn

from lakesmith.sources.files.documents.read import UnreadableError

_BLANKS = re.compile(r"[ \t\r\n]*")
_BLANK_OR_TEXT = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


def json_records(pieces: Iterable[bytes], path: Sequence[str] = ()) -> Iterator[str]:
    r"""Return the records of a document as JSON of one line each.

    Parameters
    ----------
    pieces : iterable of bytes
    path : sequence of str, optional
        The keys that lead to the records. The whole document holds them when left out.

    Returns
    -------
    iterator of str
        The elements of an array, or the one value that is no array. Numbers and texts are spelled
        as in the document.

    Raises
    ------
    UnreadableError
        When the document is no JSON in UTF-8, UTF-16 or UTF-32, has not all keys of the path, or
        has one of them twice.

    Notes
    -----
    The whole document is in memory. Each value is parsed once, and its text is kept.

    Examples
    --------
    >>> page = b'{"data": {"rows": [{"id": 1.50},\n {"id": 2}]}, "next": null}'
    >>> list(json_records([page], ["data", "rows"]))
    ['{"id":1.50}', '{"id":2}']
    >>> list(json_records([page], ["rows"]))
    Traceback (most recent call last):
    lakesmith.sources.files.documents.read.UnreadableError: the document has no 'rows'
    """
    document = _Document(_text_of(b"".join(pieces)))
    start, end = document.whole()
    for key in path:
        start, end = document.member(start, key)
    for first, last in document.elements(start, end):
        yield _BLANK_OR_TEXT.sub(r"\1", document.text[first:last])


def _text_of(content: bytes) -> str:
    try:
        return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"the file is no text: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise UnreadableError(f"the file has {constant}, which is not JSON")


class _Document:
    """A text of JSON, whose values are found by their places."""

    def __init__(self, text: str) -> None:
        self.text = text
        decoder = json.JSONDecoder(
            parse_float=str, parse_int=str, parse_constant=_refuse
        )
        self._scan: Callable[[str, int], tuple[Any, int]] = decoder.raw_decode

    def whole(self) -> tuple[int, int]:
        start = self._skip(0)
        end = self._end(start)
        rest = self._skip(end)
        if rest < len(self.text):
            raise UnreadableError(f"character {rest} is behind the end of the document")
        return start, end

    def member(self, start: int, key: str) -> tuple[int, int]:
        """Return the value of a key in the object at a place."""
        members = list(self._members(start)) if self.text[start] == "{" else []
        found = [(first, last) for name, first, last in members if name == key]
        if len(found) > 1:
            raise UnreadableError(f"the document has '{key}' twice")
        if not found:
            raise UnreadableError(f"the document has no '{key}'")
        return found[0]

    def elements(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the elements of the array at a place, or the value itself."""
        if self.text[start] != "[":
            yield start, end
            return
        at = self._skip(start + 1)
        while self.text[at] != "]":
            last = self._end(at)
            yield at, last
            at = self._next(last)

    def _members(self, start: int) -> Iterator[tuple[str, int, int]]:
        at = self._skip(start + 1)
        while self.text[at] != "}":
            name, colon = scanstring(self.text, at + 1)
            first = self._skip(self._skip(colon) + 1)
            last = self._end(first)
            yield name, first, last
            at = self._next(last)

    def _next(self, at: int) -> int:
        """Return the place of what follows a value, behind a comma."""
        at = self._skip(at)
        return self._skip(at + 1) if self.text[at] == "," else at

    def _skip(self, at: int) -> int:
        found = _BLANKS.match(self.text, at)
        return found.end() if found else at

    def _end(self, start: int) -> int:
        try:
            return self._scan(self.text, start)[1]
        except json.JSONDecodeError as error:
            raise UnreadableError(f"the file is no JSON: {error}") from error
        except RecursionError as error:
            raise UnreadableError("the file is nested too deep") from error
