"""What the log of a table answers, and what it leaves to a scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from lakesmith.observe.from_log import LogScope, answer
from lakesmith.spec.model.checks import CheckedColumn, RowCheck
from tests.observe.logs import NOON, added, answered, logged, of, said, statistics

TWO = (added(of(3, 1, 5, 1)), added(of(2, 7, 9), "b.parquet"))
LOOSE = {"storageType": "u", "pathOrInlineDv": "x", "cardinality": 2}


@pytest.mark.parametrize(("check", "settings", "expected"), [
    ("row_count", {"min": 6}, ("fail", "5 rows, expected at least 6")),
    ("row_count", {"max": 5}, ("pass", "")),
    ("not_null", {"column": "a"}, ("quarantine", "1 of 5 rows")),
    ("not_null", {"column": "a", "on_fail": "warn", "threshold": {"fail": "10 %"}}, ("fail", "1 of 5 rows, more than 10 %")),
    ("between", {"column": "a", "min": 1, "max": 9}, ("pass", "")),
    ("between", {"column": "a", "min": 1, "on_null": "fail"}, ("quarantine", "1 of 5 rows")),
    ("between", {"column": "a", "max": 5}, ("quarantine", "2 of 5 rows")),
    ("between", {"column": "a", "max": 4}, None),
    ("in_set", {"column": "a", "values": [6]}, ("quarantine", "4 of 5 rows")),
    ("in_set", {"column": "a", "values": [1, 5, 7, 9]}, None),
    ("not_in_set", {"column": "a", "values": [0, 6]}, ("pass", "")),
    ("not_in_set", {"column": "a", "values": [2]}, None),
    ("null_count", {"column": "a", "max": 0}, ("fail", "the number of NULL of a is 1, expected at most 0")),
    ("null_share", {"column": "a", "max": "20 %"}, ("pass", "")),
    ("null_share", {"column": "a", "max": "10 %"}, ("fail", "the share of NULL of a is 0.2, expected at most 10 %")),
    ("minimum", {"column": "a", "min": 2}, ("fail", "the minimum of a is 1, expected min 2")),
    ("maximum", {"column": "a", "max": 9}, ("pass", "")),
    ("schema", {"column_types": {"a": "bigint"}}, ("fail", "column 'a' is int, expected bigint")),
    ("mean", {"column": "a", "max": 9}, None),
    ("unique", {"columns": ["a"]}, None),
    ("expression", {"expression": "a > 0"}, None),
    ("null_count", {"column": "a", "max": 0, "where": "a > 0"}, None),
    ("not_null", {"column": "a", "where": "a > 0"}, None),
    ("not_null", {"column": "b"}, None),
])  # fmt: skip
def test_whole_statistics_answer_what_they_hold(
    tmp_path: Path, check: str, settings: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    table = logged(tmp_path, "integer", *TWO)
    assert said(answered(table, check, **settings)) == expected


def test_a_file_without_statistics_leaves_all_but_the_schema_to_the_scan(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", *TWO, added(None, "c.parquet"))
    assert answered(table, "row_count", min=1) is None
    assert answered(table, "not_null", column="a") is None
    assert answered(table, "maximum", column="a", max=9) is None
    assert said(answered(table, "schema", column_types={"a": None})) == ("pass", "")


def test_a_column_that_is_not_indexed_is_scanned_and_rows_are_counted(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", added({"numRecords": 3, "nullCount": {"other": 0}}))
    assert said(answered(table, "row_count", max=2)) == ("fail", "3 rows, expected at most 2")
    assert answered(table, "not_null", column="a") is None
    assert answered(table, "between", column="a", min=0) is None


@pytest.mark.parametrize("kind", ["string", "double", "float", "binary"])
def test_cut_text_and_numbers_that_hide_nan_have_no_bounds(tmp_path: Path, kind: str) -> None:
    low, high = ("a", "b") if kind in ("string", "binary") else (1.0, 2.0)
    table = logged(tmp_path, kind, added(of(2, low, high)))
    bounds = {"min": "a", "max": "z"} if kind == "string" else {"min": 0, "max": 9}
    if kind != "binary":
        assert answered(table, "between", column="a", **bounds) is None
        assert answered(table, "maximum", column="a", **bounds) is None
    assert said(answered(table, "not_null", column="a")) == ("pass", "")


def test_an_instant_is_known_to_a_millisecond(tmp_path: Path) -> None:
    at = "2024-03-01T11:00:00.000Z"
    table = logged(tmp_path, "timestamp", added(of(2, at, at)))
    assert said(answered(table, "maximum", column="a", max="2024-03-01 11:00:00.001")) == ("pass", "")
    assert answered(table, "maximum", column="a", max="2024-03-01 11:00:00") is None
    assert answered(table, "maximum", column="a", max="2024-03-01 10:00:00") is None  # the message shows the value
    assert said(answered(table, "not_in_future", column="a")) == ("pass", "")
    assert said(answered(table, "between", column="a", max="2024-03-01 10:00:00")) == ("quarantine", "2 of 2 rows")


@pytest.mark.parametrize(("age", "expected"), [
    ("2h", ("pass", "")),
    ("1h", None),  # up to a millisecond older
    ("30m", None),
])  # fmt: skip
def test_freshness_passes_where_every_value_between_would(
    tmp_path: Path, age: str, expected: tuple[str, str] | None
) -> None:
    at = "2024-03-01T11:00:00.000Z"
    table = logged(tmp_path, "timestamp", added(of(2, at, at)))
    assert said(answered(table, "freshness", column="a", max_age=age)) == expected


def test_freshness_of_a_day_is_exact_and_one_beyond_the_run_is_scanned(tmp_path: Path) -> None:
    table = logged(tmp_path / "t", "date", added(of(2, "2024-02-01", "2024-02-27")))
    found = said(answered(table, "freshness", column="a", max_age="2d"))
    assert found == ("fail", "the newest value is 3 days, 12:00:00 old, expected at most 2d")
    ahead = logged(tmp_path / "u", "date", added(of(2, "2024-02-01", "2024-06-01")))
    assert answered(ahead, "freshness", column="a", max_age="2d") is None


def test_a_deletion_vector_counts_rows_and_loosens_the_rest(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", added(of(5, 1, 9, 1), deletionVector=LOOSE))
    assert said(answered(table, "row_count", max=2)) == ("fail", "3 rows, expected at most 2")
    assert answered(table, "not_null", column="a") is None  # the row without a value may be deleted
    assert answered(table, "null_share", column="a", max=1) is None
    assert said(answered(table, "between", column="a", min=1, max=9)) == ("pass", "")
    assert answered(table, "between", column="a", max=0) is None
    assert answered(table, "maximum", column="a", max=5) is None


def test_a_deletion_vector_keeps_no_null_and_all_null(tmp_path: Path) -> None:
    none = logged(tmp_path / "t", "integer", added(of(5, 1, 9, 0), deletionVector=LOOSE))
    assert said(answered(none, "not_null", column="a")) == ("pass", "")
    assert said(answered(none, "maximum", column="a", max=9)) == ("pass", "")
    assert answered(none, "maximum", column="a", max=8) is None
    every = logged(tmp_path / "u", "integer", added(of(5, nulls=5), deletionVector=LOOSE))
    assert said(answered(every, "not_null", column="a")) == ("quarantine", "3 of 3 rows")


def test_bounds_that_say_they_are_not_tight_are_loose(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", added({**of(5, 1, 9, 2), "tightBounds": False}))
    assert answered(table, "not_null", column="a") is None
    assert answered(table, "minimum", column="a", min=2) is None


@pytest.mark.parametrize(("kind", "values", "check", "settings", "expected"), [
    ("string", ["x", "y"], "in_set", {"values": ["x"]}, ("quarantine", "2 of 5 rows")),
    ("string", ["x", None], "not_null", {}, ("quarantine", "2 of 5 rows")),
    ("string", ["x", ""], "not_null", {}, ("quarantine", "2 of 5 rows")),
    ("string", ["x" * 50, "y"], "minimum", {"min": "y"}, ("fail", f"the minimum of a is {'x' * 50}, expected min y")),
    ("date", ["2024-01-01", "2024-01-02"], "maximum", {"max": "2024-01-01"},
     ("fail", "the maximum of a is 2024-01-02, expected max 2024-01-01")),
    ("decimal(20,2)", ["12345678901234567.89", "1.50"], "minimum", {"min": 2},
     ("fail", "the minimum of a is 1.50, expected min 2")),
    ("timestamp", ["2024-01-01 00:00:00", "2024-01-02 00:00:00"], "maximum", {"max": "2030-01-01"}, None),
    ("timestamp", ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"], "maximum", {"max": "2030-01-01"}, ("pass", "")),
])  # fmt: skip
def test_partition_values_are_exact(
    tmp_path: Path, kind: str, values: list[Any], check: str, settings: Any, expected: tuple[str, str] | None
) -> None:
    files = [
        added({"numRecords": rows}, f"{rows}.parquet", partitionValues={"a": value})
        for rows, value in zip((3, 2), values, strict=True)
    ]
    table = logged(tmp_path, kind, *files, partitioned=True)
    assert said(answered(table, check, column="a", **settings)) == expected


def test_statistics_are_looked_up_by_the_mapped_name(tmp_path: Path) -> None:
    mapped = {"metadata": {"delta.columnMapping.physicalName": "col-7"}}
    table = logged(
        tmp_path / "t", "integer", added(of(3, 1, 5, 1, "col-7")), column=mapped, features=("columnMapping",)
    )
    assert said(answered(table, "not_null", column="a")) == ("quarantine", "1 of 3 rows")
    other = logged(tmp_path / "u", "integer", added(of(3, 1, 5, 1, "a")), column=mapped, features=("columnMapping",))
    assert answered(other, "not_null", column="a") is None


def test_a_decimal_that_a_float_may_have_rounded_is_scanned(tmp_path: Path) -> None:
    table = logged(tmp_path / "t", "decimal(20,2)", added(of(1, 1e15, 1e15)))
    assert answered(table, "maximum", column="a", max="9999999999999999") is None
    small = logged(tmp_path / "u", "decimal(20,2)", added(of(1, 1.5, 1.5)))
    assert said(answered(small, "maximum", column="a", max=1)) == ("fail", "the maximum of a is 1.50, expected max 1")


def test_rows_that_a_mark_hides_are_left_to_the_scan(tmp_path: Path) -> None:
    table = logged(tmp_path, "boolean", added(of(3, column="_deleted")), column={"name": "_deleted"})
    assert answered(table, "row_count", min=1) is None
    assert said(answered(table, "schema", column_types={"b": None})) == ("fail", "column 'b' is not there")


def test_a_table_without_files_has_no_rows_and_no_values(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer")
    assert said(answered(table, "row_count", min=1)) == ("fail", "0 rows, expected at least 1")
    assert said(answered(table, "maximum", column="a", max=1)) == ("pass", "")
    assert said(answered(table, "maximum", column="a", max=1, on_null="fail")) == ("fail", "no row has a value")


def test_a_nested_column_has_no_bounds(tmp_path: Path) -> None:
    kind = {"type": "array", "elementType": "integer", "containsNull": True}
    table = logged(tmp_path, "array", added(of(2, nulls=1)), column={"type": kind})
    assert said(answered(table, "not_null", column="a")) == ("quarantine", "1 of 2 rows")


class Settled(RowCheck):
    """A check of another package, which is made elsewhere."""

    check: Literal["settled"]
    column: CheckedColumn
    evaluated_in: ClassVar[str] = "settled_by_log"


MADE_ELSEWHERE = """
from lakesmith.observe.from_log.registry import rows_from_log
from lakesmith.observe.from_log.row_values import null_rows
from tests.observe.test_from_log import Settled

@rows_from_log(Settled)
def settled(check, scope):
    return null_rows(scope.column(check.column))
"""


def test_a_check_of_another_package_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settled_by_log.py").write_text(MADE_ELSEWHERE)
    monkeypatch.syspath_prepend(tmp_path)
    found = statistics(logged(tmp_path / "t", "integer", *TWO))
    result = answer(Settled(id="c", column="a"), LogScope(found, found.types, NOON))
    assert said(result) == ("quarantine", "1 of 5 rows")
