from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs
from pyspark.sql.types import ArrayType, DecimalType, IntegerType, MapType, StructType

from lakesmith.sources.files.parquet import footers as parquet_footers
from lakesmith.sources.files.parquet.files import footer_fields, footer_rows, hole_of, widened
from lakesmith.sources.files.parquet.footers import Footer, footer_of
from lakesmith.sources.files.parquet.types import byte_array_decimals, schema_problem, type_problem
from tests.sources.landed import Landed, lands_each

# Files of another writer than pyarrow, which does not write such types.
OTHERS = Path(__file__).parents[1] / "corpus" / "cases" / "parquet_types" / "in" / "1"
UUIDS = pa.array([uuid.UUID(int=5).bytes], pa.uuid())
NANOS = pa.array([1], pa.timestamp("ns"))


def footer(**columns: Any) -> Footer:
    return footer_with({}, **columns)


def footer_with(options: dict[str, Any], **columns: Any) -> Footer:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, **options)
    return Footer(pq.read_metadata(stream), len(stream.getvalue()))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (NANOS, "TIMESTAMP in nanoseconds, which Spark does not read: write microseconds"),
        (pa.array([dt.time(1)], pa.time32("ms")), "TIME, which Spark does not read: write text"),
        (pa.array([dt.time(1)], pa.time64("us")), "TIME, which Spark does not read: write text"),
        (UUIDS, "UUID, which Spark does not read: write text"),
        (pa.array([1.5], pa.float16()), "FLOAT16, which Spark does not read: write FLOAT"),
        (
            pa.array([Decimal(1)], pa.decimal256(50, 2)),
            "DECIMAL of 50 digits, which Spark does not read: write at most 38 digits, or text",
        ),
    ],
    ids=["nanoseconds", "time32", "time64", "uuid", "float16", "decimal"],
)
def test_a_type_that_spark_has_not_is_named_with_its_column(values: pa.Array, problem: str) -> None:
    assert type_problem(footer(id=["1"], v=values)) == f"column(s) v: {problem}"
    nested = pa.StructArray.from_arrays([values], names=["in"])
    assert type_problem(footer(id=["1"], v=nested)) == f"column(s) v.in: {problem}"


def test_each_type_is_said_once() -> None:
    problems = type_problem(footer(a=UUIDS, b=UUIDS, c=NANOS))
    assert problems == (
        "column(s) a, b: UUID, which Spark does not read: write text;"
        " column(s) c: TIMESTAMP in nanoseconds, which Spark does not read: write microseconds"
    )


@pytest.mark.parametrize(
    "values",
    [
        pa.array([Decimal("1.50")], pa.decimal128(38, 2)),
        pa.array([1], pa.uint64()),
        pa.array([1], pa.timestamp("us", "UTC")),
        pa.array([b"a"], pa.binary(1)),
        pa.array(['{"a":1}'], pa.json_()),
        pa.nulls(1),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    ],
    ids=["decimal", "unsigned", "timestamp", "fixed", "json", "null", "map"],
)
def test_what_spark_reads_is_no_problem(values: pa.Array) -> None:
    assert type_problem(footer(id=["1"], v=values)) == ""


def test_an_encoding_that_spark_has_not_is_named() -> None:
    options = {"use_dictionary": False, "column_encoding": {"v": "BYTE_STREAM_SPLIT"}}
    problem = type_problem(footer_with(options, id=["1"], v=pa.array([1.5])))
    assert problem == "column(s) v: encoded as BYTE_STREAM_SPLIT, which Spark does not read: write another encoding"


def encoded(encoding: str) -> Landed:
    stream = io.BytesIO()
    table = pa.table({"id": ["1", "2", "3", None], "name": ["value a", "value b", "w", None]})
    pq.write_table(
        table, stream, use_dictionary=False, column_encoding=encoding, compression="NONE", data_page_version="2.0"
    )
    rows = [("1", "value a", None), ("2", "value b", None), ("3", "w", None), (None, None, None)]
    return Landed(stream.getvalue(), rows, "a.parquet", {"format": "parquet"})


@lands_each({name: encoded(name) for name in ("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY")})
def test_values_of_pyarrow_are_not_shifted(is_read: Callable[[Landed], None], file: Landed) -> None:
    is_read(file)


def test_text_that_spark_shifts_parks_the_file() -> None:
    shifted = footer_of(str(OTHERS / "shifted.parquet"))
    assert shifted is not None
    assert "DELTA_BYTE_ARRAY without compression, which Spark reads as other values" in type_problem(shifted)


def test_decimals_in_byte_arrays_are_known() -> None:
    files = {name: footer_of(str(OTHERS / name)) for name in ("decimal.parquet", "decimal_long.parquet")}
    assert [byte_array_decimals(found) for found in files.values() if found] == [{"v"}, set()]
    nested = footer_of(str(OTHERS / "decimal_list.parquet"))
    assert nested and footer_fields(nested)["v"].endswith(" in bytes")


def nested(short: int, others: int) -> StructType:
    """Return a schema of decimals with these digits, where 20 are those of an unsigned integer."""
    lists = ArrayType(DecimalType(20, 0))
    maps = MapType(IntegerType(), DecimalType(short, 3))
    inner = StructType().add("a", DecimalType(short, 2)).add("b", lists).add("c", maps)
    return StructType().add("v", inner).add("w", DecimalType(others, 1))


def test_only_short_decimals_are_read_with_more_digits() -> None:
    assert widened(nested(short=10, others=9), {"v"}) == nested(short=38, others=9)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory that pyarrow opens as the store s3a://bucket."""
    monkeypatch.setattr(parquet_footers, "_stores", {})

    def opened(uri: str) -> tuple[Any, str]:
        assert uri == "s3://bucket/x"
        return fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem()), "bucket/x"

    monkeypatch.setattr(parquet_footers, "fs", SimpleNamespace(FileSystem=SimpleNamespace(from_uri=opened)))
    (tmp_path / "bucket").mkdir()
    return tmp_path / "bucket"


def test_the_rows_of_a_file_elsewhere_are_those_of_its_footer(store: Path) -> None:
    table = pa.table({"id": [str(number) for number in range(20_000)]})
    pq.write_table(table, store / "a day.parquet", row_group_size=5_000)
    whole = (store / "a day.parquet").read_bytes()
    start = int.from_bytes(whole[-8:-4], "little") + 8
    (store / "hole.parquet").write_bytes(whole[: (len(whole) - start) // 2] + whole[-start:])
    paths = ["s3a://bucket/a%20day.parquet", "s3a://bucket/hole.parquet"]
    assert footer_rows(paths) == 40_000
    found = footer_of(paths[1])
    assert found and "rows is missing" in hole_of(found)


def test_a_file_that_pyarrow_does_not_reach_is_left_to_spark(store: Path) -> None:
    shutil.copy(OTHERS / "decimal.parquet", store / "a.parquet")
    assert footer_rows(["s3a://bucket/a.parquet"]) == 3
    assert footer_rows(["s3a://bucket/a.parquet", "s3a://bucket/gone.parquet"]) is None
    assert footer_rows(["wasbs://elsewhere/a.parquet"]) is None


@pytest.mark.parametrize(("change", "column"), [
    (lambda table: table.append_column("coupon", pa.array(["SPRING"])), "coupon"),
    (lambda table: table.drop_columns(["name"]), "name"),
    (lambda table: table.set_column(0, "id", pa.array([1.5], pa.float32())), "id"),
    (lambda table: table, ""),
])  # fmt: skip
def test_a_schema_of_spark_that_is_not_that_of_the_file_parks_it(tmp_path: Path, change: Any, column: str) -> None:
    fields = [{"name": "id", "type": "double"}, {"name": "name", "type": "string"}]
    schema = json.dumps({"type": "struct", "fields": fields})
    table = pa.table({"id": [1.5], "name": ["a"]})
    table = table.replace_schema_metadata({"org.apache.spark.sql.parquet.row.metadata": schema})
    file = tmp_path / "a.parquet"
    pq.write_table(change(table), file)
    footer = footer_of(str(file))
    assert footer is not None
    problem = schema_problem(footer)
    assert (f"has column(s) {column} otherwise" in problem) if column else problem == ""
