from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import PASSES
from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.skewed import HotKeys, find_hot_keys, join_skewed

NAN = float("nan")
HOWS = ("inner", "left", "right", "full", "semi", "anti")
SPARK = {"semi": "left_semi", "anti": "left_anti"}


def plain(left: DataFrame, right: DataFrame, on: list[str], how: str, null_safe: bool = False) -> list[str]:
    """Join by Spark, the key of the result merged as by USING, and return the rows as sorted texts."""
    renamed = right.select(*[F.col(name).alias(f"r_{name}" if name in on else name) for name in right.columns])
    conditions = [
        left[name].eqNullSafe(renamed[f"r_{name}"]) if null_safe else left[name] == renamed[f"r_{name}"] for name in on
    ]
    joined = left.join(renamed, conditions, SPARK.get(how, how))
    if how in ("right", "full"):
        keys = {name: F.coalesce(name, f"r_{name}") for name in on}
        joined = joined.select(
            *[keys.get(name, F.col(name)).alias(name) for name in joined.columns if not name.startswith("r_")]
        )
    return texts(joined.select(*[name for name in joined.columns if not name.startswith("r_")]))


def texts(df: DataFrame) -> list[str]:
    return sorted(repr([0.0 if value == 0.0 else value for value in row]) for row in df.collect())


def salted(left: DataFrame, right: DataFrame, on: list[str], how: str, **options: Any) -> list[str]:
    return texts(left.transform(join_skewed(other=right, on=on, how=how, min_rows=1, partitions=4, **options)))


def sides(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    """Key 1 is hot on the left, 2 on the right, 3 on both; 4 and 5 have no match; some keys are NULL."""
    left = [(1, n) for n in range(9)] + [(3, 10 + n) for n in range(7)] + [(2, 20), (4, 21), (None, 22), (None, 23)]
    right = [(2, n) for n in range(9)] + [(3, 10 + n) for n in range(8)] + [(1, 20), (5, 21), (None, 22)]
    return frame(spark, "k int, id int", left), frame(spark, "k int, v int", right)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("null_safe", [False, True])
def test_each_join_gives_the_rows_of_the_plain_one(spark: SparkSession, how: str, null_safe: bool) -> None:
    left, right = sides(spark)
    expected = plain(left, right, ["k"], how, null_safe)
    assert salted(left, right, ["k"], how, null_safe=null_safe) == expected


@pytest.mark.parametrize("how", HOWS)
def test_declared_keys_that_are_not_there_change_nothing(spark: SparkSession, how: str) -> None:
    left, right = sides(spark)
    expected = plain(left, right, ["k"], how)
    assert salted(left, right, ["k"], how, hot_keys=[1, 4, 5, 99], other_hot_keys=[2, 4, 5, 98, None]) == expected


@pytest.mark.parametrize("how", HOWS)
def test_nan_zeros_and_widths_are_compared_as_spark_does(spark: SparkSession, how: str) -> None:
    floats = [NAN, NAN, NAN, -0.0, -0.0, 0.0, 1.5, None]
    left = frame(spark, "k double, n int, id int", [(value, 1, place) for place, value in enumerate(floats)])
    right = frame(spark, "k double, n bigint, v int", [(0.0, 1, 1), (NAN, 1, 2), (2.5, 1, 3), (None, 1, 4)])
    expected = plain(left, right, ["k", "n"], how)
    assert salted(left, right, ["k", "n"], how) == expected
    assert salted(left, right, ["k", "n"], how, hot_keys=[[NAN, 1], [-0.0, 1]], other_hot_keys=[]) == expected


@pytest.mark.parametrize("how", ["inner", "full", "anti"])
def test_collated_text_is_compared_by_its_collation(spark: SparkSession, how: str) -> None:
    left = frame(spark, "k string collate UTF8_LCASE, id int", [("A", 1), ("a", 2), ("A", 3), ("b", 4)])
    right = frame(spark, "k string collate UTF8_LCASE, v int", [("a", 1), ("C", 2)])
    expected = [row.lower() for row in plain(left, right, ["k"], how)]
    assert [row.lower() for row in salted(left, right, ["k"], how)] == expected
    assert [row.lower() for row in salted(left, right, ["k"], how, hot_keys=["a", "A"])] == expected


@pytest.mark.parametrize("how", HOWS)
def test_empty_sides_and_keys_of_nothing_but_null(spark: SparkSession, how: str) -> None:
    left = frame(spark, "k int, id int", [(None, 1), (None, 2)])
    right = frame(spark, "k int, v int", [(None, 1)])
    for one, two in [(left, right), (left.limit(0), right), (left, right.limit(0))]:
        assert salted(one, two, ["k"], how) == plain(one, two, ["k"], how)


@pytest.mark.parametrize("how", HOWS)
def test_one_key_only(spark: SparkSession, how: str) -> None:
    left = frame(spark, "k int, id int", [(1, place) for place in range(6)])
    right = frame(spark, "k int", [(1,)] * 3)
    assert salted(left, right, ["k"], how) == plain(left, right, ["k"], how)


def test_a_table_is_joined_with_itself(spark: SparkSession) -> None:
    left, _ = sides(spark)
    other = left.withColumnRenamed("id", "v")
    assert salted(left, other, ["k"], "full") == plain(left, other, ["k"], "full")


def test_odd_names_are_names(spark: SparkSession) -> None:
    left = frame(spark, "`a.b` int, `c d` int", [(1, 1), (1, 2)])
    right = frame(spark, "`A.B` int, `x.y` string", [(1, "x"), (2, "y")])
    joined = left.transform(join_skewed(other=right, on=["a.b"], how="full", min_rows=1))
    assert joined.columns == ["a.b", "c d", "x.y"]
    assert sorted(map(tuple, joined.fillna(0).collect())) == [(1, 1, "x"), (1, 2, "x"), (2, 0, "y")]


@pytest.mark.parametrize(("how", "ids"), [("inner", [1, 2]), ("semi", [1, 2]), ("anti", [2, 3])])
def test_rows_that_pass_stay(spark: SparkSession, how, ids: list[int]) -> None:
    left = frame(spark, f"k int, id int, {PASSES} boolean", [(1, 1, False), (2, 2, True), (3, 3, False)])
    right = frame(spark, "k int, v int", [(1, 7)])
    joined = left.transform(join_skewed(other=right, on=["k"], how=how, min_rows=1, partitions=2))
    assert sorted(row.id for row in joined.collect()) == ids


def test_keys_of_different_types_are_all_named(spark: SparkSession) -> None:
    left = frame(spark, "a int, b string, c string collate UTF8_LCASE, d int", [])
    right = frame(spark, "a string, b string, c string, d bigint", [])
    with pytest.raises(StepError, match=r"LS325 .*'a' is int and string; 'c' is string collate UTF8_LCASE and string"):
        left.transform(join_skewed(other=right, on=["a", "b", "c", "d"], columns=["a"]))


def test_columns_of_one_name_are_refused(spark: SparkSession) -> None:
    left, right = sides(spark)
    with pytest.raises(StepError, match=r"LS307 .*: k"):
        left.withColumn("id", F.lit(1)).select("*", F.lit(2).alias("K")).transform(join_skewed(other=right, on=["k"]))
    with pytest.raises(StepError, match=r"LS307 .*: v"):
        left.withColumnRenamed("id", "V").transform(join_skewed(other=right, on=["k"]))
    with pytest.raises(StepError, match=r"LS305 .*: nope"):
        left.transform(join_skewed(other=right, on=["nope"]))


def test_hot_keys_that_do_not_fit_are_all_named(spark: SparkSession) -> None:
    left, right = sides(spark)
    with pytest.raises(StepError, match=r"LS326 .*\[1, 2\] has 2 values for 1 columns; .*'x'"):
        left.transform(join_skewed(other=right, on=["k"], hot_keys=[[1, 2], "x"]))


def test_hot_keys_are_found_and_frozen(spark: SparkSession) -> None:
    left, right = sides(spark)
    days = left.withColumn("day", F.lit(dt.date(2024, 1, 2)))
    found = find_hot_keys(days, ["k", "day"], min_rows=2, partitions=2)
    assert found == HotKeys(("k", "day"), (("1", "2024-01-02"), ("3", "2024-01-02")), (9, 7), 18)
    assert find_hot_keys(left, ["k"], min_rows=2, partitions=2, most=1).values == (("1",),)
    assert find_hot_keys(left.limit(0), ["k"], min_rows=1).values == ()
    assert salted(left, right, ["k"], "full", hot_keys=find_hot_keys(left, ["k"], min_rows=2)) == plain(
        left, right, ["k"], "full"
    )


def test_a_join_says_what_it_chose(spark: SparkSession) -> None:
    _, right = sides(spark)
    lists = frame(spark, "k array<int>, v int", [])

    def choice(other: DataFrame = right, **options: Any) -> tuple[str, str]:
        chosen = join_skewed(other=other, on=["k"], **options).choice
        return chosen.method, chosen.why

    assert choice() == ("salted", "the hot keys are found as part of the plan")
    assert choice(hot_keys=[1], other_hot_keys=[]) == ("salted", "the hot keys are given")
    assert choice(hot_keys=[], other_hot_keys=[]) == ("left to Spark", "no key is hot")
    assert choice(other_rows=20) == ("left to Spark", "`other` is sent to every worker")
    assert choice(other_rows=20, how="full")[0] == "salted"
    assert choice(other_rows=10**9)[0] == "salted"
    assert choice(lists) == ("left to Spark", "keys of type array<int> have no sketch")


def test_a_join_that_is_left_to_spark_is_exact(spark: SparkSession) -> None:
    left = frame(spark, "k array<int>, id int", [([1], 1), ([2], 2), (None, 3)])
    right = frame(spark, "k array<int>, v int", [([1], 1), ([3], 3)])
    assert salted(left, right, ["k"], "full") == plain(left, right, ["k"], "full")


def ran(joined: DataFrame) -> str:
    joined.collect()
    return str(joined._jdf.queryExecution().executedPlan().toString().split("Initial Plan")[0])


@pytest.mark.classic("reads the plan that ran")
@pytest.mark.parametrize("how", HOWS)
def test_no_plan_sorts_to_aggregate_or_loops(spark: SparkSession, how) -> None:
    left, right = sides(spark)
    options = {"other": right.hint("merge"), "on": ["k"], "how": how, "partitions": 4}
    for given in ({}, {"hot_keys": [1], "other_hot_keys": [2]}):
        plan = ran(left.transform(join_skewed(**options, **given)))
        assert "SortAggregate" not in plan
        assert "BroadcastNestedLoopJoin" not in plan
        assert "CartesianProduct" not in plan
    # Each side once; the keys of a side that must be there are counted.
    plan = ran(left.transform(join_skewed(**options, hot_keys=[1], other_hot_keys=[])))
    assert plan.count("Exchange hashpartitioning(_key_0") == 1
    assert plan.count("Exchange hashpartitioning(_on_0") == 1


@pytest.mark.classic("counts the rows of each task")
def test_rows_of_a_hot_key_are_spread_evenly(spark: SparkSession) -> None:
    left = spark.range(4000).selectExpr("IF(id < 2400, 7, id) AS k", "id")
    right = spark.range(4000).selectExpr("id AS k", "id AS v")
    planned = join_skewed(
        other=right.hint("merge"), on=["k"], how="full", hot_keys=[7], other_hot_keys=[], partitions=4
    )
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    try:
        tasks = left.transform(planned).filter("k = 7").groupBy(F.spark_partition_id()).count().collect()
    finally:
        spark.conf.unset("spark.sql.adaptive.coalescePartitions.enabled")
    assert len(tasks) == 4
    assert max(row["count"] for row in tasks) < 1.15 * 600
