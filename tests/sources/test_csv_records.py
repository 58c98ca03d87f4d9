"""Every guarantee of the line reader holds for every encoding, with and without ``multiline``."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.sources.files.new_files import read_files, reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, Row, lands, lands_each

IsRead = Callable[[Landed], None]
ENCODINGS = ("UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32")


def bad(record: str) -> tuple[None, None, str]:
    return None, None, f'{{"_corrupt_record":"{record}"}}'


def lands_encoded(
    text: str,
    rows: Sequence[Row],
    ways: Sequence[bool] = (False, True),
    encodings: Sequence[str] = ENCODINGS,
    **options: Any,
) -> pytest.MarkDecorator:
    """Give a test the text in each encoding as ``file``, to be read by line (False) and as records (True)."""
    return lands_each({
        f"{encoding}-{multiline}": Landed(
            text.encode(encoding), rows, options={"encoding": encoding, "multiline": multiline, **options}
        )
        for encoding in encodings for multiline in ways
    })  # fmt: skip


@lands_encoded(
    'id,name\n1,"he \\"said\\" it"\n2,b\n3,"x "y, z" w"\n4,"a"b\n5,a "b" c\n6,"c""d"\n7,e,f\n',
    [
        bad('1,\\"he \\\\\\"said\\\\\\" it\\"'),
        B,
        bad('3,\\"x \\"y, z\\" w\\"'),
        bad('4,\\"a\\"b'),
        ("5", 'a "b" c', None),
        ("6", 'c"d', None),
        bad("7,e,f"),
    ],
)
def test_a_malformed_record_is_rescued_alone(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded('id,name\n1,"open\n2,b\n3,c\n', [bad('1,\\"open'), B, ("3", "c", None)], ways=(False,))
def test_an_open_quote_swallows_no_other_line(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded(
    'id,name\r\n1,"p\r\nq"\r\n2,"r\rs"\r\n3,"t\nu"\r\n',
    [("1", "p\r\nq", None), ("2", "r\rs", None), ("3", "t\nu", None)],
    ways=(True,),
)
def test_line_ends_within_quotes_are_kept(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded("\n  \nid,name\nid,name\n2,b\nid,name\n", [("id", "name", None), ("id", "name", None), B])
def test_only_the_first_line_is_the_header(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded(
    "\n  \n \n  \nid\n  \n\n\r\n1\n  \n \r\n   ",
    [(text, None, None) for text in ("  ", "1", "  ", " ", "   ")],
    optional_columns=("name",),
)
def test_behind_the_header_a_line_of_spaces_is_a_row(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded("id name\n1 a\n \n b\n", [("1", "a", None), (None, None, None), (None, "b", None)], delimiter=" ")
def test_a_line_of_delimiters_is_a_row_where_they_are_spaces(is_read: IsRead, file: Landed) -> None:
    is_read(file)


MARK = "\ufeff"
MARKS = {
    **dict.fromkeys(("UTF-8", "ISO-8859-1", "US-ASCII"), b"\xef\xbb\xbf"),
    **{name: MARK.encode(name) for name in ("UTF-16LE", "UTF-16BE")},
    # Their encoders write the mark themselves.
    **dict.fromkeys(("UTF-16", "UTF-32"), b""),
}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}


@lands_each({
    f"{encoding}-{end}-{multiline}": Landed(
        mark + LINE_ENDS[end].join(["", "id,name", "2,b", ""]).encode(encoding),
        [B],
        options={"encoding": encoding, "multiline": multiline},
    )
    for encoding, mark in MARKS.items() for end in LINE_ENDS for multiline in (False, True)
})  # fmt: skip
def test_a_mark_at_the_start_is_no_text_in_any_encoding(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_encoded(
    f"id,name\n{MARK}2,b\n2,{MARK}b\n",
    [(f"{MARK}2", "b", None), ("2", f"{MARK}b", None)],
    encodings=("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"),
)
def test_a_mark_anywhere_else_is_text(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(MARK.encode() + b'"id","na\nme",name\n2,x,b\n', [("2", "b", '{"na\\nme":"x"}')], multiline=True)
def test_a_mark_before_a_header_over_lines_is_no_text(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(MARK.encode() + "\nid§name\n2§b\n".encode("latin-1"), [B], encoding="ISO-8859-1", delimiter="§", multiline=True)
def test_a_mark_before_latin1_is_no_text_whatever_the_delimiter(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    name: Landed(pack(MARK.encode() + f"id,name\n{MARK}2,b\n".encode()), [(f"{MARK}2", "b", None)], name)
    for name, pack in (("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress))
})  # fmt: skip
def test_a_mark_within_a_packed_file_is_text_but_at_its_start(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_a_mark_where_spark_splits_a_file_is_text(
    spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]
) -> None:
    file = land((f"{MARK}id,name\n" + f"{MARK}1,a\n" * 20).encode())
    spark.conf.set("spark.sql.files.maxPartitionBytes", "16")
    try:
        rows = read_files(spark, source(), [str(file)])
        assert rows.select(F.spark_partition_id()).distinct().count() > 5
        assert [row["id"] for row in rows.collect()] == [f"{MARK}1"] * 20
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")


def test_a_second_mark_is_part_of_the_first_name(parked: Callable[..., str]) -> None:
    assert "column(s) id missing" in parked(f"{MARK}{MARK}id,name\n2,b\n".encode())
    assert "column(s) id missing" in parked(f"{MARK}id,name\n2,b\n".encode("UTF-16"), encoding="UTF-16")


@lands_each({
    f"{encoding}-{multiline}": Landed(
        "id,name\n2,b\n".encode(f"{encoding}-BE"), [B], options={"encoding": encoding, "multiline": multiline}
    )
    for encoding in ("UTF-16", "UTF-32") for multiline in (False, True)
})  # fmt: skip
def test_without_a_mark_the_high_byte_comes_first(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-32"])
def test_a_file_whose_low_byte_comes_first_needs_a_mark(parked: Callable[..., str], encoding: str) -> None:
    reason = parked("id,name\n2,b\n".encode(f"{encoding}-LE"), encoding=encoding)
    assert "missing" in reason or "has bytes that are no UTF-32" in reason


def test_an_open_quote_is_found_without_a_mark_too(parked: Callable[..., str]) -> None:
    data = 'id,name\n2,"b\n'.encode("UTF-16-BE")
    assert "a quote is never closed" in parked(data, encoding="UTF-16", multiline=True)


@lands_encoded("id,name\r2,b\r\n2,b\n\r\n2,b", [B, B, B])
def test_any_line_end_ends_a_record(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'id,name\n1,5" pipe\n2,b\n3,6" rod\n', [bad('1,5\\" pipe'), B, bad('3,6\\" rod')], multiline=True)
def test_quotes_within_plain_fields_join_no_lines(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(
    b"id,name\n1,\xff\n2,b\n3,\xef\xbf\xbd\n",
    [(None, None, '{"_corrupt_record":"1,\ufffd","_bytes":"MSz/"}'), B, ("3", "\ufffd", None)],
    multiline=True,
)
def test_bytes_that_are_no_text_are_kept_from_multiline_files_too(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"id,name\n1,\xe9\n2,b\n", [bad("1,\u00e9"), B], encoding="US-ASCII")
def test_bytes_beyond_ascii_are_rescued_where_the_source_says_ascii(is_read: IsRead, file: Landed) -> None:
    is_read(file)


LINE_END_IN_HEADER = b'"id","na\nme",name\n2,x,b\n'


@lands(LINE_END_IN_HEADER, [("2", "b", '{"na\\nme":"x"}')], multiline=True)
def test_a_line_end_within_a_header_is_read_as_records(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_a_line_end_within_a_header_needs_multiline(parked: Callable[..., str]) -> None:
    assert "is no CSV" in parked(LINE_END_IN_HEADER)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04rest", "a zip file"),
        (b"\xfd7zXZ\x00rest", "an xz file"),
        (b"\x1f\x8brest", "a gzip file without"),
        (b'"id"x,name\n2,b\n', "is no CSV"),
        (b"\n\n", "empty"),
        (MARK.encode(), "empty"),
        (MARK.encode() + b"\n  \n", "empty"),
    ],
)
def test_a_file_that_is_no_csv_is_parked_by_its_kind(parked: Callable[..., str], data: bytes, reason: str) -> None:
    assert reason in parked(data)


FIELDS = st.text(alphabet='ab," \r\n', max_size=5)
RECORDS = st.lists(st.lists(FIELDS, min_size=2, max_size=3), min_size=1, max_size=4)
SLOPPY = st.text(alphabet='1,"a\n', max_size=12)


def _written(record: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(record)
    return out.getvalue()


def _read(spark: SparkSession, root: Path, texts: list[str], source: FilesSource) -> list[list[tuple[str | None, ...]]]:
    files = [root / f"{number:03}.csv" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(f"id,name\n{text}".encode(source.encoding))
    names = [str(file) for file in files if not reason_to_park(spark, source, str(file))]
    found: dict[str, list[tuple[str | None, ...]]] = {file.name: [] for file in files}
    for row in read_files(spark, source, names).collect():
        found[row["_source_file"].rsplit("/", 1)[1]].append((row["id"], row["name"], row["_rescued"]))
    return list(found.values())


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORDS, min_size=30, max_size=40), st.sampled_from(ENCODINGS))
def test_what_a_writer_wrote_is_read(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, files: list[list[list[str]]], encoding: str
) -> None:
    root = tmp_path_factory.mktemp("law")
    source = FilesSource(format="csv", path=str(root), columns=("id", "name"), encoding=encoding, multiline=True)
    texts = ["".join(map(_written, records)) for records in files]
    whole = [[record for record in records if len(record) == 2] for records in files]
    expected = [sorted(((one or None, two or None) for one, two in records), key=repr) for records in whole]
    found = _read(spark, root, texts, source)
    assert [sorted((row[:2] for row in rows if row[2] is None), key=repr) for rows in found] == expected
    assert [len(rows) for rows in found] == [len(records) for records in files]


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(SLOPPY, min_size=40, max_size=60), st.sampled_from(ENCODINGS))
def test_a_line_is_read_as_a_strict_parser_reads_it_or_rescued(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, texts: list[str], encoding: str
) -> None:
    root = tmp_path_factory.mktemp("law")
    source = FilesSource(format="csv", path=str(root), columns=("id", "name"), encoding=encoding)
    found = _read(spark, root, texts, source)
    for text, rows in zip(texts, found, strict=True):
        lines = [line for line in text.split("\n") if line]
        assert len(rows) == len(lines)
        accepted = [row[:2] for row in rows if row[2] is None]
        strict = [fields for line in lines if (fields := _strict(line)) is not None]
        assert sorted(accepted, key=repr) == sorted(strict, key=repr)


def _strict(line: str) -> tuple[str | None, str | None] | None:
    """Return the two fields of a line, or None where it is malformed or its quotes are odd."""
    try:
        (fields,) = csv.reader([line], strict=True)
    except (csv.Error, ValueError):
        return None
    if len(fields) != 2 or line.count('"') % 2:
        return None
    return fields[0] or None, fields[1] or None
