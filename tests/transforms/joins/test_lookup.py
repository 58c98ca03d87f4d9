from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.joins.lookup import join_lookup
from lakesmith.transforms.joins.timed import plan_size

LINES = [(1, "a"), (2, "b"), (3, None), (3, None)]
CODES = [("a", "tea"), (None, "none"), (None, "again"), ("z", "zinc")]


def lines(spark: SparkSession) -> DataFrame:
    return frame(spark, "id int, k string", LINES)


def codes(spark: SparkSession, rows: list[tuple[Any, ...]] = CODES) -> DataFrame:
    return frame(spark, "k string, name string", rows)


def test_rows_stay_and_null_keys_match_nothing(spark: SparkSession) -> None:
    joined = lines(spark).transform(join_lookup(other=codes(spark), on=["k"]))
    expected = [(1, "a", "tea"), (2, "b", None), (3, None, None), (3, None, None)]
    assert_df_equality(joined, frame(spark, "id int, k string, name string", expected), ignore_row_order=True)


def test_inner_keeps_matches_and_rows_that_pass(spark: SparkSession) -> None:
    inner = join_lookup(other=codes(spark), on=["k"], how="inner")
    assert [row.id for row in lines(spark).transform(inner).collect()] == [1]
    passing = lines(spark).selectExpr("*", "id = 2 AS _passes").transform(inner)
    assert sorted((row.id, row.name) for row in passing.collect()) == [(1, "tea"), (2, None)]


@pytest.mark.parametrize("method", ["broadcast", "sort merge"])
def test_a_key_that_is_there_twice_is_named_by_each_plan(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(plan_size, "plan_bytes", lambda df: 100)
    twice = codes(spark, [("a", "tea"), ("a", "tree")])
    join = join_lookup(other=twice, on=["k"], broadcast_bytes=100 if method == "broadcast" else 0)
    assert join.choice.method == method
    with pytest.raises(Exception, match=r"LS353 .*\"k\":\"a\""):
        lines(spark).transform(join).collect()


def test_a_promise_saves_the_check(spark: SparkSession) -> None:
    twice = codes(spark, [("a", "tea"), ("a", "tree")])
    joined = lines(spark).transform(join_lookup(other=twice, on=["k"], is_unique=True))
    assert joined.filter("id = 1").count() == 2


def test_columns_can_get_other_names(spark: SparkSession) -> None:
    joined = lines(spark).transform(join_lookup(other=codes(spark), on=["K"], columns={"what": "NAME"}))
    assert joined.columns == ["id", "k", "what"]


@pytest.mark.classic("reads the plan")
def test_a_side_is_sent_only_when_it_is_known_to_be_small(spark: SparkSession) -> None:
    small = spark.range(10).withColumnRenamed("id", "k")
    large = spark.range(10**9).withColumnRenamed("id", "k")
    assert join_lookup(other=small, on=["k"]).choice.method == "broadcast"
    assert join_lookup(other=large, on=["k"]).choice.method == "sort merge"
    # The estimate alone may be wrong.
    assert join_lookup(other=large, on=["k"], rows=10).choice.method == "adaptive"
    assert join_lookup(other=small, on=["k"], rows=10**9).choice.method == "sort merge"


def test_keys_of_other_types_and_options_out_of_range_are_refused(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS325 .*'id' is int and string"):
        lines(spark).transform(join_lookup(other=frame(spark, "id string, n int", []), on=["id"]))
    collated = spark.sql("SELECT 'a' COLLATE UTF8_LCASE AS k, 1 AS n")
    with pytest.raises(StepError, match=r"LS325 .*collate UTF8_LCASE"):
        lines(spark).transform(join_lookup(other=collated, on=["k"]))
    # Spark would round 99.5 to the 100 of the longer number, and match.
    halves = frame(spark, "k decimal(10,2), n int", [(Decimal("99.50"), 1)])
    hundred = frame(spark, "k decimal(38,0)", [(Decimal(100),)])
    with pytest.raises(StepError, match=r"LS325 .*'k' is decimal\(38,0\) and decimal\(10,2\)"):
        hundred.transform(join_lookup(other=halves, on=["k"]))
    with pytest.raises(StepError, match=r"LS355 .*rows is -1.*"):
        join_lookup(other=codes(spark), on=["k"], rows=-1)
    with pytest.raises(StepError, match=r"LS305 .*nope"):
        join_lookup(other=codes(spark), on=["nope"])


def test_names_that_are_there_twice_are_refused(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS307 .*: ID"):
        lines(spark).transform(join_lookup(other=frame(spark, "k string, ID int", []), on=["k"]))
    both = codes(spark).selectExpr("*", "1 AS NAME")
    with pytest.raises(StepError, match=r"LS307 .*the other side has two columns of one name: name"):
        lines(spark).transform(join_lookup(other=both, on=["k"], columns=["name"]))


def test_empty_sides_and_odd_names(spark: SparkSession) -> None:
    empty = codes(spark, [])
    assert [row.name for row in lines(spark).transform(join_lookup(other=empty, on=["k"])).collect()] == [None] * 4
    assert lines(spark).limit(0).transform(join_lookup(other=codes(spark), on=["k"])).count() == 0
    odd = frame(spark, "`a.b` int, `c d` int", [(1, 2)])
    other = frame(spark, "`a.b` int, `e.f` int", [(1, 3)])
    assert odd.transform(join_lookup(other=other, on=["a.b"])).collect() == [(1, 2, 3)]
