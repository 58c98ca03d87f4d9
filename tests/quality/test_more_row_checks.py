"""Row checks of formats, types, other columns and times, their conditions and thresholds."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.quality.gate import gate_metrics, tag
from lakesmith.quality.gate_results import gate_results
from lakesmith.quality.rule import Rule
from lakesmith.quality.rules import compile_rules, resolve
from lakesmith.spec.model import Column, Table
from lakesmith.spec.model.checks import check_from
from lakesmith.testing import frame

NOON = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)


def rules_of(columns: dict[str, str], **check: Any) -> tuple[Rule, ...]:
    made = check_from({"id": "c", **check})
    return compile_rules(Table(from_="bronze.orders", checks=(made,)), columns, NOON)


def failing(spark: SparkSession, schema: str, rows: list[Any], **check: Any) -> list[Any]:
    """Return the first values of the rows that fail."""
    df = spark.createDataFrame([row if isinstance(row, tuple) else (row,) for row in rows], schema)
    (rule,) = resolve(rules_of(dict(df.dtypes), **check), df)
    assert rule.error == ""
    return [row[0] for row in df.transform(tag([rule])).filter("_gate.r0").collect()]


FORMATS = {
    "email": (["a@example.org", "a.b+c@x-1.example", None], ["a@b", "@example.org", "a b@example.org", "a@example.org\n", ""]),
    "uuid": (["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"], ["123e4567e89b12d3a456426614174000", "x"]),
    "url": (["https://example.org", "http://[::1]:80/a?b#c", "HTTP://example.org/ä"], ["example.org", "http://", "http://a b", "mailto:a@b.c"]),
    "ipv4": (["0.0.0.0", "255.255.255.255"], ["256.1.1.1", "1.2.3", "01.2.3.4", "1.2.3.4 "]),
    "ipv6": (["::", "1:2:3:4:5:6:7:8", "fe80::1", "1::", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::"], ["1:2:3:4:5:6:7", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", ""]),
    "ip": (["1.2.3.4", "::1"], ["1.2.3", "a"]),
    "iban": (["GB82WEST12345698765432", "DE89 3704 0044 0532 0130 00", "NO9386011117947"], ["GB82WEST12345698765431", "gb82west12345698765432", "GB82", "GB82 WEST1234 5698", ""]),
    "json": (["{}", "[1, null]", "1", '"a"', "null"], ["{a: 1}", "", "[1", "1 2", "1, 2", '{"a": 1}}', "1],[2"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_formats(spark: SparkSession, name: str) -> None:
    good, bad = FORMATS[name]
    found = failing(spark, "v string", [*good, *bad], check="matches_format", column="v", format=name)
    assert found == bad


@pytest.mark.parametrize(("kind", "good", "bad"), [
    ("date", ["2024-02-29", " ", None, "2024-02-29T08:00:00Z"], ["2023-02-29", "29.2.2024", "202403"]),
    ("int", ["7", "-0", ""], ["7.5", "2147483648", "seven"]),
    ("decimal(4,2)", ["12.34"], ["123.4", "1.234"]),
])  # fmt: skip
def test_text_that_is_no_value_of_a_type(spark: SparkSession, kind: str, good: list[str], bad: list[str]) -> None:
    assert failing(spark, "v string", [*good, *bad], check="parses_as", column="v", type=kind) == bad


def test_text_of_a_format_of_time(spark: SparkSession) -> None:
    check = {"check": "parses_as", "column": "v", "type": "date", "format": "dd.MM.yyyy"}
    assert failing(spark, "v string", ["29.02.2024", "2024-02-29"], **check) == ["2024-02-29"]


def test_a_listed_value_fails(spark: SparkSession) -> None:
    values = ["n/a", "", None, "N/A"]
    assert failing(spark, "v string", values, check="not_in_set", column="v", values=["n/a", ""]) == ["n/a", ""]


@pytest.mark.parametrize(("operator", "bad"), [("<=", [3]), ("<", [2, 3]), ("=", [1, 3]), ("!=", [2])])
def test_a_value_is_compared_with_another_column(spark: SparkSession, operator: str, bad: list[int]) -> None:
    rows = [(1, 2.0), (2, 2.0), (3, 2.0), (4, None), (None, 1.0)]
    assert failing(spark, "a int, b double", rows, check="compare", column="a", operator=operator, other="b") == bad


@pytest.mark.parametrize(("check", "error"), [
    ({"other": "nope"}, "column 'nope' is not there"),
    ({"other": "c"}, "a (int) and c (array<int>) are of different kinds"),
    ({"other": "b", "where": "nope > 0"}, "nope"),
])  # fmt: skip
def test_columns_that_cannot_be_compared(spark: SparkSession, check: dict[str, Any], error: str) -> None:
    df = frame(spark, "a int, b int, c array<int>", [(1, 2, None)])
    rules = rules_of(dict(df.dtypes), **{"check": "compare", "column": "a", "operator": "<", **check})
    assert error in resolve(rules, df)[0].error


@pytest.mark.parametrize(("kind", "good", "bad"), [
    ("timestamp", ["2024-03-01 12:00:00", None, "0001-01-01 00:00:00"], ["2024-03-01 12:00:00.000001", "9999-12-31 00:00:00"]),
    ("timestamp_ntz", ["2024-03-01 12:00:00"], ["2024-03-01 12:00:01"]),
    ("date", ["2024-03-01"], ["2024-03-02"]),
])  # fmt: skip
def test_a_time_later_than_the_run_fails(spark: SparkSession, kind: str, good: list[str], bad: list[str]) -> None:
    df = spark.createDataFrame([(value,) for value in [*good, *bad]], "v string").selectExpr(
        f"cast(v AS {kind}) v", "v t"
    )
    (rule,) = rules_of({"v": kind}, check="not_in_future", column="v")
    found = df.filter(rule.failed).collect()
    assert [row.t for row in found] == bad
    (tolerant,) = rules_of({"v": kind}, check="not_in_future", column="v", tolerance="999999d")
    assert [row.t for row in df.filter(tolerant.failed).collect()] == [text for text in bad if text > "9000"]


def test_a_condition_limits_a_check_to_some_rows(spark: SparkSession) -> None:
    rows = [(None, "a"), (None, "b"), (1, "a"), (None, None)]
    bad = failing(spark, "v int, c string", rows, check="not_null", column="v", where="c = 'a'")
    assert len(bad) == 1
    thrown = failing(spark, "v int, c int", [(None, 0), (None, 1)], check="not_null", column="v", where="1 / c = 1")
    assert len(thrown) == 1


@pytest.mark.parametrize(("on_fail", "threshold", "status", "message"), [
    ("quarantine", {"fail": "10 %"}, "quarantine", "2 of 20 rows"),
    ("quarantine", {"fail": "9.9 %"}, "fail", "2 of 20 rows, more than 9.9 %"),
    ("quarantine", {"warn": "1 row", "fail": "2 rows"}, "warn", "2 of 20 rows, more than 1 row"),
    ("drop", {"fail": "1 rows"}, "fail", "2 of 20 rows, more than 1 rows"),
    ("warn", {"warn": "10 %"}, "pass", "2 of 20 rows"),
    ("warn", {"warn": "0 rows"}, "warn", "2 of 20 rows, more than 0 rows"),
    ("fail", {"fail": "2 rows"}, "pass", "2 of 20 rows"),
    ("fail", None, "fail", "2 of 20 rows"),
])  # fmt: skip
def test_the_verdict_is_by_how_many_rows_fail(
    on_fail: str, threshold: dict[str, str] | None, status: str, message: str
) -> None:
    rules = rules_of({"v": "int"}, check="not_null", column="v", on_fail=on_fail, threshold=threshold)
    (found,) = gate_results(rules, {"rows": 20, "failed_0": 2})
    assert (found.status, found.message) == (status, message)


def test_a_check_with_a_condition_replaces_no_implicit_rule(spark: SparkSession) -> None:

    check = check_from({"id": "c", "check": "not_null", "column": "v", "where": "c = 1", "on_fail": "warn"})
    table = Table(from_="bronze.orders", columns={"v": Column(type="int", nullable=False)}, checks=(check,))
    assert [rule.id for rule in compile_rules(table, {"v": "int", "c": "int"})] == ["v_given", "c"]


def test_the_gate_counts_all_rows(spark: SparkSession) -> None:
    df = frame(spark, "v int, c string", [(None, "a"), (1, "b")])
    rules = rules_of(dict(df.dtypes), check="not_null", column="v", where="c = 'b'")
    counts = df.transform(tag(rules)).agg(*gate_metrics(rules)).first().asDict()
    assert counts == {"rows": 2, "quarantined": 0, "dropped": 0, "failing": 0, "failed_0": 0}
