from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.heads import HEAD_BYTES, Head, csv_head, json_head, read_head
from lakesmith.spec.model import FilesSource


def head(data: bytes, **options: str) -> Head:
    return csv_head(data, FilesSource(format="csv", path="in", columns=("id", "name"), **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty: it has no header"),
        (b" \n\n", "the file is empty: it has no header"),
        (b"\xef\xbb\xbf", "the file is empty: it has no header"),
        (b"\xef\xbb\xbf\n  \n", "the file is empty: it has no header"),
        (b"\n" * HEAD_BYTES, f"the file has no header in its first {HEAD_BYTES} bytes"),
        (b"id\n1\n", "column(s) name missing; the header has id"),
        (b"id,name,ID\n", "column(s) id appear twice in the header"),
        (b"id;name\n", "column(s) id, name missing; the header is one column 'id;name': set `delimiter: ';'`"),
        (b"id\tname\n", "column(s) id, name missing; the header is one column 'id\\tname': set `delimiter: '\\t'`"),
        ("id,name\n".encode("utf-16"), "the file is UTF-16: set `encoding: UTF-16`"),
        (b"1,anna\n2,bert\n", "column(s) id, name missing; the header has 1, anna"),
        (b"x" * HEAD_BYTES, f"the first line is longer than {HEAD_BYTES} bytes"),
    ],
)
def test_a_header_that_does_not_fit_says_why(data: bytes, reason: str) -> None:
    assert head(data).reason == reason


@pytest.mark.parametrize(
    "data",
    [b"id,name", b"id,name\r\n1,a\r\n", b"id,name\r1,a", b"\xef\xbb\xbfid,name\n", b"id,name\n\x00"],
    ids=["no line end", "CRLF", "CR", "byte order mark", "header only, then junk"],
)
def test_a_header_that_fits(data: bytes) -> None:
    assert head(data) == Head("id,name", ("id", "name"))


def test_lines_of_spaces_before_the_header_are_reported() -> None:
    assert head(b"\n  \n \nid,name\n \n") == Head("id,name", ("id", "name"), "", ("  ", " "))


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"])
def test_a_wide_file_of_a_mark_only_is_empty(encoding: str) -> None:
    mark = "" if encoding in {"UTF-16", "UTF-32"} else "\ufeff"
    assert head(mark.encode(encoding), encoding=encoding).reason == "the file is empty: it has no header"


def test_order_case_and_more_columns_do_not_matter() -> None:
    assert head(b"more,NAME,Id\n") == Head("more,NAME,Id", ("more", "NAME", "Id"))


def test_a_quoted_name_may_hold_the_delimiter() -> None:
    assert head(b'id,name,"a,b"\n').names == ("id", "name", "a,b")


def test_blanks_around_names_are_no_part_of_them() -> None:
    assert head(b"id , name\n") == Head("id , name", ("id", "name"))


def test_only_a_line_end_ends_the_header() -> None:
    assert head("id,name,a\u2028b\n".encode()).line == "id,name,a\u2028b"


@pytest.mark.parametrize(("data", "reason"), [(b"ID\n1\n", ""), (b"name\na\n", "column(s) id missing")])
def test_only_an_optional_column_may_be_absent(data: bytes, reason: str) -> None:
    source = FilesSource(format="csv", path="in", columns=("id", "name"), optional_columns=("NAME",))
    assert csv_head(data, source).reason.partition(";")[0] == reason


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"])
def test_a_declared_encoding_is_used(encoding: str) -> None:
    assert head("id,name\n1,é\n".encode(encoding), encoding=encoding) == Head("id,name", ("id", "name"))


def test_the_head_is_decompressed_by_ending(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id"))
    (tmp_path / "a.csv.bz2").write_bytes(bz2.compress(b"id"))
    assert [read_head(spark, str(tmp_path / name)) for name in ("a.csv.gz", "a.csv.bz2")] == [b"id", b"id"]


def test_only_the_first_bytes_are_read(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * (HEAD_BYTES + 1))
    assert len(read_head(spark, str(tmp_path / "a"))) == HEAD_BYTES


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"id": 1}\n', ""),
        (b"", ""),
        (b'\xef\xbb\xbf[{"id": 1}]', "the file is one JSON array: land one object a line"),
        (b' \n[{"id": 1}]', "the file is one JSON array: land one object a line"),
        ('{"id": 1}'.encode("utf-16"), "the file is UTF-16: land JSON lines as UTF-8"),
        ('{"id": 1}'.encode("utf-16-be"), "the file is UTF-16: land JSON lines as UTF-8"),
        ('{"id": 1}'.encode("utf-16-le"), "the file is UTF-16: land JSON lines as UTF-8"),
    ],
)
def test_a_json_file_says_why_it_cannot_be_read(data: bytes, reason: str) -> None:
    assert json_head(data) == reason


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        ("id,name,Größe\n".encode("latin-1"), "UTF-8", "has bytes that are no UTF-8"),
        ("id,name,Größe\n".encode("latin-1"), "US-ASCII", "has bytes that are no US-ASCII"),
        ("id,name,Größe\n".encode("latin-1"), "ISO-8859-1", ""),
        ("id,name,\ufffd\n".encode(), "UTF-8", ""),
        ("id,name,Größe\n".encode("utf-16"), "UTF-16", ""),
    ],
)
def test_a_header_that_is_no_text_of_its_encoding_is_parked(data: bytes, encoding: str, reason: str) -> None:
    source = FilesSource(format="csv", path="in", columns=("id", "name"), encoding=encoding)  # type: ignore[arg-type]
    found = csv_head(data, source).reason
    assert reason in found if reason else found == ""
