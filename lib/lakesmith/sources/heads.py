"""Look at the first bytes of a file: its header, and whether it can be read as declared at all."""

from __future__ import annotations

import bz2
import csv
import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

from pyspark.sql import SparkSession

from lakesmith.paths import local_path
from lakesmith.spec.model import FilesSource

HEAD_BYTES = 65_536
CHUNK = 1 << 20
LINE_END = re.compile(r"\r\n|\r|\n")
UTF8_BOM, UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Head:
    """The header line of a CSV file and its names; `reason` says why a file must be parked."""

    line: str = ""
    names: tuple[str, ...] = ()
    reason: str = ""


def read_head(spark: SparkSession, path: str) -> bytes:
    """Return the first 64 KiB of a file, decompressed by its ending."""
    local = local_path(path)
    if local is None:
        return _read_remote(spark, path)
    with _opener(path)(local) as stream:
        return stream.read(HEAD_BYTES)


def _opener(path: str) -> Callable[[Path], IO[bytes]]:
    by_ending = {"gz": gzip.open, "bz2": bz2.open}
    return cast("Callable[[Path], IO[bytes]]", by_ending.get(path.rsplit(".", 1)[-1], lambda file: file.open("rb")))


def _read_remote(spark: SparkSession, path: str) -> bytes:
    row = spark.read.format("binaryFile").load(path).selectExpr(f"substring(content, 1, {HEAD_BYTES}) AS head").first()
    return bytes(row["head"]) if row else b""


def has_unclosed_quote(path: str, encoding: str) -> bool:
    """Tell whether a local file has an odd number of quotes; of a file elsewhere that is not known, and False.

    Read with ``multiline``, an open quote would swallow all that follows, and Spark's reader gives no sign of it.
    """
    local = local_path(path)
    if local is None:
        return False
    with TextIOWrapper(_opener(path)(local), encoding=encoding, errors="replace", newline="") as text:
        return sum(chunk.count('"') for chunk in iter(lambda: text.read(CHUNK), "")) % 2 == 1


def csv_head(data: bytes, source: FilesSource) -> Head:
    r"""Parse the header of a CSV file.

    Examples
    --------
    >>> source = FilesSource(format="csv", path="in", columns=("id", "name"))
    >>> csv_head(b"name,ID,extra\n1,2,3\n", source).names
    ('name', 'ID', 'extra')
    >>> csv_head(b"id;name\n1;2\n", source).reason
    "column(s) id, name missing; the header is one column 'id;name': set `delimiter: ';'`"
    """
    if not data.strip():
        return Head(reason="the file is empty: it has no header")
    if data.startswith(UTF16_BOMS) and not source.encoding.upper().startswith(("UTF-16", "UTF-32")):
        return Head(reason="the file is UTF-16: set `encoding: UTF-16`")
    text = data.removeprefix(UTF8_BOM).decode(source.encoding, errors="replace").lstrip("\ufeff")
    line = LINE_END.split(text, 1)[0]
    if len(data) == HEAD_BYTES and line == text:
        return Head(reason=f"the first line is longer than {HEAD_BYTES} bytes")
    names = tuple(name.strip() for name in next(csv.reader([line], delimiter=source.delimiter)))
    return Head(line, names, header_problem(names, source, line))


def header_problem(names: tuple[str, ...], source: FilesSource, line: str = "") -> str:
    """Say why a header does not fit the declared columns; empty when it does (case does not matter)."""
    lower = [name.lower() for name in names]
    twice = sorted({name for name in lower if lower.count(name) > 1 and name})
    missing = [column for column in source.columns if column.lower() not in lower]
    if twice:
        return f"column(s) {', '.join(twice)} appear twice in the header"
    if not missing:
        return ""
    return f"column(s) {', '.join(missing)} missing{_delimiter_hint(names, line)}"


def _delimiter_hint(names: tuple[str, ...], line: str) -> str:
    other = next((mark for mark in (";", "\t", "|", ",") if mark in line), None)
    if len(names) == 1 and other:
        return f"; the header is one column {line[:80]!r}: set `delimiter: {other!r}`"
    return f"; the header has {', '.join(names)[:200]}"


def json_head(data: bytes) -> str:
    """Say why a JSON-lines file must be parked; empty when it can be read."""
    if data.startswith(UTF16_BOMS) or b"\x00" in data[:2]:
        return "the file is UTF-16: land JSON lines as UTF-8"
    return "the file is one JSON array: land one object a line" if data.lstrip()[:1] == b"[" else ""
