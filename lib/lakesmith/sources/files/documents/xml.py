"""Parse XML into records of JSON, a piece of a file at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from lakesmith.sources.files.documents.read import UnreadableError

# As Spark names them.
ATTRIBUTE = "_"
TEXT = "_VALUE"
_NO_VALUES = ("xmlns:", "xsi:")
DEEPEST = 100
_NO_DTD = "the file has a document type: its entities are not read, land it without one"


@dataclass
class _Element:
    """An element whose end is not read yet."""

    name: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)
    # What the element holds, in its order.
    parts: list[str | _Element] = field(default_factory=list)
    # Whether it had a child, outside of records where none is kept.
    is_parent: bool = False
    # Whether a record is within, which would be no row.
    holds_record: bool = False

    @property
    def text(self) -> str:
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def is_mixed(self) -> bool:
        return bool(self.children) and bool(self.text.strip())


def xml_records(
    pieces: Iterable[bytes], row_tag: str, skipped: Collection[str] = ()
) -> Iterator[str]:
    r"""Return the elements of a tag as JSON objects, as the pieces of a file are read.

    Parameters
    ----------
    pieces : iterable of bytes
    row_tag : str
        The element that is a record, without its namespace.
    skipped : collection of str
        Elements outside of records that may hold text.

    Returns
    -------
    iterator of str
        Fields are child elements, and attributes with ``_`` before their names. All values are
        texts. A child that comes again is a list, one with children of its own or with attributes
        an object, whose text is ``_VALUE``. An empty element is NULL. The value of text and
        elements is its XML. A record of these, of nothing, or with a record within, is its XML and
        no object.

    Raises
    ------
    UnreadableError
        When the file does not end as XML, has a document type, has values outside of records or
        is nested too deep.

    Examples
    --------
    >>> file = b'<all><o id="1"><n>Ann</n><q>2</q><q>3</q></o><o><n/></o></all>'
    >>> list(xml_records([file], "o"))
    ['{"_id": "1", "n": "Ann", "q": ["2", "3"]}', '{"n": null}']
    >>> list(xml_records([b'<all><o id="1"><o id="2"/></o></all>'], "o"))
    ['<o id="1"><o id="2"></o></o>']
    >>> list(xml_records([b"<all><o>"], "o"))
    Traceback (most recent call last):
    lakesmith.sources.files.documents.read.UnreadableError: no element found: line 1, column 8
    """
    rows = _Rows(row_tag, skipped)
    for piece in pieces:
        rows.feed(piece)
        yield from rows.taken()
    rows.feed(b"", is_last=True)
    yield from rows.taken()


def beginning_problem(
    head: bytes, is_whole: bool, row_tag: str, skipped: Collection[str] = ()
) -> str:
    """Return why a file that begins so is no XML that can be read, or an empty text.

    Examples
    --------
    >>> beginning_problem(b"<all><o>", is_whole=False, row_tag="o")
    ''
    >>> beginning_problem(b"id,name", is_whole=False, row_tag="o")
    'syntax error: line 1, column 0'
    """
    rows = _Rows(row_tag, skipped)
    try:
        rows.feed(head, is_last=is_whole)
    except UnreadableError as error:
        return str(error)
    return ""


class _Rows:
    """The records that were read and not taken yet."""

    def __init__(self, row_tag: str, skipped: Collection[str]) -> None:
        self.row_tag = row_tag
        self.skipped = {*skipped}
        self.read: list[str] = []
        self.outside: list[_Element] = []
        self.open: list[_Element] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._add

    def feed(self, piece: bytes, is_last: bool = False) -> None:
        try:
            self.parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise UnreadableError(str(error)) from error

    def taken(self) -> list[str]:
        taken = self.read
        self.read = []
        return taken

    def _refuse_type(self, *_: Any) -> None:
        raise UnreadableError(_NO_DTD)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if len(self.open) == DEEPEST:
            line = self.parser.CurrentLineNumber
            raise UnreadableError(
                f"line {line} is nested deeper than {DEEPEST} elements"
            )
        element = _Element(name, attributes)
        if self.open and name == self.row_tag:
            self.open[0].holds_record = True
        if self.open or name == self.row_tag:
            self.open.append(element)
        else:
            self.outside.append(element)

    def _end(self, tag: str) -> None:
        if not self.open:
            self._end_outside(self.outside.pop())
            return
        element = self.open.pop()
        if not self.open:
            self.read.append(_record(element))
            self._mark_parent()
            return
        parent = self.open[-1]
        parent.children.append(element)
        parent.parts.append(element)

    def _end_outside(self, element: _Element) -> None:
        """Refuse an element of attributes only, which a record with another tag may be."""
        if self.outside and not element.is_parent and _attributes(element):
            self._require_skipped([*self.outside, element], "attributes")
        self._mark_parent()

    def _mark_parent(self) -> None:
        if self.outside:
            self.outside[-1].is_parent = True

    def _add(self, text: str) -> None:
        if self.open:
            self.open[-1].parts.append(text)
        elif text.strip():
            self._require_skipped(self.outside, "text")

    def _require_skipped(self, path: Sequence[_Element], what: str) -> None:
        if not self.skipped.isdisjoint(element.name for element in path):
            return
        line = self.parser.CurrentLineNumber
        raise UnreadableError(
            f"line {line} has {what} in <{path[-1].name}>, outside of <{self.row_tag}>: name it"
            " in `skip_tags`, or correct `row_tag`"
        )


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _record(element: _Element) -> str:
    is_empty = not (element.children or _attributes(element))
    if element.holds_record or element.is_mixed or is_empty:
        return _xml(element)
    return json.dumps(_object(element), ensure_ascii=False)


def _object(element: _Element) -> dict[str, Any]:
    """Return the fields of an element. One name of several values is a list."""
    found: dict[str, list[Any]] = {}
    for name, value in _fields(element):
        found.setdefault(name, []).append(value)
    return {
        name: values if len(values) > 1 else values[0] for name, values in found.items()
    }


def _fields(element: _Element) -> Iterator[tuple[str, Any]]:
    yield from _attributes(element).items()
    if element.is_mixed or not element.children:
        text = "".join(map(_part, element.parts)) if element.is_mixed else element.text
        if text:
            yield TEXT, text
        return
    for child in element.children:
        yield child.name, _value(child)


def _value(element: _Element) -> Any:
    fields = _object(element)
    if element.children and not element.is_mixed:
        return fields
    is_text = fields.keys() <= {TEXT}
    return fields.get(TEXT) if is_text else fields


def _attributes(element: _Element) -> dict[str, Any]:
    """Return the attributes that are values, which those of namespaces and schemas are not."""
    return {
        f"{ATTRIBUTE}{_local(name)}": value
        for name, value in element.attributes.items()
        if name != "xmlns" and not name.startswith(_NO_VALUES)
    }


def _xml(element: _Element) -> str:
    given = element.attributes.items()
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in given)
    inner = "".join(map(_part, element.parts))
    return f"<{element.name}{attributes}>{inner}</{element.name}>"


def _part(part: str | _Element) -> str:
    return escape(part) if isinstance(part, str) else _xml(part)
