from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.documents.read import UnreadableError
from lakesmith.sources.files.documents.xml import xml_records
from lakesmith.sources.files.find_bad_file import find_unreadable
from lakesmith.sources.files.heads import HEAD_BYTES
from lakesmith.sources.files.new_files import reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, lands_each

IsRead = Callable[[Landed], None]
XML = {"format": "xml", "row_tag": "o"}
ATTRIBUTES = XML | {"field_names": {"id": "_id"}}


def source(**options: object) -> FilesSource:
    return FilesSource.model_validate({"path": "in", "columns": ("id", "name"), **XML, **options})


def bad(xml: str) -> tuple[None, None, str]:
    return None, None, json.dumps({"_corrupt_record": xml}, ensure_ascii=False, separators=(",", ":"))


@lands_each({
    "elements": Landed(b"<all><o><id>2</id><name>b</name></o></all>", [B], "a.xml", XML),
    "attributes": Landed(b'<all><o id="2" name="b"/></all>', [("2", None, '{"_name":"b"}')], "a.xml", ATTRIBUTES),
    "one record": Landed(b"<o><id>2</id><name>b</name></o>", [B], "a.xml", XML),
    "namespaces": Landed(b'<x:all xmlns:x="u"><x:o><x:id>2</x:id><x:name>b</x:name></x:o></x:all>', [B], "a.xml", XML),
    "blanks and entities": Landed(b"<o><id>2</id><name> &lt;&#233;\n<![CDATA[<b>]]></name></o>", [("2", " <é\n<b>", None)], "a.xml", XML),
    "empty and absent": Landed(b"<all><o><id>2</id><name/></o><o><id>2</id></o></all>", [("2", None, None)] * 2, "a.xml", XML),
    "lists": Landed(b"<o><id>2</id><name>b</name><name>c</name></o>", [("2", '["b","c"]', None)], "a.xml", XML),
    "objects": Landed(b'<o><id>2</id><name a="1">b<x/></name></o>', [("2", '{"_VALUE":"b<x></x>","_a":"1"}', None)], "a.xml", XML),
    "long numbers": Landed(b"<o><id>12345678901234567890.10</id><name>b</name></o>", [("12345678901234567890.10", "b", None)], "a.xml", XML),
    "other fields": Landed(b"<o><id>2</id><name>b</name><x>1e5</x></o>", [("2", "b", '{"x":"1e5"}')], "a.xml", XML),
    "windows-1252": Landed('<?xml version="1.0" encoding="windows-1252"?><o><id>2</id><name>5 €</name></o>'.encode("cp1252"), [("2", "5 €", None)], "a.xml", XML),
    "UTF-16": Landed('<?xml version="1.0" encoding="utf-16"?><o><id>2</id><name>b</name></o>'.encode("utf-16"), [B], "a.xml", XML),
    "packed": Landed(gzip.compress(b"<o><id>2</id><name>b</name></o>"), [B], "a.xml.gz", XML),
    "no record": Landed(b'<all date="2026"/>', [], "a.xml", XML),
})  # fmt: skip
def test_elements_are_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    "text and elements": Landed(b"<o>x<id>2</id></o>", [bad("<o>x<id>2</id></o>")], "a.xml", XML),
    "a text": Landed(b'<all><o xmlns:p="u">x &amp; y</o></all>', [bad('<o xmlns:p="u">x &amp; y</o>')], "a.xml", XML),
    "fields that differ by case": Landed(b"<o><id>2</id><ID>3</ID></o>", [bad('{"id": "2", "ID": "3"}')], "a.xml", XML),
})  # fmt: skip
def test_a_record_that_is_no_object_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "no element found: line 1, column 0"),
    (b"id,name\n1,2\n", "syntax error: line 1, column 0"),
    (b"<all><o><id>2</id>", "no element found: line 1, column 18"),
    (b"<all><o><id>2</o></all>", "mismatched tag: line 1, column 15"),
    (b'<!DOCTYPE o [<!ENTITY a "b">]><o>&a;</o>', "the file has a document type: its entities are not read, land it without one"),
    (b"<o><id>&a;</id></o>", "undefined entity: line 1, column 7"),
    (b"<o>" * 101, "line 1 is nested deeper than 100 elements"),
    (b"<all><O><id>2</id></O></all>", "line 1 has text in <id>, outside of <o>: name it in `skip_tags`, or correct `row_tag`"),
    (b'<all><O id="2"/></all>', "line 1 has attributes in <O>, outside of <o>: name it in `skip_tags`, or correct `row_tag`"),
    (b'<all><O id="2"><x/></O></all>', ""),
])  # fmt: skip
def test_a_file_that_cannot_be_read_whole_is_parked(
    spark: SparkSession, tmp_path: Path, data: bytes, reason: str
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(data)
    assert reason_to_park(spark, source(), str(file)) == reason


def test_elements_outside_of_records_are_skipped_by_name() -> None:
    file = b'<all><head at="1"><by>x</by></head><o><id>2</id></o></all>'
    assert [*xml_records([file], "o", ["head"])] == ['{"id": "2"}']
    with pytest.raises(UnreadableError, match="line 1 has text in <by>"):
        [*xml_records([file], "o")]


def test_records_cross_the_pieces_of_a_file() -> None:
    file = '<all><o n="é">b</o><o>c<x/></o></all>'.encode()
    pieces = [file[at : at + 1] for at in range(len(file))]
    assert (
        [*xml_records(pieces, "o")] == [*xml_records([file], "o")] == ['{"_n": "é", "_VALUE": "b"}', "<o>c<x></x></o>"]
    )


@pytest.mark.parametrize(("name", "packed", "reason"), [
    ("a.xml", False, "unclosed token: line 1, column"),
    ("a.xml.gz", True, "the file is damaged or cut off: Compressed file ended before"),
])  # fmt: skip
def test_damage_behind_the_beginning_parks_one_file(
    spark: SparkSession, tmp_path: Path, name: str, packed: bool, reason: str
) -> None:
    whole = b"<all>" + b"".join(b"<o><id>%d</id><name>%d</name></o>" % (n, n * n) for n in range(6000)) + b"</all>"
    data = gzip.compress(whole)[:-2000] if packed else whole[:-9]
    assert len(whole) > HEAD_BYTES
    paths = [tmp_path / "good.xml", tmp_path / name]
    for path, content in zip(paths, (b"<o><id>1</id></o>", data), strict=True):
        path.write_bytes(content)

    assert reason_to_park(spark, source(), str(paths[1])) == ""
    found = find_unreadable(spark, source(), list(map(str, paths)))
    assert found is not None
    assert found[0] == str(paths[1])
    assert reason in found[1]
