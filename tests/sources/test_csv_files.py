from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.new_files import read_files, reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, lands, lands_both_ways, lands_each

IsRead = Callable[[Landed], None]


def bad(line: str) -> tuple[None, None, str]:
    return None, None, f'{{"_corrupt_record":"{line}"}}'


@lands_both_ways(b"id,name\n 1 ,a\\\n#2,\n", [(" 1 ", "a\\", None), ("#2", None, None)])
def test_values_are_text_as_landed(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,more\n1,x\n2\n", [("1", None, '{"more":"x"}'), bad("2")], optional_columns=("name",))
def test_an_optional_column_that_is_absent_is_null(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b'id,name\n1,\n2,""\n', [("1", None, None), ("2", None, None)])
def test_empty_is_null_quoted_or_not(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\n1\n1,a,x\n2,b\n", [bad("1"), bad("1,a,x"), B])
def test_ragged_rows_are_rescued_whole(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"id,name\n1;a\n2,b\n", [bad("1;a"), B])
def test_a_row_with_another_delimiter_is_rescued_whole(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"id;name\n1;a,x\n", [("1", "a,x", None)], delimiter=";")
def test_a_declared_delimiter_is_used(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'id,name\n1,"a\n2,b\n', [bad('1,\\"a'), B])
def test_an_open_quote_is_rescued_and_does_not_swallow_the_next_line(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b'id,name\n1,"5"" pipe, ""new"""\n', [("1", '5" pipe, "new"', None)])
def test_a_quote_inside_is_doubled(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways("id,name\n1,a\uffff\n2,b\n".encode(), [bad("1,a\uffff"), B])
def test_a_character_that_ends_the_input_of_the_parser_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\n1,a\x00\n2,b\n", [bad("1,a\\u0000"), B])
def test_nul_bytes_are_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\n1,\xff\n2,b\n", [(None, None, '{"_corrupt_record":"1,\ufffd","_bytes":"MSz/"}'), B])
def test_invalid_utf8_is_rescued_with_its_bytes(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"\xef\xbb\xbfid,name\n2,b\n", [B])
def test_a_byte_order_mark_is_no_part_of_the_header(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def encoded(encoding: str, multiline: bool) -> Landed:
    data = "id,name\n1,é\n2,b\n".encode(encoding)
    return Landed(data, [("1", "é", None), B], options={"encoding": encoding, "multiline": multiline})


@lands_each({
    f"{encoding}-{multiline}": encoded(encoding, multiline)
    for encoding in ("UTF-16", "UTF-16LE", "UTF-16BE") for multiline in (False, True)
})  # fmt: skip
def test_declared_utf16(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(
    "id,name\n1,Œuvre – 5 € ÿ\n2,".encode("cp1252") + b"\x81\n",
    [("1", "Œuvre – 5 € ÿ", None), (None, None, '{"_corrupt_record":"2,\x81"}')],
    encoding="windows-1252",
)
def test_declared_windows_1252(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways("id€name\n2€b\n".encode("cp1252"), [B], encoding="windows-1252", delimiter="€")
def test_a_delimiter_of_windows_1252(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways("id,name\r\n1,é\r\n".encode("latin-1"), [("1", "é", None)], encoding="ISO-8859-1")
def test_declared_latin1(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\r\n2,b\r\n", [B])
def test_crlf_is_a_line_end(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\n", [])
def test_header_only_gives_no_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,name\n\n2,b\n\n", [B])
def test_blank_lines_are_no_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"name,id\nb,2\n", [B])
def test_reordered_columns_never_shift_values(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"ID,nAmE\n2,b\n", [B])
def test_columns_match_whatever_the_case(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_both_ways(b"id,more,name,\n1,x,a,y\n2,,b,\n", [("1", "a", '{"more":"x","_c3":"y"}'), B])
def test_added_columns_are_rescued_by_name(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"id,name,,\n1,a,x,y\n", [("1", "a", '{"_c2":"x","_c3":"y"}')])
def test_two_added_columns_without_a_name_are_both_kept(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"id,_C2,,,name\n1,x,y,z,a\n", [("1", "a", '{"_C2":"x","__c2":"y","_c3":"z"}')])
def test_a_column_without_a_name_takes_none_that_the_file_has(is_read: IsRead, file: Landed) -> None:
    is_read(file)


OVER_LINES = b'id,name\n1,"a\nb"\n2,b\n'


@lands_each({
    "multiline": Landed(OVER_LINES, [("1", "a\nb", None), B], options={"multiline": True}),
    "by line": Landed(OVER_LINES, [bad('1,\\"a'), bad('b\\"'), B]),
})  # fmt: skip
def test_a_record_over_lines_needs_multiline(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@pytest.mark.parametrize(("text", "is_parked"), [('id,name\n2,b\n3,"c\n', True), ('id,name\n2,"b\n""c"""\n', False)])
def test_a_multiline_file_whose_quote_is_never_closed_is_parked(
    spark: SparkSession, tmp_path: Path, text: str, is_parked: bool
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    source = FilesSource(format="csv", path=str(tmp_path), columns=("id", "name"), multiline=True)
    assert reason_to_park(spark, source, str(file)).startswith("a quote is never closed") == is_parked


@lands_both_ways(gzip.compress(b"id,name\n2,b\n"), [B], "a.csv.gz")
def test_gzipped_files_are_read(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    f"{name}-{multiline}": Landed(b"id,name\n2,b\n", [B], name, {"multiline": multiline})
    for name in ("a[1].csv", "a{b,c}.csv", "a?*.csv", "a b%20.csv") for multiline in (False, True)
})  # fmt: skip
def test_a_file_name_is_never_a_pattern(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_files_with_other_headers_are_read_in_one_batch(
    spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]
) -> None:
    files = [land(b"id,name\n1,a\n", "a.csv"), land(b"NAME,x,ID\nb,5,2\n", "b.csv"), land(b"id,name\n3,c\n", "c.csv")]
    rows = read_files(spark, source(), map(str, files)).collect()
    found = {(row.id, row.name, row._rescued, row._source_file.rsplit("/", 1)[1]) for row in rows}
    assert found == {("1", "a", None, "a.csv"), ("2", "b", '{"x":"5"}', "b.csv"), ("3", "c", None, "c.csv")}


@lands_each({
    f"{what}-{way}": Landed(data, rows, "a.csv", {"header": False, **options})
    for what, data, rows in [
        ("each line is a row", b"2,b\n2,b\n3,c d", [B, B, ("3", "c d", None)]),
        ("a mark and blank lines", b"\xef\xbb\xbf\n2,b\n\n", [B]),
        ("a line of blanks", b"  \n2,b\n", [(None, None, '{"_corrupt_record":"  "}'), B]),
        ("other numbers of fields", b"2\n2,b,c\n", [(None, None, '{"_corrupt_record":"2"}'), (None, None, '{"_corrupt_record":"2,b,c"}')]),
        ("an empty file", b"", []),
    ]
    for way, options in {"line": {}, "multiline": {"multiline": True}}.items()
})  # fmt: skip
def test_files_without_a_header(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({"a row": Landed("2,b\n".encode("utf-16"), [B], "a.csv", {"header": False, "encoding": "UTF-16"})})
def test_wide_files_without_a_header(is_read: IsRead, file: Landed) -> None:
    is_read(file)
