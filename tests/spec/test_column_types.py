from __future__ import annotations

import pytest

from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.values.time_patterns import pattern_problem


@pytest.mark.parametrize(
    "text",
    [
        "string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(12,4)",
        "decimal(38, 38)", "date", "timestamp", "timestamp_ntz", "binary", "array<int>",
        "map<string,array<decimal(5,0)>>", "struct<a:int,b_2:struct<c: string>>", " array < int > ",
    ],
)  # fmt: skip
def test_spark_types_are_valid(text: str) -> None:
    assert type_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("integer", "'integer' is no type; write 'int'"),
        ("long", "'long' is no type; write 'bigint'"),
        ("String", "'String' is no type; write 'string'"),
        ("timestmp", "'timestmp' is no type; write 'timestamp'"),
        ("decimal", "'decimal' is no type; write 'decimal(p,s)'"),
        ("decimal(39,2)", "decimal(39,2): precision is 1 to 38, scale at most that"),
        ("decimal(4,5)", "decimal(4,5): precision is 1 to 38, scale at most that"),
        ("decimal(10)", "',' expected, ')' found"),
        ("decimal(999,2)", "a number of at most two digits expected, '999' found"),
        ("array<int", "'>' expected, the end found"),
        ("array<>", "'>' is no type; types: "),
        ("map<string>", "',' expected, '>' found"),
        ("struct<>", "a field name expected, '>' found"),
        ("struct<a int>", "':' expected, 'int' found"),
        ("struct<a:int;b:int>", "',' or '>' expected, ';' found"),
        ("int int", "unexpected 'int' after the type"),
        ("", "the end is no type; types: "),
        ("array<" * 5000, "nested deeper than 20 levels"),
    ],
)
def test_other_types_are_refused_with_a_reason(text: str, problem: str) -> None:
    assert type_problem(text).startswith(problem)


@pytest.mark.parametrize(("pattern", "problem"), [
    ("yyyy-MM-dd hh:mm a", ""), ("yyyy-MM-dd HH:mm", ""), ("yyyy-MM-dd 'hh'", ""), ("MM/yyyy", ""),
    ("yyyy-MM-dd hh:mm", "half a day"), ("yyyy-MM-dd KK", "half a day"), ("dd.MM", "no year"), ("HH:mm", "no date"),
    ("yyyy-MM-dd E", "writing only"), ("yyyy QQ", "writing only"),
])  # fmt: skip
def test_a_pattern_that_would_make_up_a_value_is_refused(pattern: str, problem: str) -> None:
    found = pattern_problem(pattern)
    assert problem in found if problem else found == ""
