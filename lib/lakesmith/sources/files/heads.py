"""Inspect the first bytes of a file to see whether it can be read as declared."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from pyspark.sql import SparkSession

from lakesmith.paths import local_path
from lakesmith.sources.files.encodings import UTF8_BOM, UTF16_BOMS, decoded, is_wide

if TYPE_CHECKING:
    from lakesmith.spec.model import FilesSource

HEAD_BYTES = 65_536
CHUNK = 1 << 20
LINE_END = re.compile(r"\r\n|\r|\n")
REPLACED = "\ufffd"
PACKERS = {"gz": gzip.open, "bz2": bz2.open}
PACKED = {
    b"PK\x03\x04": "a zip file, or a spreadsheet (.xlsx)",
    b"\xfd7zXZ\x00": "an xz file",
    b"7z\xbc\xaf\x27\x1c": "a 7z file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"\x1f\x8b": "a gzip file without the ending .gz",
    b"BZh91AY&SY": "a bzip2 file without the ending .bz2",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document of Microsoft Office",
}


@dataclass(frozen=True)
class Head:
    """The header line of a CSV file and its names, or the reason why the file must be parked.

    ``skipped`` are the lines before it that are spaces.
    """

    line: str = ""
    names: tuple[str, ...] = ()
    reason: str = ""
    skipped: tuple[str, ...] = ()


def read_head(spark: SparkSession, path: str) -> bytes:
    """Return the first 64 KiB of a file, decompressed by its ending.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".csv") as file:
    ...     _ = Path(file.name).write_bytes(b"id,name")
    ...     read_head(spark, file.name)
    b'id,name'
    """
    local = local_path(path)
    if local is None:
        return _read_remote(spark, path)
    with _opener(path)(local) as stream:
        return stream.read(HEAD_BYTES)


def _opener(path: str) -> Callable[[Path], IO[bytes]]:
    ending = path.rsplit(".", 1)[-1]
    opener = PACKERS.get(ending, _open)
    return cast("Callable[[Path], IO[bytes]]", opener)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _read_remote(spark: SparkSession, path: str) -> bytes:
    row = (
        spark.read.format("binaryFile")
        .load(path)
        .selectExpr(f"substring(content, 1, {HEAD_BYTES}) AS head")
        .first()
    )
    return bytes(row["head"]) if row else b""


def has_unclosed_quote(path: str, encoding: str) -> bool:
    """Return whether a local file has an odd number of quotes.

    Of a file elsewhere that is not known, and False. Read with ``multiline``, an open quote would
    swallow all that follows, and Spark's reader gives no sign of it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".csv") as file:
    ...     _ = Path(file.name).write_text('id,"name')
    ...     has_unclosed_quote(file.name, "UTF-8")
    True
    """
    local = local_path(path)
    if local is None:
        return False
    binary = _opener(path)(local)
    with TextIOWrapper(binary, encoding=encoding, errors="replace", newline="") as text:
        chunks = iter(lambda: text.read(CHUNK), "")
        count = sum(chunk.count('"') for chunk in chunks)
    return count % 2 == 1


def csv_head(data: bytes, source: FilesSource) -> Head:
    r"""Parse the header of a CSV file.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> source = FilesSource(format="csv", path="in", columns=("id", "name"))
    >>> csv_head(b"name,ID,extra\n1,2,3\n", source).names
    ('name', 'ID', 'extra')
    >>> csv_head(b"id;name\n1;2\n", source).reason
    "column(s) id, name missing; the header is one column 'id;name': set `delimiter: ';'`"
    """
    reason = _other_kind(data, source)
    if reason:
        return Head(reason=reason)
    if not source.header:
        return Head(names=source.columns)
    skipped, text = _without_blank_lines(decoded(data, source.encoding))
    if not text.strip():
        return Head(reason=_no_header(data))
    line = _first_record(text, source)
    if len(data) == HEAD_BYTES and len(line) == len(text):
        return Head(reason=f"the first line is longer than {HEAD_BYTES} bytes")
    if REPLACED in line and not _has_replaced(data, source.encoding):
        return Head(
            reason=f"the header {line[:80]!r} has bytes that are no {source.encoding}:"
            " set `encoding`"
        )
    try:
        fields = next(
            csv.reader(
                io.StringIO(line, newline=""), delimiter=source.delimiter, strict=True
            )
        )
    except csv.Error as error:
        return Head(reason=f"the header {line[:80]!r} is no CSV: {error}")
    names = tuple(name.strip() for name in fields)
    problem = header_problem(names, source, line)
    return Head(line, names, problem, skipped)


def _no_header(data: bytes) -> str:
    if len(data) == HEAD_BYTES:
        return f"the file has no header in its first {HEAD_BYTES} bytes"
    return "the file is empty: it has no header"


def _other_kind(data: bytes, source: FilesSource) -> str:
    """Return why a file is of a kind that is not read as text, or an empty text."""
    for magic, kind in PACKED.items():
        if data.startswith(magic):
            return f"the file is {kind}: land it unpacked, or packed by gzip or bzip2 (.gz, .bz2)"
    if data.startswith(UTF16_BOMS) and not is_wide(source.encoding):
        return "the file is UTF-16: set `encoding: UTF-16`"
    return ""


def _has_replaced(data: bytes, encoding: str) -> bool:
    """Return True where a file has itself the character that stands for bytes which are no text."""
    if not encoding.upper().startswith("UTF"):
        return False
    return REPLACED.encode(encoding, errors="ignore") in data


def _without_blank_lines(text: str) -> tuple[tuple[str, ...], str]:
    """Return the lines of spaces that begin a text, and the text without its first blank lines."""
    lines = LINE_END.split(text)
    ends = LINE_END.findall(text)
    blank = list(itertools.takewhile(lambda line: not line.strip(" "), lines))
    count = len(blank)
    before = "".join([*blank, *ends[:count]])
    rest = text[len(before) :]
    skipped = filter(None, blank)
    return tuple(skipped), rest


def _first_record(text: str, source: FilesSource) -> str:
    """Return the first line, or with ``multiline`` all lines until its quotes are closed."""
    ends = [end.start() for end in LINE_END.finditer(text)]
    ends.append(len(text))
    if not source.multiline:
        return text[: ends[0]]
    for end in ends:
        quotes = text.count('"', 0, end)
        if quotes % 2 == 0:
            return text[:end]
    return text[: ends[0]]


def may_repeat_header(path: str, head: Head, source: FilesSource) -> bool:
    """Return True where the text of a header may come a second time in its file.

    A local file is searched; of a file elsewhere that is not known, and True.
    """
    local = local_path(path)
    if local is None:
        return True
    header = head.line.encode(source.encoding)
    with _opener(path)(local) as stream:
        return _count(stream, header) > 1


def _count(stream: IO[bytes], text: bytes) -> int:
    """Count a text in a stream, up to two."""
    found = 0
    rest = b""
    while found < 2 and (chunk := stream.read(CHUNK)):
        data = rest + chunk
        found += data.count(text)
        start = len(data) - len(text) + 1
        last = data.rfind(text)
        if last >= 0:
            start = max(start, last + len(text))
        rest = data[max(start, 0) :]
    return found


def header_problem(names: tuple[str, ...], source: FilesSource, line: str = "") -> str:
    """Return why a header does not fit the declared columns in any case, or an empty text.

    A column of ``optional_columns`` may be absent.

    Examples
    --------
    >>> from lakesmith.spec.model import FilesSource
    >>> source = FilesSource(format="csv", path="in", columns=("id", "name"))
    >>> header_problem(("ID", "name"), source)
    ''
    >>> header_problem(("id",), source)
    'column(s) name missing; the header has id'
    """
    lower = [name.lower() for name in names]
    twice = {name for name in lower if name and lower.count(name) > 1}
    if twice:
        listed = ", ".join(sorted(twice))
        return f"column(s) {listed} appear twice in the header"
    optional = {name.lower() for name in source.optional_columns}
    missing: list[str] = []
    for column in source.columns:
        found = [name for name in source.fields_of(column) if name in lower]
        if len(found) > 1:
            listed = ", ".join(found)
            return f"the header has several fields of column {column}: {listed}"
        if not found and column.lower() not in optional:
            missing.append(_shown(column, source))
    if not missing:
        return ""
    listed = ", ".join(missing)
    hint = _delimiter_hint(names, line)
    return f"column(s) {listed} missing{hint}"


def _shown(column: str, source: FilesSource) -> str:
    """Return the name of a column, and those of its field where they are others."""
    names = source.fields_of(column)
    if names == (column.lower(),):
        return column
    quoted = " or ".join(f"'{name}'" for name in names)
    return f"{column} (field {quoted})"


def _delimiter_hint(names: tuple[str, ...], line: str) -> str:
    marks = (";", "\t", "|", ",")
    other = next((mark for mark in marks if mark in line), None)
    if len(names) == 1 and other:
        shown = line[:80]
        return f"; the header is one column {shown!r}: set `delimiter: {other!r}`"
    header = ", ".join(names)
    return f"; the header has {header[:200]}"


def json_head(data: bytes) -> str:
    """Return why a JSON-lines file must be parked, or an empty text when it can be read.

    Examples
    --------
    >>> json_head(b'[{"id": 1}]')
    'the file is one JSON array: land one object a line'
    """
    if data.startswith(UTF16_BOMS) or b"\x00" in data[:2]:
        return "the file is UTF-16: land JSON lines as UTF-8"
    if data.removeprefix(UTF8_BOM).lstrip().startswith(b"["):
        return "the file is one JSON array: land one object a line"
    return ""
