from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.check_imports.reading import checks, differences, imported, reasons

NULL, SET = "expect_column_values_to_not_be_null", "expect_column_values_to_be_in_set"
UNIQUE, COMPOUND = "expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"
OWN = "great_expectations__experimental__"


def suite(directory: Path, *expectations: dict[str, Any]) -> Any:
    return imported(directory, json.dumps({"name": "t", "expectations": list(expectations)}), "suite.json")


def one(directory: Path, kind: str, **kwargs: Any) -> dict[str, Any]:
    (check,) = checks(suite(directory, {"type": kind, "kwargs": kwargs}))
    return check


@pytest.mark.parametrize(
    ("condition", "parser", "where"),
    [
        ('col("a") == "x"', OWN, "a = 'x'"),
        ('col("a").notNull()', "great_expectations", "a IS NOT NULL"),
        ('col("order") >= 2.5', OWN, "`order` >= 2.5"),
        ('col("a") > date("2024-01-31")', OWN, "a > date'2024-01-31'"),
        ("a > 1 AND b", "spark", "a > 1 AND b"),
        ({"type": "nullity", "column": {"name": "a"}, "is_null": True}, None, "a IS NULL"),
        (
            {
                "type": "and",
                "conditions": [
                    {"type": "comparison", "column": {"name": "a"}, "operator": "NOT_IN", "parameter": [1, 2]},
                    {
                        "type": "comparison",
                        "column": {"name": "a"},
                        "operator": "==",
                        "parameter": {"name": "b"},
                    },
                ],
            },
            None,
            "(a NOT IN (1, 2)) AND (a = b)",
        ),
    ],
)
def test_a_row_condition_is_a_where(tmp_path: Path, condition: Any, parser: str | None, where: str) -> None:
    check = one(tmp_path, NULL, column="id", row_condition=condition, condition_parser=parser)
    assert check["where"] == where


@pytest.mark.parametrize(
    ("condition", "parser"),
    [("a > 1", "pandas"), ('col("a") ~ 3', OWN), ({"type": "magic"}, None), ("a > 1", None)],
)
def test_a_condition_that_is_not_sql_is_not_imported(tmp_path: Path, condition: Any, parser: str | None) -> None:
    kwargs = {"column": "id", "row_condition": condition, "condition_parser": parser}
    found = suite(tmp_path, {"type": NULL, "kwargs": kwargs})
    assert found.tables == ()
    assert "row_condition" in reasons(found)[0]


@pytest.mark.parametrize(
    ("mostly", "severity", "threshold", "on_fail"),
    [
        (1.0, None, None, "fail"),
        (0.95, "critical", {"fail": "5 %"}, "fail"),
        (0.999, "warning", {"warn": "0.1 %"}, "warn"),
        (1, "info", None, "warn"),
    ],
)
def test_mostly_is_a_threshold(
    tmp_path: Path, mostly: float, severity: str | None, threshold: Any, on_fail: str
) -> None:
    given = {"type": NULL, "kwargs": {"column": "id", "mostly": mostly}, "severity": severity}
    (check,) = checks(suite(tmp_path, given))
    assert (check.get("threshold"), check["on_fail"]) == (threshold, on_fail)


def test_a_share_of_values_is_said_to_be_one_of_rows(tmp_path: Path) -> None:
    kwargs = {"column": "a", "value_set": [1], "mostly": 0.9}
    found = suite(tmp_path, {"type": SET, "kwargs": kwargs}, {"type": NULL, "kwargs": {"column": "a", "mostly": 0.9}})
    assert differences(found) == ["the share is of all rows, not of the rows that are checked"]


def test_uniqueness_leaves_out_null_where_it_may_be(tmp_path: Path) -> None:
    unique = {"type": UNIQUE, "kwargs": {"column": "id"}}
    given = {"type": NULL, "kwargs": {"column": "id"}}
    assert checks(suite(tmp_path, unique)) == [{"check": "unique_share", "column": "id", "min": 1}]
    assert checks(suite(tmp_path, unique, given))[0] == {"check": "unique", "columns": ["id"]}


@pytest.mark.parametrize(
    ("ignored", "where"),
    [
        ("all_values_are_missing", " WHERE a IS NOT NULL OR b IS NOT NULL"),
        ("any_value_is_missing", " WHERE a IS NOT NULL AND b IS NOT NULL"),
    ],
)
def test_compound_keys_leave_out_rows_without_values(tmp_path: Path, ignored: str, where: str) -> None:
    check = one(tmp_path, COMPOUND, column_list=["a", "b"], ignore_row_if=ignored)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {{table}}{where} GROUP BY a, b HAVING count(*) > 1)"
    assert check == {"check": "sql", "query": query, "max": 0}


def test_compound_keys_that_ignore_nothing_are_unique(tmp_path: Path) -> None:
    check = one(tmp_path, COMPOUND, column_list=["a", "b"], ignore_row_if="never")
    assert check == {"check": "unique", "columns": ["a", "b"]}


@pytest.mark.parametrize(
    ("kind", "kwargs", "expression"),
    [
        ("expect_column_values_to_be_null", {"column": "a"}, "a IS NULL"),
        ("expect_column_pair_values_to_be_equal", {"column_A": "a", "column_B": "b"}, "a <=> b"),
        (
            "expect_multicolumn_sum_to_equal",
            {"column_list": ["a", "b"], "sum_total": 5},
            "(coalesce(a, 0) + coalesce(b, 0) = 5) OR (a IS NULL AND b IS NULL)",
        ),
        (
            "expect_select_column_values_to_be_unique_within_record",
            {"column_list": ["a", "b", "c"], "ignore_row_if": "any_value_is_missing"},
            "a != b AND a != c AND b != c",
        ),
        (
            "expect_column_values_to_match_regex_list",
            {"column": "a", "regex_list": ["x", "y"], "match_on": "all"},
            "a RLIKE 'x' AND a RLIKE 'y'",
        ),
        ("expect_column_values_to_match_like_pattern", {"column": "a", "like_pattern": "a%"}, "a LIKE 'a%'"),
    ],
)
def test_what_has_no_own_check_is_an_expression(
    tmp_path: Path, kind: str, kwargs: dict[str, Any], expression: str
) -> None:
    assert one(tmp_path, kind, **kwargs)["expression"] == expression


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"type": SET, "kwargs": {"column": "a"}}, "it has no 'value_set'"),
        ({"type": SET, "kwargs": {"column": "a", "value_set": []}}, "'value_set' is empty"),
        ({"type": NULL, "kwargs": {"column": "a", "sometimes": 1}}, "'sometimes' has no counterpart"),
        ({"type": NULL, "kwargs": {"column": "a"}, "severity": "mild"}, "severity 'mild' has no counterpart"),
        ({"type": NULL, "kwargs": []}, "its arguments are no map"),
        (
            {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3, "mostly": 0.5}},
            "a limit of rows has no counterpart for 'row_count'",
        ),
        (
            {"type": "expect_column_values_to_be_of_type", "kwargs": {"column": "a", "type_": "int64"}},
            "'int64' is no type of Spark",
        ),
        (
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "a", "min_value": 1, "max_value": "9"}},
            "max: 'min' and 'max' are of different kinds, text and number",
        ),
    ],
)
def test_it_is_said_why_an_expectation_is_not_imported(tmp_path: Path, given: dict[str, Any], reason: str) -> None:
    found = suite(tmp_path, given)
    assert (found.tables, reasons(found)) == ((), [reason])


def test_expectations_that_are_no_list_are_listed(tmp_path: Path) -> None:
    found = imported(tmp_path, '{"expectations": {}}', "suite.json")
    assert reasons(found) == ["the expectations are no list"]
