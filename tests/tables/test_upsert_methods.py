"""Which way a batch is upserted, and that each way gives the rows of a MERGE."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.observe.plans import delta_metrics
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.plan_upsert import UpsertPlan, plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import replace_all, upsert
from lakesmith.testing import frame

DDL = "id int, p string, _seq int"
PLAIN = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}
BY_PART = {**PLAIN, "key_implies": ["p"], "partition_by": ["p"]}
IGNORE = {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore"}
NO_VECTORS = {"delta.enableDeletionVectors": "false"}
BEFORE = [(1, "a", 1), (2, None, 1), (3, "/ = %", 1), (None, "a", 1)]


def spec(write: dict[str, Any], properties: dict[str, str] | None = None) -> Table:
    return Table.model_validate({"from": "bronze.a", "write": write, "properties": properties or {}})


def written(
    spark: SparkSession, path: Path, table: Table, before: Sequence[tuple[Any, ...]], rows: DataFrame, ddl: str = DDL
) -> tuple[UpsertPlan, DataFrame]:
    """Upsert as a run does; return the plan and the table."""
    ref = TableRef("silver.a", str(path / "t"))
    replace_all(frame(spark, ddl, before).coalesce(1), ref, table, CommitId("test", 1, "d"))
    plan = plan_upsert(rows, ref, table)
    if plan.method == "merge":
        upsert(rows, ref, table, plan.touched.predicate(ref.sql_name))
    else:
        replace_keys(rows, ref, CommitId("test", 2, "e", {"plan": plan.to_metadata()}), plan)
    return plan, ref.load(spark)


def upserted(
    spark: SparkSession, path: Path, table: Table, before: Sequence[tuple[Any, ...]], rows: DataFrame, ddl: str = DDL
) -> tuple[UpsertPlan, list[tuple[Any, ...]]]:
    """Upsert as a run does; return the plan and the table's rows."""
    plan, found = written(spark, path, table, before, rows, ddl)
    return plan, sorted((tuple(row) for row in found.collect()), key=str)


def test_partition_values_that_directories_cannot_show(spark: SparkSession, tmp_path: Path) -> None:
    rows = frame(spark, DDL, [(2, None, 2), (3, "/ = %", 2), (4, "/ = %", 1), (1, "a", 0)])
    plan, found = upserted(spark, tmp_path, spec(BY_PART), BEFORE, rows)
    assert plan.method == "replace_where"
    assert found == sorted([(1, "a", 1), (2, None, 2), (3, "/ = %", 2), (4, "/ = %", 1), (None, "a", 1)], key=str)


@pytest.mark.parametrize(
    ("new", "method", "why"),
    [
        ([(9, "a", 1)], "append_new", ""),
        ([(1, "b", 2)], "merge", "rows change, and the table has no deletion vectors"),
    ],
)
def test_a_table_without_deletion_vectors(
    spark: SparkSession, tmp_path: Path, new: list[tuple[Any, ...]], method: str, why: str
) -> None:
    plan, found = upserted(spark, tmp_path, spec(PLAIN, NO_VECTORS), BEFORE, frame(spark, DDL, new))
    assert (plan.method, plan.why) == (method, why)
    assert found == sorted([*(row for row in BEFORE if row[0] != new[0][0]), *new], key=str)


def test_rows_that_are_there_stay_when_they_are_to_be_ignored(spark: SparkSession, tmp_path: Path) -> None:
    ddl = "id int, p string"
    before = [(1, "a"), (None, "b")]
    rows = frame(spark, ddl, [(1, "other"), (None, "other"), (2, "new")])
    plan, found = upserted(spark, tmp_path, spec(IGNORE), before, rows, ddl)
    assert (plan.method, plan.counts["numTargetRowsInserted"], plan.all_win) == ("append_new", 1, False)
    assert found == sorted([*before, (2, "new")], key=str)


def test_nan_and_both_zeros_are_merged_as_one_key_each(spark: SparkSession, tmp_path: Path) -> None:
    ddl = "id double, p string, _seq int"
    before = [(math.nan, "a", 1), (0.0, "b", 1), (1.5, "c", 1)]
    rows = frame(spark, ddl, [(math.nan, "x", 2), (-0.0, "y", 2)])
    plan, found = upserted(spark, tmp_path, spec(PLAIN), before, rows, ddl)
    assert (plan.method, plan.why) == ("merge", "a key column has values without a literal of their own")
    assert sorted(row[1] for row in found) == ["c", "x", "y"]


def test_a_tie_of_rows_with_maps_is_decided_by_their_entries(spark: SparkSession, tmp_path: Path) -> None:
    ddl = "id int, p string, m map<string,int>, _seq int"
    before = [(1, "a", {"x": 1}, 1), (2, "a", {"x": 1}, 1)]
    rows = frame(spark, ddl, [(1, "a", {"x": 1}, 1), (2, "a", {"x": 2}, 1)])
    plan, found = upserted(spark, tmp_path, spec(PLAIN), before, rows, ddl)
    assert (plan.method, found) == ("replace_where", [before[0], (2, "a", {"x": 2}, 1)])


def test_a_key_that_is_no_text_is_merged(spark: SparkSession, tmp_path: Path) -> None:
    rows = spark.sql("SELECT CAST(X'FF61' AS STRING) AS id, 'x' AS p, 2 AS _seq")
    plan, found = written(spark, tmp_path, spec(PLAIN), [("a", "a", 1)], rows, "id string, p string, _seq int")
    # Arrow takes no such text over Spark Connect.
    assert (plan.method, {row[0] for row in found.select(F.hex("id")).collect()}) == ("merge", {"61", "FF61"})


def test_a_key_that_is_no_text_is_found_in_the_table(spark: SparkSession, tmp_path: Path) -> None:
    ref, rows = (
        TableRef("silver.a", str(tmp_path / "t")),
        spark.sql("SELECT CAST(id AS STRING) AS id, 'x' AS p, 2 AS _seq FROM VALUES (X'FF61'), (X'62') AS t(id)"),
    )
    replace_all(rows.withColumn("_seq", F.lit(1)), ref, spec(PLAIN), CommitId("test", 1, "d"))
    for few in (True, False):
        touched = find_touched(rows, ["id", "p"], few=few)
        assert (set(touched.values), ref.load(spark).filter(touched.predicate()).count()) == ({"p"}, 2)
    upsert(rows, ref, spec(PLAIN), plan_upsert(rows, ref, spec(PLAIN)).touched.predicate(ref.sql_name))
    assert [row["_seq"] for row in ref.load(spark).select("_seq").collect()] == [2, 2]


@pytest.mark.parametrize(("seq", "a"), [(1, 5), (6, 6)])
def test_text_is_never_taken_for_a_variable(spark: SparkSession, tmp_path: Path, seq: int, a: int) -> None:
    before, rows = [("x", "p", 1), ("a", "p", 5)], [("x${y}", "p", 1), ("${env:HOME}", "p", 1), ("a", "p", seq)]
    ddl = "id string, p string, _seq int"
    _, found = upserted(spark, tmp_path, spec(PLAIN), before, frame(spark, ddl, rows), ddl)
    assert {*found} == {("${env:HOME}", "p", 1), ("a", "p", a), ("x", "p", 1), ("x${y}", "p", 1)}


def test_a_row_without_what_its_key_implies_is_found(spark: SparkSession, tmp_path: Path) -> None:
    rows = frame(spark, DDL, [(1, "new", 2)])
    _, found = upserted(spark, tmp_path, spec({**PLAIN, "key_implies": ["p"]}), [(1, None, 1)], rows)
    assert found == [(1, "new", 2)]


def test_a_year_that_python_does_not_know_is_merged(spark: SparkSession, tmp_path: Path) -> None:
    rows = spark.sql("SELECT CAST('+12026-01-01' AS DATE) AS id, 'x' AS p, 2 AS _seq")
    ref = TableRef("silver.a", str(tmp_path / "t"))
    rows.withColumn("_seq", rows["_seq"] - 1).write.format("delta").save(ref.location)
    plan = plan_upsert(rows, ref, spec(PLAIN))
    assert plan.method == "merge"
    upsert(rows, ref, spec(PLAIN), plan.touched.predicate(ref.sql_name))
    assert [row["_seq"] for row in ref.load(spark).select("_seq").collect()] == [2]


@pytest.mark.parametrize(("method", "done"), [("merge", "merge"), ("replace_where", "replace_where")])
def test_the_method_that_the_spec_names(spark: SparkSession, tmp_path: Path, method: str, done: str) -> None:
    plan, found = upserted(spark, tmp_path, spec({**PLAIN, "method": method}), BEFORE, frame(spark, DDL, [(9, "z", 1)]))
    assert plan.method == done
    assert found == sorted([*BEFORE, (9, "z", 1)], key=str)


def test_a_method_that_a_batch_cannot_have_is_a_merge_that_says_why(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lakesmith.tables.upsert.plan_upsert.MAX_KEYS", 1)
    rows = frame(spark, DDL, [(9, "z", 1), (1, "b", 2)])
    plan, found = upserted(spark, tmp_path, spec({**PLAIN, "method": "replace_where"}), BEFORE, rows)
    assert plan.to_metadata() == {"method": "merge", "why": "more than 1 keys", "expected": {"files": 1}}
    assert found == sorted([*BEFORE[1:], (1, "b", 2), (9, "z", 1)], key=str)


def test_a_plan_expects_what_its_commit_does(spark: SparkSession, tmp_path: Path) -> None:
    rows = frame(spark, DDL, [(9, "z", 1), (1, "b", 2)])
    plan, _ = upserted(spark, tmp_path, spec(PLAIN), BEFORE, rows)
    commit = newest_commits(spark, TableRef("silver.a", str(tmp_path / "t")), 1)[0]
    assert commit.metadata["plan"] == plan.to_metadata()
    assert (plan.expected["rows"], plan.expected["files"]) == (2, 1)
    assert delta_metrics(commit.metrics)["rows"] == 2


def test_ten_thousand_partitions_are_bounded_by_few_ranges(spark: SparkSession) -> None:
    rows = spark.range(10_000).selectExpr("CAST(id AS int) AS id", "CAST(id * 7 AS int) AS day")
    text = find_touched(rows, ["id", "day"]).sql()
    assert text.count(" OR ") <= 30
    assert rows.filter(text).count() == 10_000


@pytest.mark.parametrize(("partitions", "keys"), [(50, 2500), pytest.param(10_000, 10_000, marks=pytest.mark.prove)])
def test_more_partitions_than_literals_can_name(
    spark: SparkSession, tmp_path: Path, partitions: int, keys: int
) -> None:
    """Two heaps of partitions, with one between them that the batch does not touch."""
    ddl, gap = "id int, p int, _seq int", 10 * partitions
    place = {key: key % partitions + (gap if key % partitions >= partitions // 2 else 0) for key in range(keys)}
    rows = frame(spark, ddl, [(key, p, 2) for key, p in place.items()])
    before = [(0, place[0], 1), (1, place[1], 3), (-1, gap // 2, 1), (keys, None, 1)]
    plan, found = upserted(spark, tmp_path, spec(BY_PART), before, rows, ddl)
    assert (plan.method, plan.why) == ("merge", "more than 2000 keys")
    ranges = plan.touched.ranges("p")
    assert len(ranges) <= 16 and not any(low <= gap // 2 <= high for low, high in ranges)
    kept = {1: (1, place[1], 3), -1: before[2], keys: before[3]}
    assert {row[0]: row for row in found} == {key: (key, p, 2) for key, p in place.items()} | kept
    assert len(found) == keys + 2
