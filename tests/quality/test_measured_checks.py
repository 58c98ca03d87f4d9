"""Each check that measures one number, on a few rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.quality.batch_checks import batch_metrics, batch_results
from lakesmith.quality.checks.batch.evaluation import BatchScope
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from lakesmith.testing import frame
from tests.quality.measuring import NOON, results, verdict

NUMBERS = [(1, 1, "a"), (2, 2, "a"), (3, 3, None), (4, None, "b"), (5, 6, "")]


def test_numbers_of_a_batch_are_measured_together(spark: SparkSession) -> None:
    df = frame(spark, "id int, n int, c string", NUMBERS)
    found = results(
        df,
        {"check": "null_count", "column": "n", "max": 0},
        {"check": "null_share", "column": "n", "max": "19.9 %"},
        {"check": "sum", "column": "n", "max": 11},
        {"check": "mean", "column": "n", "min": 3.5},
        {"check": "stddev", "column": "n", "max": 2},
        {"check": "median", "column": "id", "min": 4},
        {"check": "quantile", "column": "id", "quantile": 0.8, "max": 3},
        {"check": "distinct_count", "column": "c", "min": 4},
        {"check": "correlation", "column": "id", "other": "n", "max": 0.5},
        {"check": "outlier_share", "column": "n", "min": "10 %", "method": "zscore", "factor": 1.5},
        {"check": "minimum", "column": "id", "min": 2},
        {"check": "maximum", "column": "c", "max": "a"},
    )
    assert [(one.status, one.message) for one in found] == [
        ("fail", "the number of NULL of n is 1, expected at most 0"),
        ("fail", "the share of NULL of n is 0.2, expected at most 19.9 %"),
        ("fail", "the sum of n is 12, expected at most 11"),
        ("fail", "the mean of n is 3, expected at least 3.5"),
        ("fail", "the standard deviation of n is 2.16025, expected at most 2"),
        ("fail", "the median of id is 3, expected at least 4"),
        ("fail", "the quantile of id is about 4 (4 to 5, KLL, 99 %), expected at most 3"),
        ("fail", "the number of different values of c is 3, expected at least 4"),
        ("fail", "the correlation of id and n is 0.993859, expected at most 0.5"),
        ("pass", ""),
        ("fail", "the minimum of id is 1, expected min 2"),
        ("fail", "the maximum of c is b, expected max a"),
    ]


@pytest.mark.parametrize(("check", "message"), [
    ({"check": "unique_share", "column": "c", "min": "60 %"}, "the share of unique values of c is 0.5, expected at least 60 %"),
    ({"check": "most_frequent_share", "column": "c", "max": 0.4}, "the share of the most frequent value of c is 0.5, expected at most 0.4"),
    ({"check": "entropy", "column": "c", "max": 1}, "the entropy of c is 1.03972, expected at most 1"),
    ({"check": "mutual_information", "column": "c", "other": "id", "max": 1}, "the mutual information of c and id is 1.03972, expected at most 1"),
    ({"check": "null_share_per_group", "column": "n", "by": ["c"], "max": 0}, "the greatest share of NULL in a group of n by c is 1, expected at most 0"),
    ({"check": "decreases", "column": "c", "order_by": ["id"], "max": 0}, "the number of decreases of c in the order of id is 1, expected at most 0"),
    ({"check": "decreases", "column": "id", "order_by": ["c"], "strict": True, "max": 0}, "the number of decreases of id in the order of c is 1, expected at most 0"),
    ({"check": "sql", "query": "SELECT count(DISTINCT c) FROM {table}", "min": 4}, "the number is 3, expected at least 4"),
    ({"check": "python", "function": "tests.quality.test_measured_checks:rows_over", "options": {"least": 3}, "max": 1}, "the number is 2, expected at most 1"),
    ({"check": "python", "function": "tests.quality.test_measured_checks:rows_over", "options": {"least": 3}, "where": "id = 5", "min": 2}, "the number is 1, expected at least 2"),
])  # fmt: skip
def test_a_number_of_the_table_is_measured(spark: SparkSession, check: dict[str, Any], message: str) -> None:
    df = frame(spark, "id int, n int, c string", NUMBERS)
    assert verdict(df, **check) == ("fail", message)


def test_two_orders_of_a_column_are_two_numbers(spark: SparkSession) -> None:
    df = frame(spark, "g int, o int, v int", [(1, 1, 5), (1, 2, 6), (2, 1, 1), (2, 2, 2)])
    check = {"check": "decreases", "column": "v", "max": 0}
    in_groups, in_all = results(df, {**check, "by": ["g"], "order_by": ["o"]}, {**check, "order_by": ["g", "o"]})
    assert (in_groups.status, in_all.status) == ("pass", "fail")


def rows_over(df: Any, least: int) -> Any:
    return df.filter(f"id > {least}").selectExpr("count(*)")


def test_a_column_may_be_named_count(spark: SparkSession) -> None:
    df = frame(spark, "count int", [(1,), (1,), (2,)])
    assert verdict(df, check="unique_share", column="count", min="60 %")[0] == "fail"
    assert verdict(df, check="entropy", column="count", max=1) == ("pass", "")


TIMES = [(1, "2024-02-29 12:00:00"), (1, "2024-03-01 12:00:00"), (1, "2024-03-03 12:00:00"), (2, "2023-01-01 00:00:00")]


@pytest.mark.parametrize(("by", "count"), [([], 2), (["id"], 1)])
def test_gaps_in_time_are_counted_by_group(spark: SparkSession, by: list[str], count: int) -> None:
    df = spark.createDataFrame(TIMES, "id int, at string").selectExpr("id", "cast(at as timestamp) at")
    found = verdict(df, check="time_gaps", column="at", longest="1d", by=by, max=0)
    assert found == ("fail", f"the number of gaps of at over 1d is {count}, expected at most 0")


@pytest.mark.parametrize(("check", "status", "message"), [
    ({"max": 5, "warn": {"max": 2}}, "warn", "the mean of n is 3, expected at most 2"),
    ({"max": 2, "warn": {"max": 1}}, "fail", "the mean of n is 3, expected at most 2"),
    ({"max": 5, "warn": {"max": 4}}, "pass", ""),
    ({"max": 2, "on_fail": "warn"}, "warn", "the mean of n is 3, expected at most 2"),
    ({"max": 2, "where": "id = 1"}, "pass", ""),
    ({"max": 2, "where": "100 / (id - 1) > 1"}, "fail", "the mean of n is 3.66667, expected at most 2"),
    ({"max": 2, "where": "id = 9"}, "pass", ""),
    ({"max": 2, "where": "id = 9", "on_null": "fail"}, "fail", "there is no mean, no row has a value"),
    ({"max": 2, "where": "nope = 9"}, "error", "its condition: "),
    ({"max": 2, "column": "nope"}, "error", "column 'nope' is not there"),
    ({"max": 2, "column": "c"}, "error", "check 'mean' needs a number, column 'c' is string"),
])  # fmt: skip
def test_severities_conditions_and_what_cannot_be_made(
    spark: SparkSession, check: dict[str, Any], status: str, message: str
) -> None:
    df = frame(spark, "id int, n int, c string", NUMBERS)
    found = verdict(df, **{"check": "mean", "column": "n", **check})
    assert found[0] == status
    assert found[1].startswith(message)
    assert bool(found[1]) == bool(message)


def test_deletes_are_not_measured(spark: SparkSession) -> None:
    df = frame(spark, "n int, _deleted boolean", [(1, False), (None, True), (90, True), (2, None)])
    checks = [
        {"check": "null_count", "column": "n", "max": 0},
        {"check": "mean", "column": "n", "max": 1.5},
        {"check": "maximum", "column": "n", "max": 2},
        {"check": "distinct_count", "column": "n", "max": 2},
    ]
    made = tuple(check_from({"id": f"c{index}", **check}) for index, check in enumerate(checks))
    scope = BatchScope(Table(from_="bronze.a", checks=made), dict(df.dtypes), NOON, df)
    metrics = df.agg(*batch_metrics(scope)).collect()[0].asDict()
    assert {one.status for one in batch_results(scope, metrics)} == {"pass"}


def test_deletes_are_not_fresh(spark: SparkSession) -> None:
    df = frame(spark, "at timestamp, _deleted boolean", [(NOON, True), (NOON - timedelta(days=9), False)])
    check = check_from({"id": "c", "check": "freshness", "column": "at", "max_age": "2d"})
    scope = BatchScope(Table(from_="bronze.a", checks=(check,)), dict(df.dtypes), NOON, df)
    metrics = df.agg(*batch_metrics(scope)).collect()[0].asDict()
    assert [one.status for one in batch_results(scope, metrics)] == ["fail"]


def test_a_frame_of_others_has_no_marks_of_deletes(spark: SparkSession) -> None:
    df = frame(spark, "n int, _deleted boolean, _emptied string", [(1, False, "Y"), (None, True, "N"), (90, True, "N")])
    found = results(
        df,
        {"check": "null_count", "column": "n", "max": 0},
        {"check": "maximum", "column": "n", "max": 2},
    )
    assert [one.message for one in found] == [
        "the number of NULL of n is 1, expected at most 0",
        "the maximum of n is 90, expected max 2",
    ]


@pytest.mark.parametrize(("kind", "value", "bound", "status"), [
    ("bigint", 9007199254740993, "9007199254740992", "fail"),
    ("bigint", 9007199254740993, "9007199254740993", "pass"),
    ("bigint", 7, "7", "pass"),
    ("decimal(30,2)", Decimal("12345678901234567.89"), "12345678901234567.88", "fail"),
    ("decimal(30,2)", Decimal("12345678901234567.89"), "12345678901234567.89", "pass"),
    ("decimal(15,2)", Decimal("1234567890123.45"), "1234567890123.45", "pass"),
])  # fmt: skip
@pytest.mark.parametrize("check", ["median", "quantile"])
def test_a_value_of_a_rank_is_not_rounded(
    spark: SparkSession, check: str, kind: str, value: Any, bound: str, status: str
) -> None:
    df = frame(spark, f"v {kind}", [(value,), (None,)])
    rank = {"quantile": 0.5} if check == "quantile" else {}
    assert verdict(df, check=check, column="v", **rank, max=bound)[0] == status


@pytest.mark.parametrize(("method", "share"), [("mad", 0.25), ("iqr", 0.0)])
def test_outliers_among_few_values_are_counted(spark: SparkSession, method: str, share: float) -> None:
    df = frame(spark, "v int", [(-11,), (2,), (0,), (5,)])
    asked = {"check": "outlier_share", "column": "v", "method": method}
    assert verdict(df, **asked, min=share, max=share) == ("pass", "")


def test_a_quartile_between_two_values_is_not_estimated(spark: SparkSession) -> None:
    value = "CASE WHEN id < 25000 THEN 0 WHEN id < 99990 THEN 10 ELSE 1000 END AS v"
    for parts in (1, 4):
        df = spark.range(0, 100_000, 1, parts).selectExpr(value)
        check = {"check": "outlier_share", "column": "v", "min": 0.0001, "max": 0.0001}
        assert verdict(df, **check) == ("pass", "")


@pytest.mark.parametrize(("check", "message"), [
    ({"check": "distinct_count", "column": "id", "min": 5001}, "the number of different values of id is 5000, expected at least 5001"),
    ({"check": "distinct_count", "column": "id", "max": 4999}, "the number of different values of id is 5000, expected at most 4999"),
    ({"check": "median", "column": "id", "max": 2498}, "the median of id is 2499, expected at most 2498"),
    ({"check": "outlier_share", "column": "id", "max": 0}, ""),
    ({"check": "outlier_share", "column": "id", "method": "zscore", "factor": 1.5, "max": 0.13}, "the share of outliers of id is 0.134, expected at most 0.13"),
    ({"check": "outlier_share", "column": "id", "method": "mad", "factor": 1, "max": 0.255}, "the share of outliers of id is 0.2586, expected at most 0.255"),
    ({"check": "outlier_share", "column": "id", "method": "iqr", "factor": 0.5, "max": "0 %"}, ""),
    ({"check": "median", "column": "id", "max": 10}, "the median of id is about "),
    ({"check": "distinct_count", "column": "id", "max": 10}, "the number of different values of id is about "),
])  # fmt: skip
def test_a_bound_within_the_error_of_a_sketch_is_decided_exactly(
    spark: SparkSession, check: dict[str, Any], message: str
) -> None:
    status, found = verdict(spark.range(5000), **check)
    assert found.startswith(message)
    assert (status, bool(found)) == ("fail" if message else "pass", bool(message))


def test_rows_that_refer_to_nothing(spark: SparkSession) -> None:
    df = frame(spark, "a int, b string", [(1, "x"), (1, "y"), (2, "x"), (None, "x"), (3, None)])
    others = frame(spark, "k int, l string", [(1, "x"), (1, "x")])
    check = {"check": "references", "columns": ["a", "b"], "table": "silver.o", "to": ["k", "l"], "max": 0}
    assert verdict(df, {"silver.o": others}, **check) == (
        "fail",
        "the number of rows without a match of a, b in silver.o is 2, expected at most 0",
    )
    assert verdict(df, {"silver.o": others}, **{**check, "to": ["k", "z"]}) == (
        "error",
        "column 'z' is not in 'silver.o'",
    )
    texts = others.selectExpr("cast(k AS string) AS k", "l")
    kinds = ("error", "a (int) and k (string) are of different kinds")
    assert verdict(df, {"silver.o": texts}, **check) == kinds
    assert verdict(df, {"silver.p": others}, **check) == ("error", "'silver.o' has not been built yet")


@pytest.mark.parametrize(("check", "message"), [
    ({"check": "sql", "query": "SELECT nope FROM {table}"}, "nope"),
    ({"check": "sql", "query": "SELECT id FROM {table}"}, "it gives 5 rows, one expected"),
    ({"check": "sql", "query": "SELECT 1, 2 FROM {table}"}, "it gives 2 columns, one expected"),
    ({"check": "sql", "query": "SELECT max(c) FROM {table}"}, "it gives a value of type string, a number expected"),
    ({"check": "sql", "query": "SELECT 1 / 0 FROM {table} LIMIT 1"}, "DIVIDE_BY_ZERO"),
    ({"check": "python", "function": "tests.nowhere:f"}, "No module named"),
])  # fmt: skip
def test_a_query_or_function_that_gives_no_number_cannot_be_made(
    spark: SparkSession, check: dict[str, Any], message: str
) -> None:
    df = frame(spark, "id int, n int, c string", NUMBERS)
    status, found = verdict(df, min=0, **check)
    assert status == "error"
    assert message in found


@pytest.mark.parametrize(("check", "message"), [
    ({"column_types": {"ID": "int", "c": None}}, ""),
    ({"column_types": {"c": "string", "id": "int"}, "ordered": True}, "the order of columns is id, c"),
    ({"column_types": {"id": "int"}, "others": False}, "column 'n' is not expected; column 'c' is not expected"),
])  # fmt: skip
def test_the_schema_of_the_rows(spark: SparkSession, check: dict[str, Any], message: str) -> None:
    df = frame(spark, "id int, n int, c string", NUMBERS)
    assert verdict(df, check="schema", **check) == ("fail" if message else "pass", message)
