"""The look at a table finds the rows of the keys, and no other way than Spark would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert import key_lookup as module
from lakesmith.tables.upsert.key_lookup import look
from lakesmith.testing import frame

VECTORS = {"delta.enableDeletionVectors": "true"}
KINDS = {"id": "int", "p": "string"}


def table(spark: SparkSession, path: Path, rows: list[tuple[Any, ...]], seq: str = "int") -> TableRef:
    frame(spark, f"id int, p string, _seq {seq}", rows).coalesce(1).write.format("delta").options(
        **VECTORS
    ).partitionBy("p").save(str(path))
    return TableRef("silver.t", str(path))


def found(spark: SparkSession, ref: TableRef, keys: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    touched = Touched({name: frozenset(key[at] for key in keys) for at, name in enumerate(KINDS)})
    rows = look(spark, ref, touched, KINDS, keys, ["_seq"]).rows
    return sorted((tuple(row.values()) for row in rows.to_pylist()), key=str)


def test_rows_are_found_by_keys_and_not_those_that_a_vector_deletes(spark: SparkSession, tmp_path: Path) -> None:
    strange = ["/ = %", "it's \\ 'b'", None]
    ref = table(spark, tmp_path / "t", [(id_, p, 1) for id_ in (1, 2, None) for p in strange])
    spark.sql(f"DELETE FROM {ref.sql_name} WHERE id = 2 AND p IS NULL").collect()
    assert found(spark, ref, [(2, p) for p in strange]) == [(2, "it's \\ 'b'", 1), (2, "/ = %", 1)]
    assert found(spark, ref, [(None, None)]) == [(None, None, 1)]
    assert found(spark, ref, [(7, "x")]) == []


def jobs_so_far(spark: SparkSession) -> int:
    return int(str(spark._jsc.sc().dagScheduler().nextJobId()))  # type: ignore[union-attr]


@pytest.mark.classic("jobs are counted in the JVM")
def test_no_job_is_run(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = table(spark, tmp_path / "t", [(1, "a", 1)])
    before = jobs_so_far(spark)
    assert found(spark, ref, [(1, "a")]) == [(1, "a", 1)]
    assert jobs_so_far(spark) == before
    monkeypatch.setattr(module, "MAX_ROWS", 0)
    assert found(spark, ref, [(1, "a")]) == [(1, "a", 1)]
    assert jobs_so_far(spark) > before


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_instants_that_delta_rs_takes_for_others_are_read_by_spark(
    spark: SparkSession, tmp_path: Path, year: str
) -> None:
    rows = spark.sql(f"SELECT 1 AS id, 'a' AS p, struct(TIMESTAMP'{year}-06-01 00:00:00' AS at) AS _seq")
    rows.write.format("delta").options(**VECTORS).save(str(tmp_path / "t"))
    seen = found(spark, TableRef("silver.t", str(tmp_path / "t")), [(1, "a")])
    assert [str(row[2]["at"].year).zfill(4) for row in seen] == [year]


def test_very_many_rows_are_looked_through_by_spark(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = table(spark, tmp_path / "t", [(1, "a", 1)])
    for name in ("MAX_ROWS", "MAX_FOUND"):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, 0)
            patch.setattr(module, "select_keys", lambda *_: "SELECT * FROM t LIMIT 0")
            assert found(spark, ref, [(1, "a")]) == [(1, "a", 1)]
