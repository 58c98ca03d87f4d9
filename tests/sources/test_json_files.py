from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.sources.landed import B, Landed, Row, lands_each

LINE_B = b'{"id": 2, "name": "b"}\n'
IsRead = Callable[[Landed], None]


def lands(data: bytes, rows: Sequence[Row], name: str = "a.json") -> pytest.MarkDecorator:
    return lands_all({"file": (data, rows)}, name)


def lands_all(files: Mapping[str, tuple[bytes, Sequence[Row]]], name: str = "a.json") -> pytest.MarkDecorator:
    return lands_each({what: Landed(data, rows, name, {"format": "json"}) for what, (data, rows) in files.items()})


def bad(line: str) -> Row:
    return None, None, json.dumps({"_corrupt_record": line}, ensure_ascii=False, separators=(",", ":"))


@lands(b'{"id": "1", "name": 7}\n' + LINE_B, [("1", "7", None), B])
def test_text_and_numbers_land_as_text(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'{"id": null}\n', [(None, None, None)])
def test_null_and_absent_are_null(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all({
    number: (f'{{"id": {number}}}\n'.encode(), [(number, None, None)])
    for number in ("0.1", "12345678901234567890.123456789", "-7")
})  # fmt: skip
def test_decimals_stay_exact(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'{"id": {"b": 1, "a": [2.5, null]}, "name": true}\n', [('{"a":[2.5,null],"b":1}', "true", None)])
def test_nested_values_land_as_json(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'{"id": 2, "name": "b", "x": [1], "y": null}\n', [("2", "b", '{"x":"[1]","y":null}')])
def test_undeclared_fields_are_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'{"ID": 2, "Name": "b"}\n', [B])
def test_fields_match_whatever_the_case(is_read: IsRead, file: Landed) -> None:
    is_read(file)


NO_OBJECTS = {
    "cut": '{"id": 1, "name": "a"',
    "a key twice": '{"id": 1, "id": 2}',
    "a key twice in another case": '{"id": 1, "ID": 2}',
    "array": '[{"id": 1}]',
    "text": '"id"',
    "number": "7",
    "two objects": '{"id": 1} {"id": 2}',
    "two objects with a comma": '{"id": 1}, {"id": 2}',
    "a brace too many": '{"id": 1}}',
    "a brace too few": '{"id": 1',
    "bare key": "{id: 1}",
    "single quotes": "{'id': 1}",
    "half a character": '{"id": "\\ud800"}',
    "a bracket behind it": '{"id": 1}]}',
    "a bracket and an object": '{"id": 1}] {"name": "x"}',
    "two arrays": '{"id": 1, "name": "a"}],[{"id": 2, "name": "b"}',
    "a number to be kept and two arrays": '{"id": 1.10}],[{"id": 2}',
    "the end that the parser looks for": r'{"id": 1},{"":"\u0002"}] {}',
    "a mark before it": '\ufeff{"id": 1}',
}


@lands_all({what: (LINE_B + line.encode(), [B, bad(line)]) for what, line in NO_OBJECTS.items()})
def test_a_line_that_is_not_one_object_is_rescued_whole(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(rb'{"id": "\u0002", "name": [{"":"\u0002"}]}' + b"\n", [("\x02", r'[{"":"\u0002"}]', None)])
def test_a_line_with_the_end_that_the_parser_looks_for_is_a_row(is_read: IsRead, file: Landed) -> None:
    is_read(file)


DEEP = '{"id":' + "[" * 1200 + "]" * 1200 + "}"


@lands(DEEP.encode() + b"\n" + LINE_B, [bad(DEEP), B])
def test_a_line_nested_1200_deep_is_rescued_whole(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'{"id": "a\x00"}\n', [bad('{"id": "a\x00"}')])
def test_a_nul_byte_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(
    b'{"id":"\xff"}\n',
    [(None, None, '{"_corrupt_record":"{\\"id\\":\\"\ufffd\\"}","_bytes":"eyJpZCI6Iv8ifQ=="}')],
)
def test_invalid_utf8_is_rescued_with_its_bytes(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b'\xef\xbb\xbf{"id": 2, "name": "b"}\r\n  \r\n\r\n', [B])
def test_byte_order_mark_crlf_and_blank_lines_are_no_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(b"", [])
def test_an_empty_file_gives_no_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(gzip.compress(LINE_B), [B], "a.json.gz")
def test_gzipped_files_are_read(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_a_file_that_is_one_array_is_parked(parked: Callable[..., str]) -> None:
    assert parked(b'[\n{"id": 1}\n]', "a.json", format="json") == ("the file is one JSON array: land one object a line")


def spelled(number: str) -> tuple[bytes, list[Row]]:
    line = f'{{"id": {number}, "name": {{"b": [{number}, "x"]}}, "more": {number}}}\n'
    return line.encode(), [(number, f'{{"b":[{number},"x"]}}', f'{{"more":"{number}"}}')]


NUMBERS = (
    "1000000000000000000000000000000000000001",
    "1e400",
    "1e2",
    "1.10",
    "-0.0",
    "-0",
    "100.0",
    "0.0000001",
    "-1E-7",
)


@lands_all({number: spelled(number) for number in NUMBERS})
def test_numbers_keep_their_spelling(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def rescued(line: str) -> tuple[bytes, list[Row]]:
    return line.encode() + b"\n", [bad(line)]


NO_NUMBERS = ("01", "1.", "+1", ".5", "-", "1e", "NaN", "1 2", "0x1", "1.10.1")


@lands_all({text: rescued(f'{{"name": 1.10, "id": {text}}}') for text in NO_NUMBERS})
def test_what_is_no_number_is_rescued_beside_one_that_keeps_its_spelling(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all({
    line: rescued(line) for line in ('{"id": 1.10, 2: 3}', '{"id": 1.10 "name": 1}', '{"id": 1.10, "name": "a"1}')
})  # fmt: skip
def test_a_line_that_is_no_json_is_rescued_beside_a_number_that_keeps_its_spelling(
    is_read: IsRead, file: Landed
) -> None:
    is_read(file)


@lands(
    rb'{"id": 1.10, "name": "a \"1.50\", 2.50 \\"}' + b"\n",
    [("1.10", 'a "1.50", 2.50 \\', None)],
)
def test_numbers_within_strings_stay_text(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(
    b'{"id": 1.10, "name": "' + b'\\"1' * 50_000 + b'"}\n',
    [("1.10", '"1' * 50_000, None)],
)
def test_a_long_text_with_escapes_beside_a_number_that_keeps_its_spelling(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_all({"file": rescued(r'{"id": 1.10, "name": "\u00012"}')})
def test_a_line_that_may_hold_the_mark_of_a_number_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)
