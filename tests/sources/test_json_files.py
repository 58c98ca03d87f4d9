from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

B = ("2", "b", None)
LINE_B = b'{"id": 2, "name": "b"}\n'
Row = tuple["str | None", "str | None", "str | None"]


@pytest.fixture
def reads_json(reads: Callable[..., None]) -> Callable[..., None]:
    def check(data: bytes, rows: list[Row], name: str = "a.json", **options: Any) -> None:
        reads(data, rows, name, format="json", **options)

    return check


Reads = Callable[..., None]


def bad(line: str) -> Row:
    return None, None, json.dumps({"_corrupt_record": line}, ensure_ascii=False, separators=(",", ":"))


def test_text_and_numbers_land_as_text(reads_json: Reads) -> None:
    reads_json(b'{"id": "1", "name": 7}\n' + LINE_B, [("1", "7", None), B])


def test_null_and_absent_are_null(reads_json: Reads) -> None:
    reads_json(b'{"id": null}\n', [(None, None, None)])


@pytest.mark.parametrize(
    ("number", "text"),
    [("0.1", "0.1"), ("12345678901234567890.123456789", "12345678901234567890.123456789"), ("-7", "-7")],
)
def test_decimals_stay_exact(reads_json: Reads, number: str, text: str) -> None:
    reads_json(f'{{"id": {number}}}\n'.encode(), [(text, None, None)])


def test_nested_values_land_as_json(reads_json: Reads) -> None:
    reads_json(b'{"id": {"b": 1, "a": [2.5, null]}, "name": true}\n', [('{"a":[2.5,null],"b":1}', "true", None)])


def test_undeclared_fields_are_rescued(reads_json: Reads) -> None:
    reads_json(b'{"id": 2, "name": "b", "x": [1], "y": null}\n', [("2", "b", '{"x":"[1]","y":null}')])


def test_fields_match_whatever_the_case(reads_json: Reads) -> None:
    reads_json(b'{"ID": 2, "Name": "b"}\n', [B])


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 1, "name": "a"',
        '{"id": 1, "id": 2}',
        '{"id": 1, "ID": 2}',
        '[{"id": 1}]',
        '"id"',
        "7",
        '{"id": 1} {"id": 2}',
        '{"id": 1}, {"id": 2}',
        '{"id": 1}}',
        '{"id": 1',
        "{id: 1}",
        "{'id': 1}",
        '{"id": "\\ud800"}',
    ],
    ids=[
        "cut", "a key twice", "a key twice in another case", "array", "text", "number", "two objects",
        "two objects with a comma", "a brace too many", "a brace too few", "bare key", "single quotes",
        "half a character",
    ],
)  # fmt: skip
def test_a_line_that_is_not_one_object_is_rescued_whole(reads_json: Reads, line: str) -> None:
    reads_json(LINE_B + line.encode(), [B, bad(line)])


def test_a_line_nested_1200_deep_is_rescued_whole(reads_json: Reads) -> None:
    deep = '{"id":' + "[" * 1200 + "]" * 1200 + "}"
    reads_json(deep.encode() + b"\n" + LINE_B, [bad(deep), B])


def test_a_nul_byte_is_rescued(reads_json: Reads) -> None:
    reads_json(b'{"id": "a\x00"}\n', [bad('{"id": "a\x00"}')])


def test_invalid_utf8_is_rescued_with_its_bytes(reads_json: Reads) -> None:
    rescued = '{"_corrupt_record":"{\\"id\\":\\"\ufffd\\"}","_bytes":"eyJpZCI6Iv8ifQ=="}'
    reads_json(b'{"id":"\xff"}\n', [(None, None, rescued)])


def test_byte_order_mark_crlf_and_blank_lines_are_no_rows(reads_json: Reads) -> None:
    reads_json(b'\xef\xbb\xbf{"id": 2, "name": "b"}\r\n\r\n', [B])


def test_an_empty_file_gives_no_rows(reads_json: Reads) -> None:
    reads_json(b"", [])


def test_gzipped_files_are_read(reads_json: Reads) -> None:
    reads_json(gzip.compress(LINE_B), [B], "a.json.gz")


def test_a_file_that_is_one_array_is_parked(parked: Callable[..., str]) -> None:
    assert parked(b'[\n{"id": 1}\n]', "a.json", format="json") == ("the file is one JSON array: land one object a line")


@pytest.mark.parametrize(
    "number",
    ["1000000000000000000000000000000000000001", "1e400", "1e2", "1.10", "-0.0", "-0", "100.0", "0.0000001", "-1E-7"],
)
def test_numbers_keep_their_spelling(reads_json: Reads, number: str) -> None:
    line = f'{{"id": {number}, "name": {{"b": [{number}, "x"]}}, "more": {number}}}\n'
    reads_json(line.encode(), [(number, f'{{"b":[{number},"x"]}}', f'{{"more":"{number}"}}')])


@pytest.mark.parametrize("number", ["01", "1.", "+1", ".5", "-", "1e", "NaN", "1 2", "0x1", "1.10.1"])
def test_what_is_no_number_is_rescued_beside_one_that_keeps_its_spelling(reads_json: Reads, number: str) -> None:
    line = f'{{"name": 1.10, "id": {number}}}'
    reads_json(line.encode() + b"\n", [bad(line)])


@pytest.mark.parametrize("line", ['{"id": 1.10, 2: 3}', '{"id": 1.10 "name": 1}', '{"id": 1.10, "name": "a"1}'])
def test_a_line_that_is_no_json_is_rescued_beside_a_number_that_keeps_its_spelling(
    reads_json: Reads, line: str
) -> None:
    reads_json(line.encode() + b"\n", [bad(line)])


def test_numbers_within_strings_stay_text(reads_json: Reads) -> None:
    line = rb'{"id": 1.10, "name": "a \"1.50\", 2.50 \\"}' + b"\n"
    reads_json(line, [("1.10", r'a "1.50", 2.50 ' + "\\", None)])


def test_a_long_text_with_escapes_beside_a_number_that_keeps_its_spelling(reads_json: Reads) -> None:
    line = b'{"id": 1.10, "name": "' + b'\\"1' * 50_000 + b'"}\n'
    reads_json(line, [("1.10", '"1' * 50_000, None)])


def test_a_line_that_may_hold_the_mark_of_a_number_is_rescued(reads_json: Reads) -> None:
    line = r'{"id": 1.10, "name": "\u00012"}'
    reads_json(line.encode() + b"\n", [bad(line)])
