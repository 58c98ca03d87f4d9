from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.choice import PlannedJoin
from lakesmith.transforms.joins.scd2 import join_scd2
from lakesmith.transforms.joins.timed import plan_size

SIZES = [0, 2**25]
DDL = "k string, name string, valid_from int, valid_to int"
VERSIONS = [("a", "old", -5, 3), ("a", "new", 3, 8), ("a", "newest", 9, None), (None, "none", 0, None)]
LINES = [
    (1, "a", -6), (2, "a", -5), (3, "a", 2), (4, "a", 3), (4, "a", 3), (5, "a", 8), (6, "a", 9), (7, "a", None),
    (8, None, 1), (9, "b", 1),
]  # fmt: skip
NAMES = [None, "old", "old", "new", "new", None, "newest", None, None, None]


def versions(spark: SparkSession, rows: list[tuple[Any, ...]] = VERSIONS) -> DataFrame:
    return frame(spark, DDL, rows)


def lines(spark: SparkSession) -> DataFrame:
    return frame(spark, "id int, k string, at int", LINES)


@pytest.fixture(autouse=True)
def _known_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each history have 100 bytes, as Spark does not know the size of literal rows."""
    monkeypatch.setattr(plan_size, "plan_bytes", lambda df: 100)


def both_plans(other: DataFrame, **options: Any) -> list[PlannedJoin]:
    """Return the join by each of its plans."""
    joins = [join_scd2(other=other, on=["k"], at="at", broadcast_bytes=size, **options) for size in SIZES]
    assert [join.choice.method for join in joins] == ["union", "broadcast"]
    return joins


@pytest.mark.parametrize("plan", [0, 1])
def test_the_version_of_the_time_is_joined_and_rows_stay(spark: SparkSession, plan: int) -> None:
    joined = lines(spark).transform(both_plans(versions(spark))[plan])
    expected = [(*line, name) for line, name in zip(LINES, NAMES, strict=True)]
    ddl = "id int, k string, at int, name string"
    assert_df_equality(joined, frame(spark, ddl, expected), ignore_row_order=True, ignore_nullable=True)


@pytest.mark.parametrize("plan", [0, 1])
def test_inner_keeps_rows_with_a_version_and_those_that_pass(spark: SparkSession, plan: int) -> None:
    join = both_plans(versions(spark), how="inner", columns={"what": "name"})[plan]
    assert sorted(row.id for row in lines(spark).transform(join).collect()) == [2, 3, 4, 4, 6]
    passing = lines(spark).selectExpr("*", "id = 9 AS _passes").transform(join)
    assert sorted((row.id, row.what) for row in passing.collect())[-1] == (9, None)


@pytest.mark.parametrize("plan", [0, 1])
@pytest.mark.parametrize("rows", [
    [("a", "x", 1, 4), ("a", "y", 3, 5)],
    [("a", "x", 1, None), ("a", "y", 3, 5)],
    [("a", "x", 1, 4), ("a", "x", 1, 4)],
    [("a", "x", None, None), ("a", "y", 3, 5)],
])  # fmt: skip
def test_versions_that_overlap_are_an_error(spark: SparkSession, plan: int, rows: list[tuple[Any, ...]]) -> None:
    with pytest.raises(Exception, match=r"LS352 .*\"k\":\"a\""):
        lines(spark).transform(both_plans(versions(spark, rows))[plan]).collect()


@pytest.mark.parametrize("plan", [0, 1])
def test_empty_and_reversed_versions_are_valid_at_no_time(spark: SparkSession, plan: int) -> None:
    rows = [("a", "empty", 3, 3), ("a", "reversed", 4, 1), ("a", "open", None, 3), ("a", "rest", 3, None)]
    joined = lines(spark).transform(both_plans(versions(spark, rows))[plan])
    assert {row.id: row.name for row in joined.collect()} == {
        1: "open", 2: "open", 3: "open", 4: "rest", 5: "rest", 6: "rest", 7: None, 8: None, 9: None,
    }  # fmt: skip


@pytest.mark.parametrize("plan", [0, 1])
@pytest.mark.parametrize("kind", ["timestamp", "timestamp_ntz", "date"])
def test_times_before_1970_and_around_the_change_of_clocks(spark: SparkSession, plan: int, kind: str) -> None:
    begins = ["1969-12-30 00:00:00", "2026-03-29 01:00:00", "2026-10-25 02:00:00"]
    ends = [*begins[1:], None]
    rows = [("a", str(number), *times) for number, times in enumerate(zip(begins, ends, strict=True))]
    texts = frame(spark, "k string, name string, valid_from string, valid_to string", rows)
    other = texts.selectExpr("k", "name", f"CAST(valid_from AS {kind})", f"CAST(valid_to AS {kind})")
    asked = ["1969-12-29 23:59:59.999999", "1969-12-31 00:00:00", "2026-03-29 00:59:59", "2026-03-29 01:00:00"]
    rows_here = frame(spark, "k string, at string", [("a", text) for text in asked])
    here = rows_here.selectExpr("k", f"CAST(at AS {kind}) AS at")
    names = [row.name for row in here.transform(both_plans(other)[plan]).orderBy("at").collect()]
    assert names == ([None, "0", "1", "1"] if kind == "date" else [None, "0", "0", "1"])


def test_types_without_one_order_are_refused(spark: SparkSession) -> None:
    clock = spark.sql("SELECT 'a' AS k, TIMESTAMP_NTZ'2026-01-01 00:00:00' AS at")
    other = frame(spark, "k string, valid_from timestamp, valid_to timestamp, n int", [])
    with pytest.raises(StepError, match=r"LS354 .*timestamp_ntz"):
        clock.transform(join_scd2(other=other, on=["k"], at="at"))
    with pytest.raises(StepError, match=r"LS354 .*at as a time, it is string"):
        frame(spark, "k string, at string", []).transform(join_scd2(other=other, on=["k"], at="at"))
    with pytest.raises(StepError, match=r"LS355 .*valid_from and valid_to are one column"):
        join_scd2(other=other, on=["k"], at="at", valid_to="valid_from")
    with pytest.raises(StepError, match=r"LS305 .*valid_until"):
        join_scd2(other=other, on=["k"], at="at", valid_to="valid_until")


def test_what_is_taken_by_default_leaves_the_interval_out(spark: SparkSession) -> None:
    other = versions(spark).selectExpr("*", "true AS is_current", "1 AS _seq")
    assert lines(spark).transform(join_scd2(other=other, on=["k"], at="at")).columns == ["id", "k", "at", "name"]


def test_a_date_stands_for_its_midnight(spark: SparkSession) -> None:
    other = frame(spark, "k string, n int, valid_from date, valid_to date", [("a", 1, dt.date(2026, 3, 1), None)])
    here = spark.sql(
        "SELECT 'a' AS k, timestamp(t) AS at FROM VALUES ('2026-02-28 23:59:59'), ('2026-03-01 00:00:00') AS v(t)"
    )
    joined = here.transform(join_scd2(other=other, on=["k"], at="at")).orderBy("at")
    assert [row.n for row in joined.collect()] == [None, 1]
