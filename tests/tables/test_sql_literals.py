"""Literals and predicates are those of the engine that reads them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from lakesmith.tables.pruning.ordinals import FIRST, LAST, from_number, gap
from lakesmith.tables.pruning.sql_literals import (
    DELTA_RS,
    SPARK,
    Dialect,
    is_exact,
    literal,
    one_of,
    value_between,
    value_in,
)

UTC = dt.timezone.utc


@pytest.mark.parametrize(
    ("value", "kind", "for_spark", "for_delta_rs"),
    [
        (5, "tinyint", "5Y", "5"),
        (5, "bigint", "5L", "5"),
        ("it's \\", "string", "'it\\'s \\\\'", "'it''s \\'"),
        (Decimal("1.50"), "decimal(8,2)", "CAST(1.50BD AS decimal(8,2))", "CAST('1.50' AS decimal(8,2))"),
        (dt.date(2026, 1, 2), "date", "DATE'2026-01-02'", "DATE'2026-01-02'"),
        (True, "boolean", "true", "true"),
        (b"\x00\xff", "binary", "X'00ff'", "X'00ff'"),
    ],
)
def test_each_engine_has_its_literals(value: Any, kind: str, for_spark: str, for_delta_rs: str) -> None:
    assert SPARK.value(value, kind) == for_spark
    assert DELTA_RS.value(value, kind) == for_delta_rs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), "double('inf')"),
        (1.5, "1.5D"),
        ("${HOME}", "'$\\{HOME}'"),
        (dt.datetime(2026, 1, 2, tzinfo=UTC), "TIMESTAMP'2026-01-02 00:00:00+00:00'"),
        (dt.datetime(2026, 1, 2), "TIMESTAMP_NTZ'2026-01-02 00:00:00'"),
    ],
)
def test_spark_reads_a_literal_as_the_value(value: Any, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(("dialect", "column"), [(SPARK, '`a``"b`'), (DELTA_RS, '"a`""b"')])
def test_a_column_with_odd_letters_is_quoted(dialect: Dialect, column: str) -> None:
    assert value_in('a`"b', "int", [], dialect) == "false"
    assert value_in('a`"b', "int", [None], dialect) == f"{column} IS NULL"


def test_several_columns_are_compared_together() -> None:
    text = one_of({"id": "bigint", "code": "string"}, [(1, None), (2, "a")])
    assert text == "struct(`id`, `code`) IN (struct(1L, CAST(NULL AS string)), struct(2L, 'a'))"


def test_ranges_name_null_and_nan_separately() -> None:
    assert value_between("v", [], [], str) == "false"
    assert value_between("v", [(1, 2), (9, 9)], [1, None, float("nan")], str) == (
        "v >= 1 AND v <= 2 OR v = 9 OR v IS NULL OR isnan(v)"
    )


@pytest.mark.parametrize("place", [0, 1])
def test_a_range_is_open_where_the_calendar_of_python_ends(place: int) -> None:
    day = FIRST[place].replace(year=2026)
    assert value_between("v", [(FIRST[place], day)], [], lambda _: "x") == "v IS NOT NULL AND v <= x"
    assert value_between("v", [(day, LAST[place])], [], lambda _: "x") == "v >= x"
    assert value_between("v", [(LAST[place], LAST[place])], [], lambda _: "x") == "v >= x"


@pytest.mark.parametrize(
    ("number", "kind", "value"),
    [
        (-1, "date", dt.date(1969, 12, 31)),
        (10**9, "date", LAST[0]),
        (-(10**18), "timestamp", FIRST[1]),
        (1, "timestamp_ntz", dt.datetime(1970, 1, 1, 0, 0, 0, 1, UTC)),
        (7, "int", 7),
    ],
)
def test_numbers_become_dates_and_times_again(number: int, kind: str, value: Any) -> None:
    assert from_number(number, kind) == value


def test_gaps_of_text_follow_its_order() -> None:
    assert gap("a", "b") < gap("a", "c") < gap("a", "ca")
    assert gap(b"a", b"b") == gap("a", "b")


def test_floats_have_no_literal_of_their_own() -> None:
    assert is_exact({"id": "int", "at": "timestamp"})
    assert not is_exact({"id": "int", "share": "float"})
    assert not is_exact({"tags": "array<int>"})
