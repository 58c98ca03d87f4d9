from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.check_imports.reading import checks, differences, imported, reasons


def dqx(directory: Path, function: str, arguments: str, more: str = "") -> Any:
    return imported(directory, f"- check: {{function: {function}, arguments: {arguments}}}\n{more}")


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("is_null", "{column: a}", {"check": "expression", "expression": "a IS NULL"}),
        ("is_not_empty", "{column: a}", {"check": "expression", "expression": "cast(a AS string) != ''"}),
        ("is_in_range", "{column: a, min_limit: '1', max_limit: 9}", {"check": "between", "min": 1, "max": 9}),
        (
            "is_in_range",
            "{column: a, min_limit: b, max_limit: b * 2}",
            {"expression": "a >= (b) AND a <= (b * 2)"},
        ),
        ("is_not_in_range", "{column: a, min_limit: 1, max_limit: 9}", {"expression": "a NOT BETWEEN 1 AND 9"}),
        ("is_not_less_than", "{column: a, limit: b + 1}", {"expression": "a >= (b + 1)"}),
        ("is_not_less_than", "{column: a, limit: b}", {"check": "compare", "operator": ">=", "other": "b"}),
        ("is_equal_to", "{column: a, value: \"'x'\"}", {"check": "in_set", "values": ["x"]}),
        ("is_not_equal_to", "{column: a, value: 2025-01-31}", {"check": "not_in_set", "values": ["2025-01-31"]}),
        ("is_unique", "{columns: [a], nulls_distinct: false}", {"check": "unique", "columns": ["a"]}),
        ("is_aggr_equal", "{column: a, aggr_type: sum, limit: 5}", {"check": "sum", "min": 5, "max": 5}),
        ("is_aggr_not_less_than", "{column: a, limit: 5}", {"check": "sql", "min": 5}),
        (
            "is_null_or_empty",
            "{column: a, trim_strings: true}",
            {"expression": "a IS NULL OR trim(cast(a AS string)) = ''"},
        ),
        ("is_valid_json", "{column: a}", {"check": "matches_format", "format": "json"}),
    ],
)
def test_a_function_is_a_check(tmp_path: Path, function: str, arguments: str, expected: dict[str, Any]) -> None:
    (check,) = checks(dqx(tmp_path, function, arguments))
    assert {key: check[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        (
            "is_in_list",
            "{column: a, allowed: [1], case_sensitive: false}",
            "'case_sensitive: false' has no counterpart",
        ),
        ("is_equal_to", "{column: a, value: 1, abs_tolerance: 0.1}", "'abs_tolerance' has no counterpart"),
        ("is_valid_uuid", "{column: a, strict: true}", "'strict: true' has no counterpart"),
        (
            "foreign_key",
            "{columns: [a], ref_columns: [b], ref_table: c, negate: true}",
            "'negate' and 'null_safe' have no counterpart",
        ),
        ("is_aggr_equal", "{column: a, limit: b}", "a limit that is SQL has no counterpart"),
        ("is_aggr_equal", "{column: a, limit: 1, aggr_type: mode}", "the aggregate 'mode' has no counterpart"),
        ("has_valid_schema", "{ref_table: t}", "it has no 'expected_schema'"),
        ("has_valid_schema", "{expected_schema: 'a STRUCT<b: INT, c: INT>'}", "'STRUCT<bINT' is no type of Spark"),
        ("sql_expression", "{expression: a > now()}", "expression: 'now' gives another value on every run"),
        ("sql_expression", "{expression: (a > 1}", "expression: '(' is not closed"),
        ("my_own", "{column: a}", "no check of Lakesmith says the same"),
    ],
)
def test_it_is_said_why_a_check_is_not_imported(tmp_path: Path, function: str, arguments: str, reason: str) -> None:
    found = dqx(tmp_path, function, arguments)
    assert (found.tables, reasons(found)) == ((), [reason])


def test_a_row_with_an_error_is_quarantined(tmp_path: Path) -> None:
    assert checks(dqx(tmp_path, "is_not_null", "{column: a}")) == [{"check": "not_null", "column": "a"}]


def test_a_warning_warns_on_the_rows_of_its_filter(tmp_path: Path) -> None:
    found = dqx(tmp_path, "is_not_null", "{column: a}", "  criticality: warn\n  filter: b > 1")
    assert checks(found) == [{"check": "not_null", "column": "a", "where": "b > 1", "on_fail": "warn"}]


def test_a_batch_that_is_refused_is_said(tmp_path: Path) -> None:
    found = dqx(tmp_path, "is_unique", "{columns: [a]}")
    assert differences(found) == ["DQX flags the rows that fail, here the batch is refused"]


def test_text_without_quotes_is_said_to_be_a_value(tmp_path: Path) -> None:
    found = dqx(tmp_path, "is_in_list", "{column: a, allowed: [x]}")
    assert checks(found)[0]["values"] == ["x"]
    assert differences(found) == ["text without quotes is a value up to DQX 0.15, SQL since 0.16; taken as a value"]


def test_columns_of_a_check_are_checks(tmp_path: Path) -> None:
    text = "- check: {function: is_unique, for_each_column: [[a, b], [c]], arguments: {nulls_distinct: false}}"
    assert [one["columns"] for one in checks(imported(tmp_path, text))] == [["a", "b"], ["c"]]
