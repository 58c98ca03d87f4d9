from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.sources.files.documents.json import json_records
from lakesmith.sources.files.documents.read import UnreadableError
from lakesmith.sources.files.find_bad_file import find_unreadable
from lakesmith.sources.files.heads import HEAD_BYTES
from lakesmith.sources.files.new_files import reason_to_park
from lakesmith.spec.model import FilesSource
from tests.sources.landed import B, Landed, lands_each

IsRead = Callable[[Landed], None]
JSON = {"format": "json_document"}
ROWS = JSON | {"records": "data.rows"}


def source(**options: object) -> FilesSource:
    return FilesSource.model_validate({"path": "in", "columns": ("id", "name"), **JSON, **options})


@lands_each({
    "an array": Landed(b'[\n  {"id": 2,\n   "name": "b"}\n]', [B], "a.json", JSON),
    "one object": Landed(b'{"id": "2", "name": "b"}', [B], "a.json", JSON),
    "at a path": Landed(b'{"data": {"n": 1, "rows": [{"id": 2, "name": "b"}]}, "next": null}', [B], "a.json", ROWS),
    "one object at a path": Landed(b'{"data": {"rows": {"id": 2, "name": "b"}}}', [B], "a.json", ROWS),
    "long numbers": Landed(b'[{"id": 12345678901234567890.10, "name": 1e5}]', [("12345678901234567890.10", "1e5", None)], "a.json", JSON),
    "nested values": Landed(b'[{"id": 2, "name": {"x": [1.50, "a b"]}}]', [("2", '{"x":[1.50,"a b"]}', None)], "a.json", JSON),
    "blanks in texts": Landed(rb'[{"id": 2, "name": " \"b\"\n c\\"}]', [("2", ' "b"\n c\\', None)], "a.json", JSON),
    "empty and absent": Landed(b'[{"id": 2, "name": null}, {"id": 2}]', [("2", None, None)] * 2, "a.json", JSON),
    "other fields": Landed(b'[{"id": 2, "name": "b", "x": 1.0}]', [("2", "b", '{"x":"1.0"}')], "a.json", JSON),
    "UTF-8 with a mark": Landed('\ufeff[{"id": 2, "name": "é"}]'.encode(), [("2", "é", None)], "a.json", JSON),
    "UTF-16": Landed('[{"id": 2, "name": "é"}]'.encode("utf-16"), [("2", "é", None)], "a.json", JSON),
    "packed": Landed(gzip.compress(b'[{"id": 2, "name": "b"}]'), [B], "a.json.gz", JSON),
    "no record": Landed(b"[ ]", [], "a.json", JSON),
})  # fmt: skip
def test_records_are_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    "a number": Landed(b"[1.50]", [(None, None, '{"_corrupt_record":"1.50"}')], "a.json", JSON),
    "a key twice": Landed(b'[{"id": 2, "id": 3}]', [(None, None, r'{"_corrupt_record":"{\"id\":2,\"id\":3}"}')], "a.json", JSON),
})  # fmt: skip
def test_a_record_that_is_no_object_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@pytest.mark.parametrize(("data", "path", "reason"), [
    (b"", None, "the file is no JSON: Expecting value: line 1 column 1 (char 0)"),
    (b"<html>Sorry</html>", None, "the file is no JSON: Expecting value: line 1 column 1 (char 0)"),
    (b'[{"id": 2}', None, "the file is no JSON: Expecting ',' delimiter: line 1 column 11 (char 10)"),
    (b'[{"id": 2}]\n[]', None, "character 12 is behind the end of the document"),
    (b'[{"id": NaN}]', None, "the file has NaN, which is not JSON"),
    (b'[{"id": "\xff"}]', None, "the file is no text: 'utf-8' codec can't decode byte 0xff in position 9: invalid start byte"),
    (b"[" * 50_000, None, "the file is nested too deep"),
    (b'{"data": [1]}', "data.rows", "the document has no 'rows'"),
    (b'{"data": {"rows": [], "rows": []}}', "data.rows", "the document has 'rows' twice"),
    (b'{"data": {"rows": []}}', "data.rows", ""),
])  # fmt: skip
def test_a_file_that_cannot_be_read_whole_is_parked(
    spark: SparkSession, tmp_path: Path, data: bytes, path: str | None, reason: str
) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(data)
    assert reason_to_park(spark, source(records=path), str(file)) == reason


def test_damage_behind_the_beginning_parks_one_file(spark: SparkSession, tmp_path: Path) -> None:
    whole = json.dumps([{"id": n, "name": str(n * n)} for n in range(6000)]).encode()
    assert len(whole) > HEAD_BYTES
    good = tmp_path / "good.json"
    cut = tmp_path / "cut.json"
    good.write_bytes(b"[]")
    cut.write_bytes(whole[:-9])

    assert reason_to_park(spark, source(), str(cut)) == ""
    found = find_unreadable(spark, source(), [str(good), str(cut)])
    assert found is not None
    assert found[0] == str(cut)
    assert "the file is no JSON" in found[1]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(VALUES, max_size=4), st.dictionaries(st.text(), VALUES, max_size=3), st.sampled_from([None, 2]))
def test_any_document_gives_its_records(values: list[object], others: dict[str, object], indent: int | None) -> None:
    document = json.dumps({**others, "rows": values}, indent=indent).encode()
    records = list(json_records([document], ["rows"]))
    assert [json.loads(record) for record in records] == values
    assert not any("\n" in record for record in records)


def test_a_document_that_is_cut_off_anywhere_is_refused() -> None:
    document = b'{"data": {"rows": [{"id": 1.50}, {"id": [2, "x"]}]}}'
    for end in range(len(document)):
        with pytest.raises(UnreadableError):
            list(json_records([document[:end]], ["data", "rows"]))
