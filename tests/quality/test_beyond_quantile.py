"""The share of values beyond a quantile of a frozen reference, on a few rows."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.quality.check_frame import check_frame
from lakesmith.spec.step_kinds.statistics import Frozen, Statistic, Value
from lakesmith.testing import frame

ORDERS = "silver.orders"
NAN, INF = float("nan"), float("inf")
OF = "version 2 of the frozen statistics of silver.orders"


def frozen(low: str, high: str, kind: str) -> dict[str, Frozen]:
    """Return quantiles 0.01 and 0.99 of column v."""
    fences = {0.01: low, 0.99: high}
    values = {Statistic("V", "quantile", rank).key: Value(text, kind) for rank, text in fences.items()}
    return {ORDERS: Frozen(ORDERS, 2, values)}


def verdict(
    spark: SparkSession, kind: str, values: list[Any], known: dict[str, Frozen], name: str = ORDERS, **check: Any
) -> tuple[str, str]:
    df = frame(spark, f"v {kind}", [(value,) for value in values])
    given = {"id": "few", "check": "outlier_share", "column": "v", "method": "quantile", "max": 0, **check}
    (found,) = check_frame(df, [given], frozen=known, name=name)
    return found.status, found.message


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({"upper": 0.99}, f"the share of outliers of v beyond quantile 0.99 of {OF} is 0.25, expected at most 0"),
        ({"lower": 0.01}, f"the share of outliers of v beyond quantile 0.01 of {OF} is 0.25, expected at most 0"),
        (
            {"lower": 0.01, "upper": 0.99},
            f"the share of outliers of v beyond quantiles 0.01 and 0.99 of {OF} is 0.5, expected at most 0",
        ),
    ],
)
def test_values_beyond_a_fence_are_counted_and_those_on_it_are_not(
    spark: SparkSession, check: dict[str, Any], message: str
) -> None:
    values = [1, 2, 9, 10, None]
    assert verdict(spark, "int", values, frozen("2", "9", "int"), **check) == ("fail", message)


@pytest.mark.parametrize(
    ("kind", "values", "fence", "beyond"),
    [
        ("bigint", [9007199254740993, 9007199254740992], ("0", "9007199254740992", "bigint"), "0.5"),
        ("int", [2, 3], ("0", "2.5", "double"), "0.5"),
        ("decimal(38,2)", [], ("0", "1.00", "decimal(38,2)"), ""),
        ("float", [0.5, 1.5, NAN, INF, -INF], ("0.0", "1.0", "float"), "0.5"),
        ("double", [None], ("0", "1", "int"), ""),
        ("tinyint", [1, 127], ("0", "300", "int"), ""),
    ],
)
def test_a_fence_is_compared_exactly(
    spark: SparkSession, kind: str, values: list[Any], fence: tuple[str, str, str], beyond: str
) -> None:
    status, message = verdict(spark, kind, values, frozen(*fence), upper=0.99)
    found = message.partition(" is ")[2].partition(",")[0]
    assert (status, found) == ("fail" if beyond else "pass", beyond)


def test_only_the_rows_of_the_condition_count(spark: SparkSession) -> None:
    known = frozen("0", "1", "int")
    assert verdict(spark, "int", [1, 5], known, upper=0.99, where="v < 5") == ("pass", "")


@pytest.mark.parametrize(
    ("known", "check", "message"),
    [
        ({}, {}, "no statistics of silver.orders are frozen: run `lakesmith quality freeze silver.orders`"),
        (
            frozen("0", "1", "int"),
            {"reference": "silver.old"},
            "no statistics of silver.old are frozen: run `lakesmith quality freeze silver.old`",
        ),
        (
            frozen("0", "1", "int"),
            {"upper": 0.9},
            f"{OF} has no quantile 0.9 of 'v': run `lakesmith quality freeze silver.orders --columns v`",
        ),
        (
            frozen("2026-01-01", "2026-01-02", "date"),
            {},
            f"the quantile 0.99 of 'v' of {OF} is date, a number expected",
        ),
        (frozen("0", "1", "int"), {"column": "w"}, "column 'w' is not there"),
    ],
)
def test_a_reference_that_is_not_there_is_an_error_with_the_next_step(
    spark: SparkSession, known: dict[str, Frozen], check: dict[str, Any], message: str
) -> None:
    given = {"upper": 0.99, **check}
    assert verdict(spark, "int", [1], known, **given) == ("error", message)


def test_rows_of_no_table_need_a_reference(spark: SparkSession) -> None:
    message = "it names no reference, and the rows are of no table"
    assert verdict(spark, "int", [1], {}, name="", upper=0.99) == ("error", message)
    named = verdict(spark, "int", [1], frozen("0", "1", "int"), name="", upper=0.99, reference=ORDERS)
    assert named == ("pass", "")


def test_it_is_measured_with_the_other_free_checks(spark: SparkSession) -> None:
    df = frame(spark, "v int", [(1,), (3,)])
    common = {"check": "outlier_share", "column": "v", "method": "quantile", "max": 0}
    checks = [{"id": "high", **common, "upper": 0.99}, {"id": "low", **common, "lower": 0.01}]
    found = check_frame(df, checks, frozen=frozen("2", "2", "int"), name=ORDERS)
    assert [one.message.partition(" is ")[2] for one in found] == ["0.5, expected at most 0"] * 2
