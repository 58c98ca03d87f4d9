"""A key that implies something else than it did is an error, whichever way the batch is written."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import WriteError
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId
from lakesmith.tables.pruning import search_bounds
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.pruning.key_bounds import Touched, find_touched
from lakesmith.tables.pruning.search_bounds import without_promise
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.key_promise import refuse_broken
from lakesmith.tables.upsert.plan_upsert import plan_upsert
from lakesmith.tables.writes import replace_all
from lakesmith.testing import frame

DDL = "id int, day string, name string, _seq struct<at:int>"
WRITE = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"], "key_implies": ["day"]}
BEFORE = [(1, "2024-03-01", "a", (1,)), (2, "2024-03-02", "a", (1,)), (3, None, "a", (1,))]
MOVED = [(1, "2024-03-05", "b", (2,))]
BROKEN = "rows with id = 1 have day = 2024-03-01 and day = 2024-03-05"


def spec(**write: Any) -> Table:
    return Table.model_validate({"from": "bronze.a", "write": {**WRITE, **write}})


@pytest.fixture(scope="module")
def held(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> TableRef:
    table = TableRef("silver.a", str(tmp_path_factory.mktemp("implied") / "t"))
    replace_all(batch(spark, BEFORE), table, spec(partition_by=["day"]), CommitId("test", 1, "d"))
    return table


def batch(spark: SparkSession, rows: list[tuple[Any, ...]], deletes: bool = False) -> DataFrame:
    dated = frame(spark, DDL, rows).withColumn("day", F.col("day").cast("date"))
    return dated.withColumn("_deleted", F.lit(deletes))


@pytest.mark.parametrize("write", [{}, {"method": "merge"}, {"when_matched": "ignore"}, {"on_tie": "fail"}])
def test_another_value_than_the_table_has_is_an_error(
    spark: SparkSession, held: TableRef, write: dict[str, Any]
) -> None:
    with pytest.raises(WriteError, match=BROKEN) as raised:
        plan_upsert(batch(spark, [*MOVED, (9, "2024-03-05", "b", (2,))]), held, spec(**write))
    assert raised.value.code == "LS521"


@pytest.mark.parametrize("method", ["auto", "merge"])
def test_what_the_rows_agree_in_is_none(spark: SparkSession, held: TableRef, method: str) -> None:
    kept = batch(spark, [(1, "2024-03-01", "b", (2,)), (3, "2024-03-01", "b", (2,)), (4, None, "b", (2,))])
    assert plan_upsert(kept, held, spec(method=method)).counts.get("numTargetRowsUpdated", 2) == 2


@pytest.mark.parametrize("method", ["auto", "merge"])
def test_a_delete_may_name_its_key_only(spark: SparkSession, held: TableRef, method: str) -> None:
    plan_upsert(batch(spark, [(1, None, None, (2,))], deletes=True), held, spec(method=method))
    with pytest.raises(WriteError, match=BROKEN):
        plan_upsert(batch(spark, MOVED, deletes=True), held, spec(method=method))


@pytest.mark.parametrize("method", ["auto", "merge"])
def test_a_row_that_lacks_what_the_table_has_is_an_error(spark: SparkSession, held: TableRef, method: str) -> None:
    with pytest.raises(WriteError, match="day = 2024-03-01 and day = NULL"):
        plan_upsert(batch(spark, [(1, None, "b", (2,))]), held, spec(method=method))


def test_what_the_spec_proves_is_not_looked_up(spark: SparkSession, held: TableRef) -> None:
    made = {"with_columns": {"day": "date_add(id, 1)"}}
    proven = spec().model_copy(update={"steps": (made,)})
    assert plan_upsert(batch(spark, MOVED), held, proven).method == "append_new"


def test_rows_that_the_batch_replaces_anyway_do_not_count(spark: SparkSession, held: TableRef) -> None:
    rows = batch(spark, MOVED)
    touched = find_touched(rows, ["id", "day"])
    refuse_broken(rows, held, spec(), touched, but="day = '2024-03-01'")
    with pytest.raises(WriteError, match=BROKEN):
        refuse_broken(rows, held, spec(), touched, but="day = '2024-03-02'")


def test_of_a_big_table_another_part_is_looked_at_each_time(
    spark: SparkSession, held: TableRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = table_files(held)
    touched = find_touched(batch(spark, [(7, "2024-03-05", "b", (2,))]), ["day"])
    wide = Touched({"id": frozenset(range(9)), **touched.values}, kinds={"id": "int", "day": "date"})
    assert "day" not in without_promise(wide, ["day"], files).values
    monkeypatch.setattr(search_bounds, "MOST_ROWS", 1)
    texts = [without_promise(wide, ["day"], files, turn).sql() for turn in (0, 1)]
    days = ("2024-03-01", "2024-03-02", "2024-03-05")
    assert [[day for day in days if day in text] for text in texts] == [[days[0], days[2]], [days[1], days[2]]]
