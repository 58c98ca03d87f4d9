from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from lakesmith.sources.files.listing import list_files
from lakesmith.sources.files.new_files import read_files
from lakesmith.spec.model import FilesSource

UTC = dt.timezone.utc
Reads = Callable[..., None]


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


@pytest.fixture
def reads_parquet(reads: Reads) -> Reads:
    return lambda data, rows, name="a.parquet": reads(data, rows, name, format="parquet")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array([7], pa.int64()), "7"),
        (pa.array([Decimal("1.50")]), "1.50"),
        (pa.array([0.1]), "0.1"),
        (pa.array([True]), "true"),
        (pa.array([dt.date(2026, 1, 2)]), "2026-01-02"),
        (pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 6, UTC)], pa.timestamp("us", "UTC")), "2026-01-02 03:04:05.000006"),
        (pa.array([[1, 2]]), "[1,2]"),
        (pa.array([{"a": 1}]), '{"a":1}'),
        (pa.array([None], pa.string()), None),
    ],
    ids=["integer", "decimal", "double", "boolean", "date", "timestamp", "list", "struct", "null"],
)
def test_typed_columns_land_as_text(reads_parquet: Reads, values: pa.Array, text: str) -> None:
    reads_parquet(parquet(id=values, name=["a"]), [(text, "a", None)])


def test_columns_match_whatever_order_and_case(reads_parquet: Reads) -> None:
    reads_parquet(parquet(NAME=["a"], Id=["1"]), [("1", "a", None)])


def test_an_optional_column_that_is_absent_is_null(reads: Reads) -> None:
    reads(parquet(ID=["1"]), [("1", None, None)], "a.parquet", format="parquet", optional_columns=("name",))


def test_extra_columns_are_rescued(reads_parquet: Reads) -> None:
    data = parquet(id=["1", "2"], name=["a", "b"], more=[5, None])
    reads_parquet(data, [("1", "a", '{"more":"5"}'), ("2", "b", None)])


def test_a_file_without_rows_gives_no_rows(reads_parquet: Reads) -> None:
    reads_parquet(parquet(id=pa.array([], pa.int32()), name=pa.array([], pa.string())), [])


def test_a_file_name_is_never_a_pattern(reads_parquet: Reads) -> None:
    reads_parquet(parquet(id=["1"], name=["a"]), [("1", "a", None)], "a[1].parquet")


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


@pytest.mark.parametrize("zone", ["UTC", None])
def test_nested_timestamps_keep_their_microseconds(reads_parquet: Reads, zone: str | None) -> None:
    at = dt.datetime(2024, 3, 1, 10, 0, 0, 123900)
    text = "2024-03-01T10:00:00.123900" + ("Z" if zone else "")
    nested = pa.array([{"at": at, "list": [at]}], pa.struct([("at", kind(zone)), ("list", pa.list_(kind(zone)))]))
    told = f'{{"at":"{text}","list":["{text}"]}}'
    rescued = '{"more":"' + told.replace('"', '\\"') + '"}'
    reads_parquet(parquet(id=nested, name=["a"], more=nested), [(told, "a", rescued)])


def kind(zone: str | None) -> pa.DataType:
    return pa.timestamp("us", zone)


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


def test_undeclared_names_of_any_signs_are_rescued(reads_parquet: Reads) -> None:
    rows = [("1", "a", '{"a`b":"x","a.b":"y","a b":"z"}')]
    reads_parquet(parquet(**{"id": ["1"], "name": ["a"], "a`b": ["x"], "a.b": ["y"], "a b": ["z"]}), rows)


def test_a_file_without_rows_is_read(reads_parquet: Reads) -> None:
    reads_parquet(parquet(id=pa.array([], pa.string()), name=pa.array([], pa.string())), [])
