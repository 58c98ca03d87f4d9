from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import PASSES
from lakesmith.errors import StepError
from lakesmith.sketches.bloom import bloom_build
from lakesmith.sketches.bloom_sizing import Shape
from lakesmith.sketches.stored_filter import StoredFilter
from lakesmith.testing import frame
from lakesmith.transforms.joins.bloom import (
    JoinEstimates,
    anti_join_bloom,
    estimate_join,
    join_bloom,
    semi_join_bloom,
)
from lakesmith.transforms.joins.large.bloom_choice import OF_THIS, BloomKnown, choose_bloom
from lakesmith.transforms.joins.spark_limits import SparkLimits
from tests.transforms.joins.reference import joined, rows_of

HOWS = ("inner", "left", "semi", "anti")
NAN = float("nan")
OF_OTHER_SIDE = JoinEstimates(1000, 10, 1000, 10, 5)
OF_THIS_SIDE = JoinEstimates(10, 1000, 10, 1000, 5)


def thinned(other: DataFrame, on: list[str], how: str, **options: Any):
    step = {"semi": semi_join_bloom, "anti": anti_join_bloom}.get(how)
    return step(other=other, on=on, **options) if step else join_bloom(other=other, on=on, how=how, **options)


LEFT = [*[(n, n) for n in range(20)], (1, 99), (None, 98)]
RIGHT = [(1, 1), (1, 2), (5, 3), (77, 4), (None, 5)]


def sides(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    return frame(spark, "k int, id int", LEFT), frame(spark, "k bigint, v int", RIGHT)


@pytest.fixture
def no_broadcast(spark: SparkSession):
    """Let Spark broadcast nothing by itself."""
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    yield
    spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("options", [{}, {"expected_keys": 1, "fpr": 0.9}], ids=["cap", "full filter"])
def test_each_join_gives_the_rows_of_the_plain_one(spark: SparkSession, how: str, options: dict[str, Any]) -> None:
    left, right = sides(spark)
    assert rows_of(left.transform(thinned(right, ["k"], how, **options))) == joined(LEFT, RIGHT, how)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("estimates", [OF_OTHER_SIDE, OF_THIS_SIDE], ids=["of other", "of this side"])
def test_the_filter_may_be_of_either_side(
    spark: SparkSession, no_broadcast: None, how: str, estimates: JoinEstimates
) -> None:
    left, right = sides(spark)
    planned = thinned(right, ["k"], how, estimates=estimates)
    assert planned.choice.method == "Bloom filter"
    assert rows_of(left.transform(planned)) == joined(LEFT, RIGHT, how)


@pytest.mark.parametrize("how", ["left", "anti"])
def test_empty_sides_and_keys_of_nothing_but_null(spark: SparkSession, how: str) -> None:
    nulls = [(None, 1)]
    for one, two in [(LEFT, nulls), (LEFT, []), ([], RIGHT), (nulls, RIGHT)]:
        left, right = frame(spark, "k int, id int", one), frame(spark, "k int, v int", two)
        assert rows_of(left.transform(thinned(right, ["k"], how))) == joined(one, two, how)


@pytest.mark.parametrize("how", ["inner", "anti"])
def test_nan_and_zeros_are_compared_as_spark_does(spark: SparkSession, how: str) -> None:
    left, right = [(NAN, 1), (-0.0, 2), (0.0, 3), (1.5, 4)], [(NAN, 1), (0.0, 2)]
    frames = frame(spark, "f double, id int", left), frame(spark, "f double, v int", right)
    assert rows_of(frames[0].transform(thinned(frames[1], ["f"], how))) == joined(left, right, how)


def test_null_safe_keys_match_null(spark: SparkSession) -> None:
    left, right = sides(spark)
    kept = left.transform(semi_join_bloom(other=right, on=["k"], null_safe=True))
    assert sorted(row.id for row in kept.collect()) == [1, 5, 98, 99]
    others = left.transform(anti_join_bloom(other=right, on=["k"], null_safe=True))
    assert others.filter("id IN (1, 5, 98, 99)").count() == 0


def test_a_filter_of_several_shards_is_exact(spark: SparkSession) -> None:
    left = spark.range(2000).withColumnRenamed("id", "k")
    right = spark.range(1990, 2100).withColumnRenamed("id", "k")
    known = BloomKnown("semi_join_bloom", "semi", expected_keys=100)
    assert choose_bloom(known, SparkLimits()).shape.shards == 1
    from lakesmith.transforms.joins.large import bloom_choice

    whole = bloom_choice.shape_for
    bloom_choice.shape_for = lambda keys, fpr: Shape(whole(keys, fpr).blocks, 3)
    try:
        planned = semi_join_bloom(other=right, on=["k"], expected_keys=110)
    finally:
        bloom_choice.shape_for = whole
    assert planned.choice.estimates["shards"] > 1
    assert left.transform(planned).count() == 10


@pytest.mark.parametrize(("how", "ids"), [("semi", [1, 2]), ("anti", [2, 3])])
def test_rows_that_pass_stay(spark: SparkSession, how: str, ids: list[int]) -> None:
    left = frame(spark, f"k int, id int, {PASSES} boolean", [(1, 1, False), (2, 2, True), (3, 3, False)])
    right = frame(spark, "k int", [(1,), (1,)])
    assert sorted(row.id for row in left.transform(thinned(right, ["k"], how)).collect()) == ids


def test_wrong_keys_and_rates_are_named(spark: SparkSession) -> None:
    left, right = sides(spark)
    text = right.withColumn("k", F.col("k").cast("string"))
    with pytest.raises(StepError, match=r"LS325 .*'k' is int and string"):
        left.transform(semi_join_bloom(other=text, on=["k"]))
    with pytest.raises(StepError, match=r"LS307 .*: ID"):
        left.transform(join_bloom(other=right.withColumnRenamed("v", "ID"), on=["k"]))
    with pytest.raises(StepError, match=r"LS305 .*: nope"):
        left.transform(anti_join_bloom(other=right, on=["nope"]))
    with pytest.raises(StepError, match=r"LS306 .*rate of 2"):
        semi_join_bloom(other=right, on=["k"], fpr=2)


def test_collated_keys_are_left_to_spark(spark: SparkSession) -> None:
    left = frame(spark, "k string collate UTF8_LCASE, id int", [("A", 1), ("b", 2)])
    right = frame(spark, "k string collate UTF8_LCASE", [("a",)])
    planned = semi_join_bloom(other=right, on=["k"])
    assert planned.choice.method == "left to Spark"
    assert [row.id for row in left.transform(planned).collect()] == [1]


def test_sizes_of_both_sides_are_estimated(spark: SparkSession) -> None:
    left, right = sides(spark)
    found = estimate_join(left, right, ["k"])
    assert found == JoinEstimates(21, 4, 20, 3, 2, row_bytes=16, other_row_bytes=20, key_bytes=16)
    assert estimate_join(left.limit(0), right.limit(0), ["k"]).matching == 0.0
    collated = frame(spark, "k string collate UTF8_LCASE", [])
    assert estimate_join(collated, collated, ["k"]) is None


LARGE = JoinEstimates(10**9, 10**7, 10**8, 10**6, 10**5, row_bytes=200, other_row_bytes=50, key_bytes=16)


@pytest.mark.parametrize(("how", "estimates", "options", "reason"), [
    ("semi", LARGE, {}, "it refuses about 100 % of the keys of the larger side"),
    ("semi", JoinEstimates(10**9, 10**4, 10**8, 10**4, 10, key_bytes=16), {}, "`other` is sent to every worker"),
    ("inner", JoinEstimates(10**4, 10**9, 10**4, 10**8, 10, 16, 16, 16), {}, "this side is sent to every worker"),
    ("left", JoinEstimates(10**4, 10**9, 10**4, 10**8, 10, 16, 16, 16), {}, "it refuses about 100 %"),
    ("semi", JoinEstimates(10**8, 10**7, 10**6, 10**6, 9 * 10**5, 200, 50, 16), {}, "most keys match"),
    ("anti", JoinEstimates(10**9, 10**9, 10**8, 10**8, 10**5, 200, 50, 16), {}, "the filter would have 42 shards"),
    ("anti", None, {"strange": "string collate X"}, "equal keys of type string collate X"),
    ("anti", None, {"expected_keys": 1000}, "no sizes are known, and it is to hold 1,000 keys"),
])  # fmt: skip
def test_what_decides(how: str, estimates: JoinEstimates | None, options: dict[str, Any], reason: str) -> None:
    plan = choose_bloom(BloomKnown("step", how, estimates, **options), SparkLimits())
    assert reason in plan.choice.why
    assert plan.is_built == (reason.startswith(("it refuses", "no sizes")))


def test_a_runtime_filter_of_spark_wins_where_it_plans_one() -> None:
    limits = SparkLimits(broadcast=-1, creation=10**9, application=10**9)
    sizes = {"how": "semi", "estimates": LARGE}
    filtered = BloomKnown("step", **sizes, other_filtered=True)
    assert choose_bloom(filtered, limits).choice.why == "Spark plans a runtime filter of its own"
    assert choose_bloom(BloomKnown("step", **sizes), limits).is_built
    anti = BloomKnown("step", "anti", LARGE, other_filtered=True)
    assert choose_bloom(anti, limits).is_built


def test_the_filter_is_of_the_side_with_fewer_keys() -> None:
    limits = SparkLimits(broadcast=-1)
    few_here = choose_bloom(BloomKnown("step", "anti", OF_THIS_SIDE), limits)
    assert few_here.of == OF_THIS
    assert few_here.shape.blocks < choose_bloom(BloomKnown("step", "anti", LARGE), limits).shape.blocks


@pytest.mark.classic("reads the plan that ran")
@pytest.mark.parametrize("how", HOWS)
def test_one_exchange_for_each_side(spark: SparkSession, no_broadcast: None, how: str) -> None:
    left, right = sides(spark)
    after = left.transform(thinned(right, ["k"], how))
    after.collect()
    plan = after._jdf.queryExecution().executedPlan().toString().split("Initial Plan")[0]
    assert "SortAggregate" not in plan
    assert "BroadcastNestedLoopJoin" not in plan
    assert "CartesianProduct" not in plan
    assert plan.count("Exchange hashpartitioning(_key_0") == 1
    assert plan.count("Exchange hashpartitioning(_on_0") == 1


@pytest.mark.classic("reads the plan that ran")
@pytest.mark.parametrize("how", HOWS)
def test_what_the_filter_refuses_enters_no_exchange(spark: SparkSession, no_broadcast: None, how: str) -> None:
    left, right = sides(spark)
    after = left.transform(thinned(right, ["k"], how))
    after.collect()
    plan = after._jdf.queryExecution().executedPlan().toString().split("Initial Plan")[0]
    exchange = plan.index("Exchange hashpartitioning(_key_0")
    # A plan is read from its end: what stands below an operator runs before it.
    assert "_stored_block" not in plan[:exchange]
    assert "_stored_block" in plan[exchange:]


PAIRS = [(1, "b", 1), (2, "a", 2), (None, "b", 3), (4, None, 4)]
KNOWN_PAIRS = [("b", 1), ("b", None), ("c", 4)]


def stored_of(rows: DataFrame, key: dict[str, str]) -> StoredFilter:
    shape = Shape(64)
    return StoredFilter(bloom_build(rows, key, shape), shape, key)


@pytest.mark.parametrize("null_safe", [False, True])
@pytest.mark.parametrize("how", HOWS)
def test_a_stored_filter_is_asked_in_place_of_a_new_one(spark: SparkSession, how: str, null_safe: bool) -> None:
    left = frame(spark, "z int, a string, id int", PAIRS)
    right = frame(spark, "a string, z bigint", KNOWN_PAIRS)
    columns = {} if how in ("semi", "anti") else {"columns": ["v"]}
    right = right.withColumn("v", F.lit(7)) if columns else right
    stored = stored_of(right, {"z": "bigint", "a": "string"})
    plain = thinned(right, ["a", "Z"], how, null_safe=null_safe, **columns)
    asked = thinned(right, ["a", "Z"], how, null_safe=null_safe, stored=stored, **columns)
    assert "stored filter" in asked.choice.why
    assert rows_of(left.transform(asked)) == rows_of(left.transform(plain))


def test_the_stored_filter_decides_what_is_joined(spark: SparkSession) -> None:
    rows = frame(spark, "k int", [(1,), (2,)])
    none_stored = stored_of(frame(spark, "k int", []), {"k": "int"})
    assert rows.transform(semi_join_bloom(other=rows, on=["k"], stored=none_stored)).count() == 0


@pytest.mark.parametrize("key", [{"id": "int"}, {"k": "string"}, {"k": "int", "id": "int"}])
def test_a_stored_filter_of_another_key_is_refused(spark: SparkSession, key: dict[str, str]) -> None:
    rows = frame(spark, "k int, id string", [(1, "a")])
    stored = StoredFilter(spark.range(0), Shape(8), key)
    with pytest.raises(StepError, match="LS306"):
        semi_join_bloom(other=rows, on=["k"], stored=stored)
