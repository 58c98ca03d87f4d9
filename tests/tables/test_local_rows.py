from __future__ import annotations

from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import write_deltalake
from pyspark.sql import SparkSession

from lakesmith.cli.rows import first_rows
from lakesmith.spec.model import Column
from lakesmith.tables.local_rows import local_rows
from lakesmith.tables.ref import TableRef, visible

PLAIN = """SELECT id, 'a' AS s, 1.50BD AS money, DATE'2024-03-01' AS day, TIMESTAMP'2024-03-01 09:00:00.25' AS at,
    X'00ff' AS raw, CAST(NULL AS INT) AS nothing, true AS yes, 1.5D AS d, id = 1 AS _deleted, 0L AS _seq FROM range(3)"""


def saved(spark: SparkSession, folder: Path, sql: str) -> TableRef:
    spark.sql(sql).coalesce(1).write.format("delta").save(str(folder / "t"))
    return TableRef("gold.t", str(folder / "t"))


def by_id(rows: list[dict[str, object]] | None) -> list[dict[str, object]]:
    assert rows is not None
    return sorted(rows, key=lambda row: repr(row["id"]))


def test_rows_are_those_of_spark(spark: SparkSession, tmp_path: Path) -> None:
    table = saved(spark, tmp_path, PLAIN)
    expected = first_rows(visible(table.load(spark)), 20)
    assert by_id(local_rows(table, None, 20)) == by_id(expected)
    assert [row["id"] for row in by_id(expected)] == [0, 2]


def test_a_version_is_read_as_it_was(spark: SparkSession, tmp_path: Path) -> None:
    table = saved(spark, tmp_path, "SELECT 1 AS id")
    spark.sql(f"DELETE FROM {table.sql_name}")
    assert local_rows(table, 0, 20) == [{"id": 1}]
    assert local_rows(table, 1, 20) == []


def test_reasons_of_bad_rows_are_read(spark: SparkSession, tmp_path: Path) -> None:
    reason = "array(named_struct('check', 'c', 'column', 'x', 'value', CAST(NULL AS STRING))) AS _reasons"
    table = saved(spark, tmp_path, f"SELECT 1 AS id, {reason}")
    assert local_rows(table, None, 20) == [{"id": 1, "_reasons": [{"check": "c", "column": "x", "value": None}]}]


@pytest.mark.parametrize(
    "value",
    [
        "DATE'+10000-01-01'",
        "TIMESTAMP'+10000-01-01 00:00:00'",
        "struct(1 AS a)",
        "map('a', 1)",
        "array(TIMESTAMP'2024-01-01 00:00:00')",
    ],
)
def test_what_only_spark_reads_right_is_left_to_it(spark: SparkSession, tmp_path: Path, value: str) -> None:
    assert local_rows(saved(spark, tmp_path, f"SELECT 1 AS id, {value} AS v"), None, 20) is None


def test_a_default_is_left_to_spark(spark: SparkSession, tmp_path: Path) -> None:
    table = saved(spark, tmp_path, "SELECT 1 AS id")
    assert local_rows(table, None, 20, {"id": Column(type="int", default=0)}) is None


def test_a_missing_file_is_left_to_spark_which_names_it(tmp_path: Path) -> None:
    write_deltalake(str(tmp_path / "t"), pa.table({"id": [1]}))
    (file,) = (tmp_path / "t").glob("*.parquet")
    file.unlink()
    assert local_rows(TableRef("gold.t", str(tmp_path / "t")), None, 20) is None


def test_odd_names_are_quoted(tmp_path: Path) -> None:
    write_deltalake(str(tmp_path / "t"), pa.table({'a"b': [1], "select": ["x"]}))
    assert local_rows(TableRef("gold.t", str(tmp_path / "t")), None, 20) == [{'a"b': 1, "select": "x"}]
