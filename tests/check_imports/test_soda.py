from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.check_imports.reading import checks, differences, imported, reasons


def soda(directory: Path, *lines: str) -> Any:
    return imported(directory, "\n".join(["checks for t:", *(f"  {line}" for line in lines)]))


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("row_count > 0", {"min": 1}),
        ("row_count >= 5", {"min": 5}),
        ("row_count < 5", {"max": 4}),
        ("row_count = 5", {"min": 5, "max": 5}),
        ("row_count between 5 and 9", {"min": 5, "max": 9}),
        ("row_count between (5 and 9]", {"min": 6, "max": 9}),
        ("row_count != 0", {"min": 1}),
    ],
)
def test_a_threshold_is_bounds(tmp_path: Path, text: str, bounds: dict[str, int]) -> None:
    assert checks(soda(tmp_path, f"- {text}")) == [{"check": "row_count", **bounds}]


@pytest.mark.parametrize(
    ("warn", "fail", "expected"),
    [
        (None, "when > 9", [{"max": 9}]),
        ("when > 5", None, [{"max": 5, "on_fail": "warn"}]),
        ("when > 5", "when > 9", [{"max": 9, "warn": {"max": 5}}]),
        ("when between 5 and 9", "when > 9", [{"max": 9, "warn": {"max": 4}}]),
        ("when between 5 and 9", "when < 5", [{"min": 5, "warn": {"min": 10}}]),
        (None, "when not between 5 and 9", [{"min": 5, "max": 9}]),
        (None, "when = 0", [{"min": 1}]),
    ],
)
def test_severities_are_bounds(tmp_path: Path, warn: str | None, fail: str | None, expected: Any) -> None:
    lines = [f"    {key}: {text}" for key, text in (("warn", warn), ("fail", fail)) if text]
    found = checks(soda(tmp_path, "- distinct_count(a):", *lines))
    assert found == [{"check": "distinct_count", "column": "a", **one} for one in expected]


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("missing values: [x]", {"check": "not_in_set", "values": ["x"], "on_null": "fail"}),
        ("missing regex: ^-$", {"check": "expression", "expression": "NOT (a RLIKE '^-$')", "on_null": "fail"}),
    ],
)
def test_other_missing_values_are_checked(tmp_path: Path, below: str, expected: dict[str, Any]) -> None:
    (check,) = checks(soda(tmp_path, "- missing_count(a) = 0:", f"    {below}"))
    assert check == {"column": "a", "on_fail": "fail", **expected}


def test_missing_values_are_not_invalid(tmp_path: Path) -> None:
    lines = ["- invalid_count(a) = 0:", "    valid values: [x]", "    missing values: ['-']"]
    (check,) = checks(soda(tmp_path, *lines))
    assert (check["check"], check["where"]) == ("in_set", "a NOT IN ('-')")


def test_null_is_invalid_when_it_is_included(tmp_path: Path) -> None:
    lines = ["- invalid_count(a) = 0:", "    valid values: [x]", "    include null: true"]
    assert checks(soda(tmp_path, *lines))[0]["on_null"] == "fail"


def test_a_configuration_holds_for_all_checks_of_a_column(tmp_path: Path) -> None:
    text = "configurations for t: {valid values for a: [x]}\nchecks for t: [invalid_count(a) = 0]"
    assert checks(imported(tmp_path, text))[0]["values"] == ["x"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("invalid_count(a) = 0", "it does not say which values are valid"),
        ("missing_count(a)", "it has no threshold"),
        ("missing_count(a) ~ 5", "the threshold '~ 5' is not understood"),
        ("row_count != 5", "values on both sides of a gap cannot be bounds"),
        ("freshness(a) > 1d", "'freshness' takes the greatest age only"),
        ("freshness(a, now) < 1d", "'freshness' knows the time of the run only"),
        ("???", "it is not understood"),
        ("wonder(a) < 5", "no check of Lakesmith says the same"),
        ("{missing_count(a) = 0: {colour: red}}", "'colour' has no counterpart"),
        ("{failed rows: {fail query: SELECT 1 FROM other}}", "its query does not read 't' by name"),
        ("schema", "it says neither 'fail' nor 'warn'"),
    ],
)
def test_it_is_said_why_a_check_is_not_imported(tmp_path: Path, text: str, reason: str) -> None:
    found = soda(tmp_path, f"- {text}")
    assert (found.tables, reasons(found)) == ((), [reason])


def test_a_limit_of_several_checks_together_is_not_imported(tmp_path: Path) -> None:
    lines = ["- invalid_count(a) < 5:", "    valid min: 0", "    valid regex: ^1"]
    assert reasons(soda(tmp_path, *lines)) == ["its limit counts the rows of several checks together"]


def test_a_filter_of_a_part_of_the_table_is_a_where(tmp_path: Path) -> None:
    text = (
        "filter t [day]: {where: d > 1}\nchecks for t [day]: [missing_count(a) = 0]\nchecks for u [x]: [row_count > 0]"
    )
    found = imported(tmp_path, text)
    assert checks(found)[0]["where"] == "d > 1"
    assert reasons(found) == ["there is no filter 'x' of the table"]


def test_old_freshness_is_freshness(tmp_path: Path) -> None:
    assert checks(soda(tmp_path, "- freshness using a < 1d")) == [
        {"check": "freshness", "column": "a", "max_age": "1d", "on_null": "fail"}
    ]


def contract(directory: Path, check: str, *, column: bool = True) -> Any:
    if column:
        return imported(directory, f"dataset: a/b/t\ncolumns:\n  - name: a\n    checks:\n      - {check}\n")
    return imported(directory, f"dataset: a/b/t\nchecks:\n  - {check}\n")


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("missing:", {"check": "not_null", "column": "a", "on_fail": "fail"}),
        ("missing: {threshold: {must_be_less_than: 5}}", {"check": "null_count", "column": "a", "max": 4}),
        (
            "missing: {threshold: {metric: percent, must_be_less_than_or_equal: 5, level: warn}}",
            {"check": "null_share", "column": "a", "max": "5 %", "on_fail": "warn"},
        ),
        (
            "invalid: {valid_values: [x], threshold: {metric: percent, must_be_less_than_or_equal: 0.5}}",
            {"check": "in_set", "column": "a", "values": ["x"], "threshold": {"fail": "0.5 %"}, "on_fail": "fail"},
        ),
        (
            "duplicate: {threshold: {must_be_less_than: 5}}",
            {"check": "sql", "query": "SELECT count(a) - count(DISTINCT a) FROM {table}", "max": 4},
        ),
        (
            "aggregate: {function: sum, threshold: {must_be: 5}}",
            {"check": "sum", "column": "a", "min": 5, "max": 5},
        ),
    ],
)
def test_a_check_of_a_contract(tmp_path: Path, check: str, expected: dict[str, Any]) -> None:
    (made,) = checks(contract(tmp_path, check))
    assert made == expected


def test_freshness_of_a_contract_is_in_whole_units(tmp_path: Path) -> None:
    text = "freshness: {column: a, threshold: {must_be_less_than_or_equal: 1.5}}"
    (check,) = checks(contract(tmp_path, text, column=False))
    assert check["max_age"] == "90m"


def test_rows_are_expected_by_default(tmp_path: Path) -> None:
    assert checks(contract(tmp_path, "row_count:", column=False)) == [{"check": "row_count", "min": 1}]


def test_optional_columns_need_others(tmp_path: Path) -> None:
    text = "dataset: t\ncolumns: [{name: a}, {name: b, optional: true}]\nchecks: [{schema: %s}]"
    assert reasons(imported(tmp_path, text % "{}")) == ["'schema' has no optional columns, unless it allows others"]
    (check,) = checks(imported(tmp_path, text % "{allow_extra_columns: true}"))
    assert check["column_types"] == {"a": None}


def test_a_share_below_a_bound_is_not_none(tmp_path: Path) -> None:
    lines = ["- invalid_percent(a) < 1:", "    valid values: [x]"]
    assert checks(soda(tmp_path, *lines))[0]["threshold"] == {"fail": "1 %"}


def test_plain_values_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    found = soda(
        tmp_path,
        "- invalid_count(c) = 0:",
        "    valid min: 010",
        "    valid max: 0o100",
        "- invalid_count(d) = 0:",
        "    valid values: [on, no, 010]",
    )
    assert checks(found)[0]["min"] == 10
    assert checks(found)[0]["max"] == 64
    assert checks(found)[1]["values"] == ["on", "no", 10]


def test_a_reference_of_several_columns_says_what_is_not_counted(tmp_path: Path) -> None:
    found = soda(tmp_path, "- values in (a, b) must exist in customers (c, d)")
    assert checks(found)[0]["where"] == "a IS NOT NULL AND b IS NOT NULL"
    assert any("NULL in some of the columns" in reason for reason in differences(found))


@pytest.mark.parametrize("metric", ["sum(a)", "avg(a)", "max(a)", "percentile(a, 0.5)", "avg_length(a)"])
def test_a_number_that_may_be_negative_and_must_not_be_zero_has_no_bounds(tmp_path: Path, metric: str) -> None:
    found = soda(tmp_path, f"- {metric} != 0", f"- {metric}:", "    fail: when = 0")
    assert not found.tables
    assert len(reasons(found)) == 2
    assert all("values on both sides of a gap" in reason for reason in reasons(found))
