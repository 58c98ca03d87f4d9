from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.new_files import read_files, reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, Row, lands_each

IsRead = Callable[[Landed], None]
LOG = {"format": "log", "line_pattern": r"(?<id>\d*+) (?<NAME>.*)"}
SWAPPED = {"format": "log", "line_pattern": r"(?:x|(y)) (?<name>[(\]a-z]*+) [(](?<id>(1|2)+)\)"}
LATIN = LOG | {"encoding": "ISO-8859-1"}
FIXED = {"format": "fixed_width", "widths": (5, 4)}


def lands_all(options: Mapping[str, object], files: Mapping[str, tuple[bytes, Sequence[Row]]]) -> pytest.MarkDecorator:
    return lands_each({what: Landed(data, rows, "a.log", options) for what, (data, rows) in files.items()})


def bad(line: str, **others: str) -> Row:
    record = {"_corrupt_record": line, **others}
    return None, None, json.dumps(record, ensure_ascii=False, separators=(",", ":"))


@lands_all(LOG, {
    "two lines": (b"2 b\n3 c d\r\n", [B, ("3", "c d", None)]),
    "no line end": (b"2 b", [B]),
    "a byte order mark": (b"\xef\xbb\xbf2 b\n", [B]),
    "an empty file": (b"", []),
    "an empty line": (b"\n2 b\n", [B]),
    "an empty group": (b" b\n2 \n", [(None, "b", None), ("2", None, None)]),
    "signs of a replacement": (rb"2 $1\n", [("2", r"$1\n", None)]),
    "blanks stay": (b"2  b \n", [("2", " b ", None)]),
})  # fmt: skip
def test_named_groups_are_columns(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all(LOG, {
    "another line": (b"2 b\nat com.example.Main\n", [B, bad("at com.example.Main")]),
    "a part that fits": (b"x2 b\n", [bad("x2 b")]),
    "a line end of Unicode": ("2 b\u0085c\n".encode(), [bad("2 b\u0085c")]),
    "NUL": (b"2 b\x00\n", [(None, None, '{"_corrupt_record":"2 b\\u0000"}')]),
    "no UTF-8": (b"2 \xff\n", [bad("2 \ufffd", _bytes="MiD/")]),
})  # fmt: skip
def test_a_line_that_does_not_fit_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all(SWAPPED, {"groups": (b"y b (2)\nx (] (12)\n", [B, ("12", "(]", None)])})
def test_groups_without_a_name_and_classes_do_not_count(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all(LATIN, {"an accent": (b"2 \xe9\n", [("2", "\u00e9", None)])})
def test_a_log_has_its_encoding(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all(LOG | {"encoding": "US-ASCII"}, {"no ASCII": (b"2 \xe9\n2 b\n", [bad("2 \u00e9"), B])})
def test_bytes_that_the_encoding_does_not_know_are_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({"gzip": Landed(gzip.compress(b"2 b\n"), [B], "a.log.gz", LOG)})
def test_a_packed_log_is_unpacked(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all(FIXED, {
    "full fields": (b"12345abcd\n", [("12345", "abcd", None)]),
    "filled with blanks": (b"    2 b  \n2    b   \n", [B, B]),
    "a shorter last field": (b"2    b\n2    \n", [B, ("2", None, None)]),
    "blanks only": (b"     b   \n", [(None, "b", None)]),
    "characters of several bytes": ("\u00e9\U0001f600   b\u0085c \n".encode(), [("\u00e9\U0001f600", "b\u0085c", None)]),
    "too long": (b"2    abcde\n", [bad("2    abcde")]),
    "too short": (b"2\n", [bad("2")]),
})  # fmt: skip
def test_fields_of_fixed_width(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_lines_of_a_web_server(spark: SparkSession, land: Callable[..., Path]) -> None:
    names = ("host", "ident", "user", "time", "request", "status", "bytes", "referer", "user_agent")
    line = r'::1 - Ann Lee [10/Oct/2026:13:55:36 +0000] "GET /?q=\"a\" HTTP/1.1" 200 - "" "curl"'
    path = land(f"{line}\n".encode(), "access.log")
    source = FilesSource(format="log", path="in", columns=names, line_pattern="combined")
    row = read_files(spark, source, [str(path)]).drop("_source_file").first()
    request = r"GET /?q=\"a\" HTTP/1.1"
    assert row is not None
    assert tuple(row) == (
        "::1", "-", "Ann Lee", "10/Oct/2026:13:55:36 +0000", request, "200", "-", None, "curl", None,
    )  # fmt: skip


def test_a_log_of_wide_characters_is_parked(spark: SparkSession, land: Callable[..., Path]) -> None:
    source = FilesSource(path="in", columns=("id", "name"), **LOG)
    path = land("2 b\n".encode("utf-16"))
    assert reason_to_park(spark, source, str(path)) == "the file is UTF-16: land it as UTF-8"
