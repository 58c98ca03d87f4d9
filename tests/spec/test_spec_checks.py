from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem

Load = Callable[..., list[Problem]]
SILVER, GOLD = "tables/silver/orders.yml", "tables/gold/daily.yml"
HEAD = "from: bronze.orders\n"
COLUMNS = "columns: {id: {type: bigint, source: OrderId}, amount: {type: int}, day: {type: date}}\n"
AGGREGATE = "steps: [aggregate: {by: [day], measures: {n: count(*)}}]\nwrite: {strategy: aggregate, keys: [day]}\n"


def check(text: str) -> str:
    return f"{HEAD}{COLUMNS}checks:\n  - {{id: c, {text}}}\n"


def only(found: list[Problem]) -> tuple[str, str, int, str]:
    (problem,) = found
    return problem.code, problem.file.removeprefix("conf/"), problem.line, problem.key.removeprefix("tables.")


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("check: not_null", "LS140", ""),
        ("check: not_blank", "LS140", ""),
        ("check: between, column: amount", "LS140", ""),
        ("check: between, min: 0", "LS140", ""),
        ("check: in_set, column: amount", "LS140", ""),
        ("check: in_set, column: amount, values: []", "LS140", ""),
        ("check: regex, column: id", "LS140", ""),
        ("check: length, column: id", "LS140", ""),
        ("check: expression", "LS140", ""),
        ("check: unique", "LS140", ""),
        ("check: row_count", "LS140", ""),
        ("check: freshness, column: day", "LS140", ""),
        ("check: freshness, max_age: 2d", "LS140", ""),
        ("check: not_null, column: id, min: 0", "LS140", ".min"),
        ("check: not_null, column: id, columns: [id]", "LS140", ".columns"),
        ("check: between, column: id, min: 0, values: [1]", "LS140", ".values"),
        ("check: regex, column: id, pattern: a, expression: a", "LS140", ".expression"),
        ("check: unique, columns: [id], column: id", "LS140", ".column"),
        ("check: row_count, min: 1, column: id", "LS140", ".column"),
        ("check: row_count, min: 1, max_age: 2d", "LS140", ".max_age"),
        ("check: regex, column: id, pattern: '[a-z'", "LS141", ".pattern"),
        ("check: regex, column: id, pattern: '(a'", "LS141", ".pattern"),
        ("check: regex, column: id, pattern: '*a'", "LS141", ".pattern"),
        ("check: length, column: id, min: 0.5", "LS141", ".min"),
        ("check: length, column: id, max: '3'", "LS141", ".max"),
        ("check: row_count, min: -1", "LS141", ".min"),
        ("check: row_count, max: 5 %", "LS141", ".max"),
        ("check: null_count, column: id, max: 5 %", "LS141", ".max"),
        ("check: between, column: id, min: 3, max: 2", "LS141", ".max"),
        ("check: between, column: id, min: 3, max: '5'", "LS141", ".max"),
        ("check: freshness, column: day, max_age: 2 days", "LS141", ".max_age"),
        ("check: freshness, column: day, max_age: 0h", "LS141", ".max_age"),
        ("check: unique, columns: [id], on_fail: quarantine", "LS142", ".on_fail"),
        ("check: row_count, min: 1, on_fail: drop", "LS142", ".on_fail"),
        ("check: freshness, column: day, max_age: 2d, on_fail: quarantine", "LS142", ".on_fail"),
        ("check: not_null, column: dya", "LS131", ".column"),
        ("check: cast_failed, column: dya", "LS131", ".column"),
        ("check: unique, columns: [id, dya]", "LS131", ".columns.1"),
        ("check: outlier_share, column: amount, max: 0, method: quantile", "LS140", ""),
        ("check: outlier_share, column: amount, max: 0, method: mad, upper: 0.9", "LS140", ".upper"),
        ("check: outlier_share, column: amount, max: 0, reference: silver.orders", "LS140", ".reference"),
        ("check: outlier_share, column: amount, max: 0, method: quantile, upper: 0.9, factor: 2", "LS140", ".factor"),
        ("check: outlier_share, column: amount, max: 0, method: quantile, lower: 0.9, upper: 0.9", "LS141", ".lower"),
        ("check: outlier_share, column: day, max: 0, method: quantile, upper: 0.9", "LS145", ".column"),
        (
            "check: outlier_share, column: amount, max: 0, method: quantile, upper: 0.9, reference: silver.order",
            "LS120",
            ".reference",
        ),
    ],
)
def test_each_wrong_check_has_its_place(problems: Load, text: str, code: str, key: str) -> None:
    files = {SILVER: check(text), GOLD: "from: silver.orders\n" + AGGREGATE}
    assert only(problems(files)) == (code, SILVER, 4, f"silver.orders.checks.0{key}")


@pytest.mark.parametrize(
    "text",
    [
        "check: not_null, column: id, on_fail: drop",
        "check: not_blank, column: id, on_null: skip, description: given",
        "check: between, column: amount, min: 0",
        "check: between, column: day, max: '2024-01-01', on_fail: warn",
        "check: in_set, column: amount, values: [1, 2]",
        "check: regex, column: id, pattern: '^\\p{L}++\\d$'",
        "check: length, column: id, min: 0, max: 5",
        "check: cast_failed",
        "check: cast_failed, column: day, on_fail: fail",
        "check: expression, expression: amount > id",
        "check: unique, columns: [id], on_fail: warn",
        "check: row_count, max: 10",
        "check: freshness, column: day, max_age: 90s, on_fail: fail",
        "check: outlier_share, column: amount, max: 2 %, method: quantile, upper: 1, reference: gold.daily",
    ],
)
def test_sound_checks_pass(problems: Load, text: str) -> None:
    assert problems({SILVER: check(text), GOLD: "from: silver.orders\n" + AGGREGATE}) == []


def test_a_check_id_is_used_once(problems: Load) -> None:
    two = "  - {id: c, check: not_null, column: day}\n"
    assert only(problems({SILVER: check("check: not_null, column: id") + two})) == (
        "LS143",
        SILVER,
        5,
        "silver.orders.checks.1.id",
    )


def test_cast_failed_needs_a_contract(problems: Load) -> None:
    found = problems({"tables/silver/s.yml": HEAD + "checks: [{id: c, check: cast_failed}]\n"})
    assert only(found) == ("LS140", "tables/silver/s.yml", 2, "silver.s.checks.0")


def test_without_a_contract_any_column_may_be_named(problems: Load) -> None:
    found = problems({"tables/silver/s.yml": HEAD + "checks: [{id: c, check: not_null, column: x}]\n"})
    assert found == []


def test_history_is_compared_only_where_a_strategy_appends(problems: Load) -> None:
    once = check("check: unique_across_history, columns: [id], max: 0, key_filter: {fpr: 0.01}")
    gold = {GOLD: "from: silver.orders\n" + AGGREGATE}
    assert problems({SILVER: once, **gold}) == []
    upserted = once + "write: {strategy: upsert, keys: [id], when_matched: ignore}\n"
    assert only(problems({SILVER: upserted, **gold})) == ("LS186", SILVER, 4, "silver.orders.checks.0.check")
