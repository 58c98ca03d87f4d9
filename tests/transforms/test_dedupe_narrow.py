from __future__ import annotations

from typing import Any

import pytest
from chispa import assert_df_equality
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from lakesmith.errors import StepError
from lakesmith.testing import frame
from lakesmith.transforms.keys.dedupe import dedupe
from lakesmith.transforms.steps.problems import step_problems

NAN = float("nan")
DDL = "k string, f double, at int, d double, s string, g struct<x:double,y:string>, m map<string,int>, v string"
FLOATS = st.sampled_from([None, 0.0, -0.0, 1.0, NAN, float("inf"), float("-inf")])
TEXTS = st.sampled_from([None, "", "a", "b"])
ROWS = st.lists(
    st.tuples(
        TEXTS, FLOATS, st.sampled_from([None, 1, 2]), FLOATS, TEXTS, st.none() | st.tuples(FLOATS, TEXTS),
        st.sampled_from([None, {}, {"a": 1}, {"b": 1, "a": 2}, {"a": 2, "b": 1}]), TEXTS,
    ),
    max_size=40,
)  # fmt: skip
KEYS = st.sampled_from([["k"], ["f"], ["K", "f"], ["g"]])
ORDERS = st.lists(st.sampled_from(["at", "d", "S", "g", "m", "k"]), max_size=3, unique=True)


def kept(df: DataFrame, keys: list[str], order_by: list[str], method: str) -> list[str]:
    """Return the rows as texts; values that Spark takes for equal have one text."""
    rows = df.transform(dedupe(keys=keys, order_by=order_by, method=method)).collect()
    return sorted(repr(plain(tuple(row))) for row in rows)


def plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, dict):
        return sorted(value.items())
    return 0.0 if value == 0.0 else value


@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(ROWS, st.integers(0, 3), KEYS, ORDERS)
def test_any_rows_are_deduped_as_by_row_number(
    spark: SparkSession, rows: list[tuple[Any, ...]], copies: int, keys: list[str], order_by: list[str]
) -> None:
    df = frame(spark, DDL, rows + rows[:copies])
    assert kept(df, keys, order_by, "narrow") == kept(df, keys, order_by, "window")


def test_greatest_order_wins_and_null_loses(spark: SparkSession) -> None:
    rows = [(1, 1, "old"), (1, 2, "new"), (1, None, "null"), (2, None, "only"), (None, 1, "x"), (None, 3, "y")]
    df = frame(spark, "k int, at int, v string", rows)
    after = df.transform(dedupe(keys=["k"], order_by=["at"], method="narrow"))
    expected = frame(spark, "k int, at int, v string", [(1, 2, "new"), (2, None, "only"), (None, 3, "y")])
    assert_df_equality(after, expected, ignore_row_order=True)


def test_the_first_of_several_columns_decides_first(spark: SparkSession) -> None:
    rows = [
        (1, None, 9, 9),
        (1, 1, 5, 9),
        (1, 2, None, 9),
        (1, 2, 3, 1),
        (1, 2, 3, 2),
        (2, None, 1, 1),
        (2, None, 2, 0),
    ]
    df = frame(spark, "k int, a int, b int, c int", rows)
    after = df.transform(dedupe(keys=["k"], order_by=["a", "b", "c"], method="narrow"))
    assert sorted(after.collect()) == [(1, 2, 3, 2), (2, None, 2, 0)]


@pytest.mark.parametrize("order_by", [[], ["at"]])
def test_of_rows_that_tie_the_greatest_is_kept_once(spark: SparkSession, order_by: list[str]) -> None:
    rows = [(1, 5, "a"), (1, 5, "b"), (1, 5, "b"), (2, 5, "c"), (2, 5, "c"), (3, 5, "d")]
    df = frame(spark, "k int, at int, v string", rows)
    after = df.transform(dedupe(keys=["k"], order_by=order_by, method="narrow"))
    assert sorted(row.v for row in after.collect()) == ["b", "c", "d"]


def test_odd_names_are_names(spark: SparkSession) -> None:
    df = frame(spark, "`a.b` int, `c d` int, `_dedupe` string", [(1, 1, "x"), (1, 2, "y")])
    after = df.transform(dedupe(keys=["A.B"], order_by=["C D"], method="narrow"))
    assert_df_equality(after, frame(spark, "`a.b` int, `c d` int, `_dedupe` string", [(1, 2, "y")]))


@pytest.mark.classic("reads the plan that ran")
@pytest.mark.parametrize("order_by", [["at"], ["day", "at"]])
def test_only_keys_and_order_are_shuffled_and_nothing_is_sorted(
    spark: SparkSession, tmp_path: object, order_by: list[str]
) -> None:
    wide = spark.range(100).selectExpr(
        "id % 60 AS id", "date_from_unix_date(cast(id % 7 AS int)) AS day", "id AS at", "repeat('x', 100) AS text"
    )
    wide.write.parquet(f"{tmp_path}/wide")
    after = spark.read.parquet(f"{tmp_path}/wide").transform(dedupe(keys=["id"], order_by=order_by, method="narrow"))
    assert len(after.collect()) == 60
    ran, planned = after._jdf.queryExecution().executedPlan().toString().split("Initial Plan")
    assert "Sort" in planned
    assert "Sort" not in ran
    assert ran.count("Exchange hashpartitioning") == 1
    shuffled = ran.split("Exchange hashpartitioning")[1]
    assert "text" not in shuffled


def test_missing_names_and_unknown_methods_are_named(spark: SparkSession) -> None:
    with pytest.raises(StepError, match=r"LS305 .*: nope"):
        frame(spark, "k int", [(1,)]).transform(dedupe(keys=["k"], order_by=["nope"], method="narrow"))
    assert step_problems({"dedupe": {"keys": ["k"], "method": "narrow"}}) == []
    (problem,) = step_problems({"dedupe": {"keys": ["k"], "method": "fast"}})
    assert "method" in problem
    assert "'window' or 'narrow'" in problem
