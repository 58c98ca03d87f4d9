from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.check_imports.reading import checks, differences, imported, reasons


def dbt(directory: Path, *tests: str, column: str = "a") -> Any:
    lines = ["models:", "  - name: t", "    columns:", f"      - name: {column}", "        data_tests:"]
    return imported(directory, "\n".join([*lines, *(f"          - {one}" for one in tests)]))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("{}", {"on_fail": "fail"}),
        ("{severity: warn}", {"on_fail": "warn"}),
        ("{error_if: '>10'}", {"on_fail": "fail", "threshold": {"warn": "0 rows", "fail": "10 rows"}}),
        ("{error_if: '>=10', warn_if: '>2'}", {"on_fail": "fail", "threshold": {"warn": "2 rows", "fail": "9 rows"}}),
        ("{warn_if: '>2'}", {"on_fail": "fail"}),
        ("{severity: warn, warn_if: '> 1', error_if: '>2'}", {"on_fail": "warn", "threshold": {"warn": "1 row"}}),
        ("{where: b > 1, tags: [x]}", {"on_fail": "fail", "where": "b > 1"}),
    ],
)
def test_a_config_is_a_threshold(tmp_path: Path, config: str, expected: dict[str, Any]) -> None:
    found = dbt(tmp_path, f"not_null: {{config: {config}}}")
    assert checks(found) == [{"check": "not_null", "column": "a", **expected}]


def test_settings_beside_the_arguments_are_read(tmp_path: Path) -> None:
    (check,) = checks(dbt(tmp_path, "not_null: {severity: warn, where: b > 1}"))
    assert (check["on_fail"], check["where"]) == ("warn", "b > 1")


def test_a_limit_of_repeated_values_is_a_query(tmp_path: Path) -> None:
    (check,) = checks(dbt(tmp_path, "unique: {config: {severity: error, error_if: '>5'}}"))
    assert (check["check"], check["max"], check["warn"]) == ("sql", 5, {"max": 0})


def test_orphans_are_counted(tmp_path: Path) -> None:
    (check,) = checks(
        dbt(tmp_path, "relationships: {to: ref('Customers'), field: id, config: {error_if: '>5', warn_if: '>1'}}")
    )
    assert (check["table"], check["max"], check["warn"]) == ("silver.customers", 5, {"max": 1})
    assert check["where"] == "a IS NOT NULL"


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("not_null: {config: {error_if: '<5'}}", "the condition '<5' has no counterpart"),
        ("not_null: {config: {fail_calc: sum(n)}}", "'fail_calc' has no counterpart"),
        ("not_null: {config: {limit: 5}}", "'limit' has no counterpart"),
        ("accepted_values: {values: '{{ var(\"x\") }}'}", "'values' is a template, whose value is not known"),
        ("accepted_values: {values: [a, b], quote: false}", "values that are SQL have no counterpart"),
        ("relationships: {to: x, field: id}", "'x' is no reference to a model"),
        ("dbt_utils.recency: {field: a, datepart: month, interval: 1}", "'freshness' knows no 'month'"),
        (
            "dbt_utils.recency: {field: a, datepart: day, interval: 1, config: {error_if: '>1'}}",
            "'freshness' gives no number of failures",
        ),
        (
            "dbt_expectations.expect_column_max_to_be_between: {min_value: current_date}",
            "'min_value' is SQL, a bound is a value",
        ),
        (
            "dbt_expectations.expect_column_mean_to_be_between: {min_value: 1, group_by: [b]}",
            "'group_by' has no counterpart",
        ),
        (
            "dbt_expectations.expect_column_values_to_match_regex: {regex: x, flags: i}",
            "'flags' has no counterpart",
        ),
        ("{a: 1, b: 2}", "it is no test"),
        ("7", "it is no test"),
    ],
)
def test_it_is_said_why_a_test_is_not_imported(tmp_path: Path, test: str, reason: str) -> None:
    found = dbt(tmp_path, test)
    assert (found.tables, reasons(found)) == ((), [reason])


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("dbt_utils.accepted_range: {min_value: 0, max_value: 9}", {"check": "between", "min": 0, "max": 9}),
        ("dbt_utils.accepted_range: {max_value: b}", {"check": "expression", "expression": "a <= b"}),
        ("dbt_utils.expression_is_true: {expression: '> 0'}", {"check": "expression", "expression": "a > 0"}),
        ("dbt_utils.not_empty_string", {"check": "expression", "expression": "trim(a) != ''"}),
        ("dbt_utils.not_null_proportion: {at_least: 0.5, at_most: 0.9}", {"min": "10 %", "max": "50 %"}),
        ("dbt_expectations.expect_column_distinct_count_to_be_greater_than: {value: 2}", {"min": 3}),
        ("dbt_expectations.expect_column_max_to_be_between: {max_value: \"'2024-01-31'\"}", {"max": "2024-01-31"}),
        (
            "dbt_expectations.expect_column_pair_values_A_to_be_greater_than_B: {column_A: a, column_B: b}",
            {"check": "compare", "operator": ">"},
        ),
    ],
)
def test_tests_of_packages(tmp_path: Path, test: str, expected: dict[str, Any]) -> None:
    column = "" if "pair" in test else "a"
    text = f"models:\n  - name: t\n    data_tests:\n      - {test}\n"
    found = dbt(tmp_path, test) if column else imported(tmp_path, text)
    (check,) = checks(found)
    assert {key: check[key] for key in expected} == expected


def test_numbers_that_dbt_takes_as_text_are_said(tmp_path: Path) -> None:
    found = dbt(tmp_path, "accepted_values: {values: [1]}", "accepted_values: {values: [2], quote: false}")
    assert differences(found) == ["dbt compares text with the column; quote the values if it holds text"]


def test_tests_of_versions_are_imported(tmp_path: Path) -> None:
    text = "models:\n  - {name: t, versions: [{v: 1, columns: [{name: a, data_tests: [not_null]}]}]}"
    found = imported(tmp_path, text)
    assert found.tables[0].table == "t"
    assert len(checks(found)) == 1


def test_what_should_be_a_list_is_said(tmp_path: Path) -> None:
    found = imported(tmp_path, "models:\n  - {name: t, columns: {a: 1}, tests: not_null}")
    assert [(one.what, one.reason) for one in found.not_imported] == [
        ("columns", "it is no list"),
        ("tests", "it is no list"),
    ]


@pytest.mark.parametrize(
    ("freshness", "expected"),
    [
        ("{warn_after: {count: 6, period: hour}}", [("6h", "warn")]),
        (
            "{warn_after: {count: 6, period: hour}, error_after: {count: 1, period: day}}",
            [("1d", None), ("6h", "warn")],
        ),
    ],
)
def test_freshness_of_a_source(tmp_path: Path, freshness: str, expected: list[tuple[str, str | None]]) -> None:
    text = f"sources:\n  - {{name: s, loaded_at_field: at, tables: [{{name: t, freshness: {freshness}}}]}}"
    assert [(one["max_age"], one.get("on_fail")) for one in checks(imported(tmp_path, text))] == expected


@pytest.mark.parametrize(("match_on", "differs"), [("", True), (", match_on: any", True), (", match_on: all", False)])
def test_a_list_of_patterns_of_which_one_may_match(tmp_path: Path, match_on: str, differs: bool) -> None:
    test = "dbt_expectations.expect_column_values_to_not_match_like_pattern_list"
    arguments = f"{{like_pattern_list: ['a%', 'b%']{match_on}}}"
    text = f"models:\n  - name: t\n    columns:\n      - name: a\n        tests:\n          - {test}: {arguments}"
    found = imported(tmp_path, text)
    assert len(checks(found)) == 1
    assert any("one of the patterns" in reason for reason in differences(found)) is differs


def test_a_measure_of_no_value_passes_as_in_dbt(tmp_path: Path) -> None:
    test = "dbt_expectations.expect_column_mean_to_be_between: {min_value: 1}"
    text = f"models:\n  - name: t\n    columns:\n      - name: a\n        tests:\n          - {test}"
    assert checks(imported(tmp_path, text)) == [{"check": "mean", "column": "a", "min": 1}]
