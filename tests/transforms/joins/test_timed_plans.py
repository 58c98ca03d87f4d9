"""What the plans of joins by time and range shuffle and sort; a nested loop or a sort aggregate fails."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.transforms.joins import as_of
from lakesmith.transforms.joins.as_of import AsOf, join_as_of, join_as_of_many
from lakesmith.transforms.joins.lookup import join_lookup
from lakesmith.transforms.joins.range import join_range
from lakesmith.transforms.joins.scd2 import join_scd2

pytestmark = pytest.mark.classic("reads the plan")
WORST = ("SortAggregate", "NestedLoop", "CartesianProduct")


def lines(spark: SparkSession) -> DataFrame:
    return spark.range(0, 1000, 1, 2).selectExpr("id", "string(id % 7) AS k", "timestamp_seconds(id) AS at")


def prices(spark: SparkSession, name: str = "price") -> DataFrame:
    return spark.range(0, 1000, 1, 2).selectExpr(
        "string(id % 7) AS k", "timestamp_seconds(id) AS at", f"string(id) AS {name}"
    )


def shape(df: DataFrame) -> dict[str, int]:
    """Count the exchanges, sorts and joins of a plan before it runs."""
    plan = df._jdf.queryExecution().executedPlan().toString()
    for word in WORST:
        assert word not in plan, plan
    words = {
        "exchanges": "Exchange hashpartitioning",
        "sorts": "Sort [",
        "sort merge": "SortMergeJoin",
        "sent": "BroadcastHashJoin",
    }
    return {name: plan.count(word) for name, word in words.items() if plan.count(word)}


def test_five_right_tables_take_one_exchange_and_one_sort(spark: SparkSession) -> None:
    tables = [AsOf(prices(spark, f"price_{number}"), max_staleness="1h") for number in range(5)]
    joined = lines(spark).transform(join_as_of_many(others=tables, on=["k"], at="at"))
    assert shape(joined) == {"exchanges": 1, "sorts": 1}


@pytest.mark.parametrize(("options", "expected"), [
    ({"direction": "forward"}, {"exchanges": 1, "sorts": 1}),
    ({"direction": "nearest"}, {"exchanges": 1, "sorts": 2}),
    ({"on_tie": "greatest"}, {"exchanges": 1, "sorts": 1}),
    ({"available_at": "at", "columns": ["price"]}, {"exchanges": 1, "sorts": 1}),
])  # fmt: skip
def test_each_direction_takes_one_exchange(spark: SparkSession, options: dict[str, Any], expected: Any) -> None:
    joined = lines(spark).transform(join_as_of(other=prices(spark), on=["k"], at="at", **options))
    assert shape(joined) == expected


def test_parts_of_a_key_use_the_exchange_of_the_rows(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_of, "ROWS_OF_A_PART", 10)
    hot: dict[str, Any] = {"hot_key_rows": 140, "hot_key_span": "1000s"}
    joined = lines(spark).transform(join_as_of(other=prices(spark), on=["k"], at="at", **hot))
    assert joined.filter("price IS NULL").count() == 7
    joined.collect()
    assert "ReusedExchange" in joined._jdf.queryExecution().executedPlan().toString()


def test_a_large_history_takes_one_exchange_and_one_sort(spark: SparkSession) -> None:
    history = prices(spark).selectExpr("k", "at AS valid_from", "at + INTERVAL 7 SECONDS AS valid_to", "price")
    large = join_scd2(other=history, on=["k"], at="at", broadcast_bytes=0)
    assert shape(lines(spark).transform(large)) == {"exchanges": 1, "sorts": 1}
    small = join_scd2(other=history, on=["k"], at="at")
    assert shape(lines(spark).transform(small)) == {"exchanges": 1, "sorts": 1, "sent": 1}


def test_the_check_of_a_large_lookup_takes_no_sort_of_its_own(spark: SparkSession) -> None:
    lookup = prices(spark).select("k", "price")
    session = spark.conf.get("spark.sql.autoBroadcastJoinThreshold")
    try:
        spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
        joined = lines(spark).transform(join_lookup(other=lookup, on=["k"], broadcast_bytes=0))
        assert shape(joined) == {"exchanges": 2, "sorts": 2, "sort merge": 1}
    finally:
        spark.conf.set("spark.sql.autoBroadcastJoinThreshold", session or "10485760b")


@pytest.mark.parametrize("how", ["inner", "left", "anti"])
def test_ranges_are_joined_by_buckets(spark: SparkSession, how: Any) -> None:
    spans = prices(spark).selectExpr("at AS b", "at + INTERVAL 7 SECONDS AS e", "price")
    join = join_range(other=spans, at="at", other_at=["b", "e"], width="7s", how=how)
    found = shape(lines(spark).transform(join))
    assert found.get("sort merge", 0) + found.get("sent", 0) >= 1
