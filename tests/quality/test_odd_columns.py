"""Each check has a defined outcome on columns of any type, and at the extremes of their values."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.quality.gate import tag
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.model import Table
from lakesmith.spec.model.checks import check_from
from tests.quality.measuring import NOON, results

COLUMNS = {
    "st": "named_struct('a', 1)",
    "ar": "array(1, NULL)",
    "ma": "map('a', 1)",
    "va": "parse_json('{\"a\": 1}')",
    "bi": "x'00ff'",
    "de": "cast('12345678901234567890123456789.012345678' AS decimal(38,9))",
    "da": "date'9999-12-31'",
    "ol": "date'0001-01-01'",
    "ts": "timestamp'9999-12-31 23:59:59.999999'",
    "nt": "cast('0001-01-01 00:00:00' AS timestamp_ntz)",
    "bo": "true",
    "te": "repeat('x', 1000000)",
    "no": "cast(NULL AS int)",
    "iv": "interval '1' day",
}
ROW_CHECKS: list[dict[str, Any]] = [
    {"check": "not_null"}, {"check": "not_blank"}, {"check": "between", "min": 0}, {"check": "in_set", "values": [1]},
    {"check": "not_in_set", "values": ["a"]}, {"check": "regex", "pattern": "a"}, {"check": "length", "max": 5},
    {"check": "matches_format", "format": "json"}, {"check": "parses_as", "type": "date"}, {"check": "not_in_future"},
    {"check": "compare", "operator": "<=", "other": "de"},
]  # fmt: skip
FREE = [
    "null_count", "null_share", "sum", "mean", "stddev", "median", "distinct_count", "minimum", "maximum", "outlier_share",
]  # fmt: skip
PAID: list[dict[str, Any]] = [
    {"check": "unique_share"}, {"check": "most_frequent_share"}, {"check": "entropy"},
    {"check": "null_share_per_group", "by": ["bo"]}, {"check": "decreases", "order_by": ["bo"]},
    {"check": "time_gaps", "longest": "1d"},
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(spark: SparkSession) -> DataFrame:
    values = ", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())
    nulls = spark.sql(f"SELECT {values}")
    empty = nulls.selectExpr(*(f"if(false, {name}, NULL) AS {name}" for name in COLUMNS))
    return nulls.unionByName(empty).coalesce(1)


def test_a_check_of_rows_judges_or_cannot_be_made(odd: DataFrame) -> None:
    made = [
        check_from({"id": f"{name}_{i}", "column": name, **check})
        for name in COLUMNS
        for i, check in enumerate(ROW_CHECKS)
    ]
    rules = resolve(compile_rules(Table(from_="bronze.orders", checks=tuple(made)), dict(odd.dtypes), NOON), odd)
    assert len(odd.transform(tag(rules)).select("_gate").collect()) == 2
    unmade = {rule.id for rule in rules if rule.error}
    assert {"st_2", "va_2", "bi_2", "iv_2", "de_8", "ts_8", "de_9", "te_10", "da_10", "st_10"} <= unmade
    assert {"de_2", "da_9", "te_6", "no_0", "de_10"}.isdisjoint(unmade)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_check_of_a_batch_measures_or_cannot_be_made(odd: DataFrame, rows: int) -> None:
    checks = [{"check": name, "column": column, "max": _most(name, column)} for name in FREE for column in COLUMNS]
    found = results(odd.limit(rows), *checks)
    assert {one.status for one in found} <= {"pass", "fail", "error"}
    errors = {
        (check["check"], check["column"]) for check, one in zip(checks, found, strict=True) if one.status == "error"
    }
    assert {("mean", "st"), ("median", "da"), ("minimum", "ma"), ("distinct_count", "va")} <= errors
    measured = {("null_count", "va"), ("null_share", "ma"), ("sum", "de"), ("distinct_count", "te"), ("maximum", "ts")}
    assert measured.isdisjoint(errors)


@pytest.mark.parametrize("column", ["st", "ma", "de", "da", "no"])
def test_a_check_of_the_table_measures_or_cannot_be_made(odd: DataFrame, column: str) -> None:
    found = results(odd, *({"column": column, "max": 1, **check} for check in PAID))
    assert {one.status for one in found} <= {"pass", "fail", "error"}
    expected = {"st": 2, "ma": 5, "de": 1, "da": 0, "no": 1}
    assert sum(one.status == "error" for one in found) == expected[column]


def test_a_sum_that_no_decimal_holds_cannot_be_made(spark: SparkSession) -> None:
    df = spark.sql("SELECT cast(repeat('9', 38) AS decimal(38,0)) AS n FROM range(11)")
    (found,) = results(df, {"check": "sum", "column": "n", "max": 5})
    assert (found.status, found.message) == ("error", "the sum has more than 38 digits")


def test_a_wide_table_is_measured(spark: SparkSession) -> None:
    wide = spark.range(3).selectExpr(*(f"id + {i} AS c{i}" for i in range(300)))
    found = results(wide, *({"check": "null_count", "column": f"c{i}", "max": 0} for i in range(300)))
    assert {one.status for one in found} == {"pass"}


def _most(check: str, column: str) -> Any:
    if check in ("minimum", "maximum"):
        kinds = {
            "da": "9999-12-31",
            "ol": "9999-12-31",
            "ts": "9999-12-31 23:59:59.999999",
            "nt": "2024-01-01 00:00:00",
        }
        return kinds.get(column, "a" if column == "te" else 1)
    return 1
