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
from tests.transforms.joins.reference import joined, rows_of

NAN = float("nan")
HOWS = ("inner", "left", "right", "full", "semi", "anti")
# Key 1 is hot on the left, 2 on the right, NaN on both; 4 and 5 have no match; some keys are NULL.
LEFT = [
    *[(1.0, n) for n in range(9)], *[(NAN, 10 + n) for n in range(5)], (2.0, 20), (4.0, 21), (None, 22), (None, 23),
    (-0.0, 24), (0.0, 25),
]  # fmt: skip
RIGHT = [*[(2.0, n) for n in range(9)], *[(NAN, 10 + n) for n in range(6)], (1.0, 20), (5.0, 21), (None, 22), (0.0, 23)]


def sides(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    return frame(spark, "k double, id int", LEFT), frame(spark, "k double, v int", RIGHT)


def skewed(left: DataFrame, right: DataFrame, on: list[str], how: str, **options: Any) -> list[str]:
    return rows_of(left.transform(join_skewed(other=right, on=on, how=how, min_rows=1, partitions=3, **options)))


@pytest.mark.parametrize("how", HOWS)
def test_each_join_gives_the_rows_of_the_plain_one(spark: SparkSession, how: str) -> None:
    assert skewed(*sides(spark), ["k"], how) == joined(LEFT, RIGHT, how)


@pytest.mark.parametrize("how", HOWS)
def test_rows_of_hot_keys_are_joined_by_broadcast(spark: SparkSession, how: str) -> None:
    given = {"hot_keys": [1, 4, 5, 99, None, NAN, -0.0], "other_is_unique": True}
    assert skewed(*sides(spark), ["k"], how, **given) == joined(LEFT, RIGHT, how)


@pytest.mark.parametrize("split", [{}, {"other_is_unique": True}], ids=["salted", "split"])
@pytest.mark.parametrize("how", HOWS)
def test_given_keys_that_are_not_there_change_nothing(spark: SparkSession, how: str, split: Any) -> None:
    given = {"hot_keys": [1, 4, 5, 99, None, NAN], "other_hot_keys": [2, 4, 5, 98, None, -0.0], **split}
    assert skewed(*sides(spark), ["k"], how, **given, null_safe=True) == joined(LEFT, RIGHT, how, null_safe=True)


@pytest.mark.parametrize("how", ["full", "anti"])
def test_keys_of_several_columns_and_widths(spark: SparkSession, how: str) -> None:
    left = [(7, "a", n) for n in range(6)] + [(7, None, 6), (8, "", 7)]
    right = [(7, "a", 1), (7, "b", 2), (7, None, 3), *[(8, "", n) for n in range(5)]]
    one, two = frame(spark, "k int, t string, id int", left), frame(spark, "k bigint, t string, v int", right)
    assert skewed(one, two, ["k", "t"], how) == joined(left, right, how, keys=2)


def test_collated_text_is_compared_by_its_collation(spark: SparkSession) -> None:
    left = frame(spark, "k string collate UTF8_LCASE, id int", [("A", 1), ("a", 2), ("A", 3), ("b", 4)])
    right = frame(spark, "k string collate UTF8_LCASE, v int", [("a", 5), ("C", 6)])
    expected = ["['A', 1, 5]", "['A', 3, 5]", "['C', None, 6]", "['a', 2, 5]", "['b', 4, None]"]
    assert skewed(left, right, ["k"], "full") == expected
    given = {"hot_keys": ["a", "A"], "other_hot_keys": []}
    assert skewed(left, right, ["k"], "full", **given) == expected
    assert skewed(left, right, ["k"], "full", **given, other_is_unique=True) == expected


@pytest.mark.parametrize("how", ["full", "semi", "anti"])
def test_empty_sides_and_keys_of_nothing_but_null(spark: SparkSession, how: str) -> None:
    left, right = [(None, 1), (None, 2)], [(None, 1)]
    for one, two in [(left, right), ([], right), (left, [])]:
        frames = frame(spark, "k int, id int", one), frame(spark, "k int, v int", two)
        assert skewed(*frames, ["k"], how) == joined(one, two, how)
        assert skewed(*frames, ["k"], how, other_is_unique=True) == joined(one, two, how)


def test_one_key_only(spark: SparkSession) -> None:
    left, right = [(1, n) for n in range(6)], [(1, 7), (1, 8)]
    frames = frame(spark, "k int, id int", left), frame(spark, "k int, v int", right)
    assert skewed(*frames, ["k"], "full") == joined(left, right, "full")


def test_rows_of_nothing_but_a_key(spark: SparkSession) -> None:
    keys = frame(spark, "k int", [(1,)] * 5 + [(2,)])
    assert skewed(keys, keys, ["k"], "full") == joined([(1,)] * 5 + [(2,)], [(1,)] * 5 + [(2,)], "full")


def test_a_table_is_joined_with_itself(spark: SparkSession) -> None:
    left, _ = sides(spark)
    assert skewed(left, left.withColumnRenamed("id", "v"), ["k"], "left") == joined(LEFT, LEFT, "left")


def test_odd_names_are_names(spark: SparkSession) -> None:
    left = frame(spark, "`a.b` int, `c d` int", [(1, 1), (1, 2)])
    right = frame(spark, "`A.B` int, `x.y` string", [(1, "x"), (2, "y")])
    after = left.transform(join_skewed(other=right, on=["a.b"], how="full", min_rows=1))
    assert after.columns == ["a.b", "c d", "x.y"]
    assert sorted(map(tuple, after.fillna(0).collect())) == [(1, 1, "x"), (1, 2, "x"), (2, 0, "y")]


@pytest.mark.parametrize("is_unique", [False, True], ids=["salted", "split"])
@pytest.mark.parametrize(("how", "ids"), [("inner", [1, 2]), ("semi", [1, 2]), ("anti", [2, 3])])
def test_rows_that_pass_stay(spark: SparkSession, how, ids: list[int], is_unique: bool) -> None:
    left = frame(spark, f"k int, id int, {PASSES} boolean", [(1, 1, False), (2, 2, True), (3, 3, False)])
    right = frame(spark, "k int, v int", [(1, 7)])
    given = {"hot_keys": [1, 2], "other_is_unique": is_unique}
    after = left.transform(join_skewed(other=right, on=["k"], how=how, min_rows=1, **given))
    assert sorted(row.id for row in after.collect()) == ids


def test_keys_of_different_types_are_all_named(spark: SparkSession) -> None:
    left = frame(spark, "a int, b string, c string collate UTF8_LCASE, d int", [])
    right = frame(spark, "a string, b string, c string, d bigint", [])
    with pytest.raises(StepError, match=r"LS325 .*'a' is int and string; 'c' is string collate UTF8_LCASE and string"):
        left.transform(join_skewed(other=right, on=["a", "b", "c", "d"], columns=["a"]))


def test_columns_of_one_name_are_refused(spark: SparkSession) -> None:
    left, right = sides(spark)
    with pytest.raises(StepError, match=r"LS307 .*: k"):
        left.select("*", F.lit(2).alias("K")).transform(join_skewed(other=right, on=["k"]))
    with pytest.raises(StepError, match=r"LS307 .*: v"):
        left.withColumnRenamed("id", "V").transform(join_skewed(other=right, on=["k"]))
    with pytest.raises(StepError, match=r"LS305 .*: nope"):
        left.transform(join_skewed(other=right, on=["nope"]))


def test_hot_keys_that_do_not_fit_are_all_named(spark: SparkSession) -> None:
    left, right = sides(spark)
    with pytest.raises(StepError, match=r"LS326 .*\[1, 2\] has 2 values for 1 columns; .*'x'"):
        left.transform(join_skewed(other=right, on=["k"], hot_keys=[[1, 2], "x"]))


def test_hot_keys_are_found_and_frozen(spark: SparkSession) -> None:
    left, _ = sides(spark)
    days = left.withColumn("day", F.lit(dt.date(2024, 1, 2)))
    found = find_hot_keys(days, ["k", "day"], min_rows=3, partitions=2)
    assert found == HotKeys(("k", "day"), (("1.0", "2024-01-02"), ("NaN", "2024-01-02")), (9, 5), 18)
    assert find_hot_keys(left, ["k"], min_rows=2, partitions=2, most=1).values == (("1.0",),)
    assert find_hot_keys(left.limit(0), ["k"], min_rows=1).values == ()


@pytest.mark.parametrize("how", ["right", "full"])
def test_frozen_keys_of_another_day_change_nothing(spark: SparkSession, how: str) -> None:
    stale = HotKeys(("k",), (("5.0",), ("1.0",)), (900, 50), 1000)
    assert skewed(*sides(spark), ["k"], how, hot_keys=stale, other_hot_keys=[]) == joined(LEFT, RIGHT, how)


def test_a_join_says_what_it_chose(spark: SparkSession) -> None:
    _, right = sides(spark)
    lists = frame(spark, "k array<int>, v int", [])

    def choice(other: DataFrame = right, **options: Any) -> tuple[str, str]:
        chosen = join_skewed(other=other, on=["k"], **options).choice
        return chosen.method, chosen.why

    assert choice() == ("salted", "the hot keys are found as part of the plan")
    assert choice(hot_keys=[1], other_hot_keys=[]) == ("salted", "the hot keys are given")
    assert choice(other_is_unique=True, hot_keys=[1])[0] == "split"
    assert choice(other_is_unique=True, hot_keys=[])[0] == "left to Spark"
    assert choice(hot_keys=[], other_hot_keys=[]) == ("left to Spark", "no key is hot")
    assert choice(other_rows=20) == ("left to Spark", "`other` is sent to every worker")
    assert choice(other_rows=20, how="full")[0] == "salted"
    assert choice(other_rows=10**9)[0] == "salted"
    assert choice(lists) == ("left to Spark", "keys of type array<int> have no sketch")


def test_a_join_that_is_left_to_spark_is_exact(spark: SparkSession) -> None:
    left = frame(spark, "k array<int>, id int", [([1], 1), ([2], 2)])
    right = frame(spark, "k array<int>, v int", [([1], 1), ([3], 3)])
    assert skewed(left, right, ["k"], "full") == joined([([1], 1), ([2], 2)], [([1], 1), ([3], 3)], "full")


@pytest.fixture
def no_broadcast(spark: SparkSession):
    """Let Spark broadcast nothing by itself."""
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    yield
    spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")


@pytest.mark.classic("reads the plan that ran")
@pytest.mark.parametrize("how", ["left", "full", "semi"])
def test_no_plan_sorts_to_aggregate_or_loops(spark: SparkSession, no_broadcast: None, how) -> None:
    left, right = sides(spark)
    options = {"other": right, "on": ["k"], "how": how, "min_rows": 1}
    for given in ({}, {"hot_keys": [1], "other_hot_keys": []}):
        after = left.transform(join_skewed(**options, **given))
        after.collect()
        # Subqueries within it have initial plans, too.
        plan = after._jdf.queryExecution().executedPlan().toString().split("\n+- == Initial Plan ==")[0]
        for unwanted in ("SortAggregate", "BroadcastNestedLoopJoin", "CartesianProduct"):
            assert unwanted not in plan
        exchanges = [line for line in plan.splitlines() if "Exchange hashpartitioning" in line]
        assert sum("_slot#" in line for line in exchanges) == 1
        assert sum("_slot_other#" in line for line in exchanges) == 1


@pytest.mark.classic("sees the tasks of the join")
def test_rows_of_a_hot_key_are_spread_evenly(spark: SparkSession) -> None:
    tasks = int(spark.conf.get("spark.sql.shuffle.partitions"))
    left = spark.range(4000).selectExpr("IF(id < 2400, 7, id) AS k", "id")
    right = spark.range(4000).selectExpr("id AS k", "id AS v")
    planned = join_skewed(other=right, on=["k"], how="full", hot_keys=[7], other_hot_keys=[])
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    try:
        counts = left.transform(planned).filter("k = 7").groupBy(F.spark_partition_id()).count().collect()
    finally:
        spark.conf.unset("spark.sql.adaptive.coalescePartitions.enabled")
    assert len(counts) == tasks
    assert max(row["count"] for row in counts) < 1.1 * 2400 / tasks
