from __future__ import annotations

import pytest

from lakesmith.spec.values.sql_patterns import constant_patterns, literal_text, pattern_problems


@pytest.mark.parametrize(
    ("sql", "patterns"),
    [
        ("s RLIKE '['", ["'['"]),
        ("s NOT REGEXP '[' AND t = '['", ["'['"]),
        ("rlike(s, '[')", ["'['"]),
        ("CASE WHEN s RLIKE '(' THEN 'x' ELSE 'y' END", ["'('"]),
        ("s RLIKE '(' || ')' OR t", ["'(' || ')'"]),
        ("(s RLIKE ('[')) = true", ["('[')"]),
        ("regexp_extract(concat(s, ',', t), '(a)', 1)", ["'(a)'"]),
        ("split(s, ',', -1)[0]", ["','"]),
        ("str_to_map(s, ';', '=')", ["';'", "'='"]),
        ("filter(parts, p -> p RLIKE r'\\d')", ["r'\\d'"]),
        ("regexp_replace(regexp_replace(s, 'a', ''), 'b', '')", ["'b'", "'a'"]),
        ("s RLIKE t", []),
        ("regexp_like(s, concat('a', t))", []),
        ("split_part(s, '[', 1) = 'x RLIKE (' AND `rlike` = 1", []),
        ("-- s RLIKE '['\ns LIKE '['", []),
        ("split(s", []),
    ],
)
def test_patterns_without_a_column_are_found(sql: str, patterns: list[str]) -> None:
    assert constant_patterns(sql) == patterns


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        (r"'\\d'", r"\d"),
        (r"'\d'", "d"),
        (r"r'\d'", r"\d"),
        (r'"a\"b"', 'a"b'),
        (r"'\u005b\133\%\_\0'", "[[\\%\\_\0"),
        ("'a' 'b'", None),
        ("''", ""),
    ],
)
def test_a_literal_is_read_as_spark_does(sql: str, text: str | None) -> None:
    assert literal_text(sql) == text


def test_each_pattern_that_does_not_compile_is_named() -> None:
    sql = "s RLIKE '[' OR s RLIKE '[a]' OR split(s, '*')[0] = ''"
    assert [problem.partition(" does")[0] for problem in pattern_problems(sql)] == [
        "the pattern '*'",
        "the pattern '['",
    ]
