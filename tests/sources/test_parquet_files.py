from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.listing import list_files
from lakesmith.sources.files.new_files import read_files
from lakesmith.spec.model import FilesSource
from tests.sources.landed import Landed, Row, lands_each

UTC = dt.timezone.utc
PARQUET = {"format": "parquet"}
IsRead = Callable[[Landed], None]


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def lands(data: bytes, rows: Sequence[Row], name: str = "a.parquet", **options: Any) -> pytest.MarkDecorator:
    return lands_each({"file": Landed(data, rows, name, {"format": "parquet", **options})})


def typed(values: pa.Array, text: str | None) -> Landed:
    return Landed(parquet(id=values, name=["a"]), [(text, "a", None)], "a.parquet", {"format": "parquet"})


@lands_each({
    "integer": typed(pa.array([7], pa.int64()), "7"),
    "decimal": typed(pa.array([Decimal("1.50")]), "1.50"),
    "double": typed(pa.array([0.1]), "0.1"),
    "float": typed(pa.array([0.1], pa.float32()), "0.1"),
    "whole float": typed(pa.array([2.0**31], pa.float32()), "2147483648"),
    "boolean": typed(pa.array([True]), "true"),
    "date": typed(pa.array([dt.date(2026, 1, 2)]), "2026-01-02"),
    "timestamp": typed(
        pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)], pa.timestamp("us", "UTC")), "2026-01-02 03:04:05.000006"
    ),
    "list": typed(pa.array([[1, 2]]), "[1,2]"),
    "struct": typed(pa.array([{"a": 1}]), '{"a":1}'),
    "struct with a NULL": typed(pa.array([{"a": 1, "b": None}], pa.struct([("a", pa.int64()), ("b", pa.string())])), '{"a":1,"b":null}'),
    "null": typed(pa.array([None], pa.string()), None),
})  # fmt: skip
def test_typed_columns_land_as_text(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(parquet(NAME=["a"], Id=["1"]), [("1", "a", None)])
def test_columns_match_whatever_order_and_case(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(parquet(ID=["1"]), [("1", None, None)], optional_columns=("name",))
def test_an_optional_column_that_is_absent_is_null(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(
    parquet(id=["1", "2"], name=["a", "b"], more=[5, None]),
    [("1", "a", '{"more":"5"}'), ("2", "b", None)],
)
def test_extra_columns_are_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(parquet(id=pa.array([], pa.int32()), name=pa.array([], pa.string())), [])
def test_a_file_without_rows_gives_no_rows(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(parquet(id=["1"], name=["a"]), [("1", "a", None)], "a[1].parquet")
def test_a_file_name_is_never_a_pattern(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def test_a_missing_column_parks_the_file(parked: Callable[..., str]) -> None:
    reason = parked(parquet(id=["1"]), "a.parquet", format="parquet")
    assert reason == "column(s) name missing; the header has id"


def test_a_column_twice_by_case_parks_the_file(parked: Callable[..., str]) -> None:
    reason = parked(parquet(id=["1"], ID=["1"], name=["a"]), "a.parquet", format="parquet")
    assert reason == "column(s) id appear twice in the header"


@pytest.mark.parametrize("size", [0, 3, 100], ids=["empty", "magic only", "cut"])
def test_a_truncated_file_is_parked(parked: Callable[..., str], size: int) -> None:
    reason = parked(parquet(id=["1"], name=["a"])[:size], "a.parquet", format="parquet")
    assert reason.startswith("the file cannot be read: ")


def test_a_type_that_spark_does_not_read_parks_the_file(parked: Callable[..., str]) -> None:
    nanos = pa.array([1], pa.timestamp("ns"))
    assert "id" in parked(parquet(id=nanos, name=["a"]), "a.parquet", format="parquet")


def test_files_of_other_types_are_read_in_one_batch(
    spark: SparkSession, land: Callable[..., Path], source: Callable[..., FilesSource]
) -> None:
    land(parquet(id=[1], name=["a"]), "a.parquet")
    land(parquet(id=["x"], name=["b"], more=[0.5]), "b.parquet")
    spec = source(format="parquet")
    files = [file.path for file in list_files(spark, spec)]
    found = {(row.id, row.name, row._rescued) for row in read_files(spark, spec, files).collect()}
    assert found == {("1", "a", None), ("x", "b", '{"more":"0.5"}')}


def nested_timestamps(zone: str | None) -> Landed:
    at = dt.datetime(2024, 3, 1, 10, 0, 0, 123900)
    kind = pa.timestamp("us", zone)
    nested = pa.array([{"at": at, "list": [at]}], pa.struct([("at", kind), ("list", pa.list_(kind))]))
    text = "2024-03-01T10:00:00.123900" + ("Z" if zone else "")
    as_json = f'{{"at":"{text}","list":["{text}"]}}'
    rescued = '{"more":"' + as_json.replace('"', '\\"') + '"}'
    data = parquet(id=nested, name=["a"], more=nested)
    return Landed(data, [(as_json, "a", rescued)], "a.parquet", {"format": "parquet"})


@lands_each({"UTC": nested_timestamps("UTC"), "None": nested_timestamps(None)})
def test_nested_timestamps_keep_their_microseconds(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def text_of(*values: bytes) -> pa.Array:
    """Return bytes as text that pyarrow does not check, as writers in C++ and C do not."""
    ends = accumulate(map(len, values))
    offsets = pa.array([0, *ends], pa.int32()).buffers()[1]
    return pa.Array.from_buffers(pa.string(), len(values), [None, offsets, pa.py_buffer(b"".join(values))])


def holds(values: pa.Array, shown: str | None, in_hex: str | None) -> Landed:
    """Give a file of one row, and the text or the hex of its column name."""
    if in_hex is None:
        row: Row = ("1", shown, None)
    else:
        record = json.dumps({"id": "1", "name": shown}, separators=(",", ":"), ensure_ascii=False)
        rescued = {"_corrupt_record": record, "_bytes": {"name": in_hex}}
        row = (None, None, json.dumps(rescued, separators=(",", ":"), ensure_ascii=False))
    return Landed(parquet(id=["1"], name=values), [row], "a.parquet", PARQUET)


def in_map(keys: pa.Array, values: pa.Array) -> pa.Array:
    return pa.MapArray.from_arrays(pa.array([0, 1], pa.int32()), keys, values)


NO_TEXT = text_of(b"a\xff")
AS_BYTES = pa.array([b"a\xff"], pa.binary())


@lands_each({
    "text": holds(NO_TEXT, "a\ufffd", "61FF"),
    "bytes": holds(AS_BYTES, "a\ufffd", "61FF"),
    "bytes of fixed length": holds(pa.array([b"a\xff"], pa.binary(2)), "a\ufffd", "61FF"),
    "surrogate": holds(text_of(b"\xed\xa0\x80"), "\ufffd", "EDA080"),
    "struct": holds(pa.StructArray.from_arrays([NO_TEXT], ["a.b"]), '{"a.b":"a\ufffd"}', '{"a.b":"61FF"}'),
    "list": holds(pa.ListArray.from_arrays(pa.array([0, 1]), NO_TEXT), '["a\ufffd"]', '["61FF"]'),
    "key of a map": holds(in_map(NO_TEXT, pa.array([1])), '{"a\ufffd":1}', '{"61FF":1}'),
    "bytes as key of a map": holds(in_map(AS_BYTES, pa.array([1])), '{"a\ufffd":1}', '{"61FF":1}'),
    "value of a map": holds(in_map(pa.array(["k"]), NO_TEXT), '{"k":"a\ufffd"}', '{"6B":"61FF"}'),
})  # fmt: skip
def test_a_row_with_text_that_is_not_utf8_is_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands_each({
    "the sign of such text itself": holds(text_of("\ufffd".encode()), "\ufffd", None),
    "bytes that are text": holds(pa.array(["é".encode()], pa.binary()), "é", None),
    "no bytes": holds(pa.array([b""], pa.binary()), "", None),
    "bytes within a struct": holds(pa.StructArray.from_arrays([AS_BYTES], ["x"]), '{"x":"Yf8="}', None),
    "bytes as key of a map": holds(in_map(pa.array([b"k"], pa.binary()), pa.array([1])), '{"k":1}', None),
    "no struct": holds(pa.array([None], pa.struct([("x", pa.string())])), None, None),
})  # fmt: skip
def test_a_row_whose_text_is_utf8_is_not_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(
    parquet(id=["1", "2"], name=["a", "b"], more=text_of(b"\xff", b"x"), n=[7, 7]),
    [("1", "a", '{"more":"\ufffd","n":"7","_bytes":{"more":"FF"}}'), ("2", "b", '{"more":"x","n":"7"}')],
)
def test_undeclared_bytes_are_kept_beside_a_row_that_is_read(is_read: IsRead, file: Landed) -> None:
    is_read(file)


def of_own_name(name: str) -> Landed:
    rows: list[Row] = [("1", "a", f'{{"{name}":"x"}}'), ("2", "b", None)]
    return Landed(parquet(**{"id": ["1", "2"], "name": ["a", "b"], name: ["x", None]}), rows, "a.parquet", PARQUET)


OWN_NAMES = (
    "_source_file", "_Source_File", "_rescued", "_RESCUED", "_corrupt_record", "_bytes", "_batch_id", "_ingested_at",
    "_source", "_arrived", "_raw", "_seq", "_deleted", "_change_type", "c0", "bad", "odd",
)  # fmt: skip


@lands_each({name: of_own_name(name) for name in OWN_NAMES})
def test_a_name_that_is_used_while_reading_is_rescued_like_any_other(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@pytest.mark.parametrize("name", ["_metadata", "_METADATA", "_tmp_metadata_row_index"])
@pytest.mark.parametrize("values", [["x"], [7], [{"file_path": "/another"}]], ids=["text", "number", "struct"])
def test_a_column_in_whose_place_spark_reads_its_own_values_parks_the_file(
    parked: Callable[..., str], name: str, values: list[Any]
) -> None:
    reason = parked(parquet(**{"id": ["1"], "name": ["a"], name: values}), "a.parquet", format="parquet")
    assert reason == f"column(s) {name}: Spark reads its own values under this name: rename the column"


@pytest.mark.parametrize("groups", [1, 4])
def test_a_file_with_a_hole_is_parked(parked: Callable[..., str], groups: int) -> None:
    stream = io.BytesIO()
    table = pa.table({"id": [str(i) for i in range(20_000)], "name": ["a"] * 20_000})
    pq.write_table(table, stream, row_group_size=20_000 // groups)
    data = stream.getvalue()
    footer = int.from_bytes(data[-8:-4], "little") + 8
    cut = data[: (len(data) - footer) // 2] + data[-footer:]
    assert "rows is missing: the file has a hole" in parked(cut, "a.parquet", format="parquet")
    assert parked(data, "a.parquet", format="parquet") == ""


@lands(
    parquet(**{"id": ["1"], "name": ["a"], "a`b": ["x"], "a.b": ["y"], "a b": ["z"]}),
    [("1", "a", '{"a`b":"x","a.b":"y","a b":"z"}')],
)
def test_undeclared_names_of_any_signs_are_rescued(is_read: IsRead, file: Landed) -> None:
    is_read(file)


@lands(parquet(id=pa.array([], pa.string()), name=pa.array([], pa.string())), [])
def test_a_file_without_rows_is_read(is_read: IsRead, file: Landed) -> None:
    is_read(file)
