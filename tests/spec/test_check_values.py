from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.values.java_regex import regex_problem
from lakesmith.spec.values.nondeterministic import nondeterministic_calls

Load = Callable[..., list[Problem]]
COLUMNS = (
    "{id: {type: bigint}, name: {type: string}, price: {type: 'decimal(8,2)'}, share: {type: double}, "
    "done: {type: boolean}, day: {type: date}, at: {type: timestamp}, wall: {type: timestamp_ntz}, "
    "tags: {type: 'array<string>'}}"
)
SOURCE = "format: csv\npath: in\ncolumns: [id, name, price, share, done, day, at, wall, tags, landed]\n"


def codes(problems: Load, check: str, more: str = "") -> list[tuple[str, str]]:
    text = f"from: bronze.orders\ncolumns: {COLUMNS}\n{more}checks: [{{id: c, {check}}}]\n"
    files = {
        "sources/orders.yml": SOURCE,
        "tables/bronze/orders.yml": "from: sources.orders\n",
        "tables/silver/s.yml": text,
    }
    return [(one.code, one.key.rpartition("checks.0")[2]) for one in problems(files) if "silver/s" in one.file]


@pytest.mark.parametrize(("check", "found"), [
    ("check: in_set, column: name, values: [1, a]", [("LS144", ".values.0")]),
    ("check: in_set, column: id, values: [1, one, true]", [("LS144", ".values.1"), ("LS144", ".values.2")]),
    ("check: in_set, column: done, values: ['yes']", [("LS144", ".values.0")]),
    ("check: in_set, column: tags, values: [a]", [("LS144", ".values.0")]),
    ("check: between, column: name, min: 0", [("LS144", ".min")]),
    ("check: between, column: day, min: '2024-02-30'", [("LS144", ".min")]),
    ("check: between, column: day, min: 20240101", [("LS144", ".min")]),
    ("check: between, column: at, max: yesterday", [("LS144", ".max")]),
    ("check: between, column: wall, max: '2024-01-01T00:00:00Z'", [("LS144", ".max")]),
    ("check: between, column: price, max: '123456789012345678901234567890123456789'", [("LS144", ".max")]),
    ("check: between, column: price, max: '1.23456789012345678901234567890123456789'", [("LS144", ".max")]),
    ("check: between, column: price, max: '1e999999999'", [("LS144", ".max")]),
    ("check: between, column: price, max: 12345678901234567.89", [("LS108", ".max")]),
    ("check: in_set, column: price, values: [1.10, 12345678901234567.89]", [("LS108", ".values.1")]),
    ("check: between, column: share, max: nan", [("LS144", ".max")]),
    ("check: between, column: day, min: '2024-02-01', max: '2024-01-01'", [("LS141", ".max")]),
    ("check: between, column: price, min: '10', max: '9'", [("LS141", ".max")]),
    ("check: freshness, column: name, max_age: 2d", [("LS145", ".column")]),
    ("check: expression, expression: 'ammount < 1'", [("LS147", ".expression")]),
    ("check: expression, expression: '(id < 1'", [("LS146", ".expression")]),
    ("check: expression, expression: 'id < 1)'", [("LS146", ".expression")]),
    ("check: expression, expression: \"name = 'a\"", [("LS146", ".expression")]),
    ("check: expression, expression: ' '", [("LS146", ".expression")]),
    ("check: expression, expression: 'at < localtimestamp()'", [("LS163", ".expression")]),
    ("check: regex, column: name, pattern: '(?P<x>a)'", [("LS141", ".pattern")]),
    ("check: expression, expression: \"id = 1 OR name RLIKE '['\"", [("LS149", ".expression")]),
    ("check: expression, expression: \"regexp_replace(name, r'\\\\y', '') = 'a'\"", [("LS149", ".expression")]),
])  # fmt: skip
def test_what_a_check_can_never_compare_is_refused(problems: Load, check: str, found: list) -> None:
    assert codes(problems, check) == found


@pytest.mark.parametrize("check", [
    "check: in_set, column: name, values: ['1', a]",
    "check: in_set, column: id, values: [1, '2']",
    "check: in_set, column: price, values: [0.1, '0.20']",
    "check: between, column: id, max: 3000000000000",
    "check: between, column: price, min: '9', max: '10'",
    "check: between, column: name, min: a, max: b",
    "check: between, column: day, min: '2024-02-29'",
    "check: between, column: at, min: '2024-01-01T09:00:00+01:00', max: '2024-01-01 08:00'",
    "check: between, column: wall, max: '2024-01-01 00:00:00'",
    "check: freshness, column: day, max_age: 90s",
    "check: expression, expression: 'landed IS NOT NULL AND ID > 1'",
    "check: expression, expression: 'exists(tags, t -> t = name) OR size(tags) > 1'",
    "check: expression, expression: \"CASE WHEN done THEN cast(price AS double) > 1e3 ELSE NOT done END\"",
    "check: expression, expression: \"at > timestamp'2024-01-01' - INTERVAL 2 days AND extract(year FROM day) > 1L\"",
    "check: expression, expression: \"name LIKE '%(' OR name RLIKE r'a' AND share BETWEEN 0 AND 1\"",
])  # fmt: skip
def test_what_can_be_compared_passes(problems: Load, check: str) -> None:
    assert codes(problems, check) == []


@pytest.mark.parametrize("more", [
    "steps: [with_columns: {made: 'id + 1'}]\n",
    "steps: [rename: {landed: made}]\n",
    "sql: SELECT *, 1 AS made FROM orders\n",
])  # fmt: skip
def test_a_name_that_may_be_there_is_left_to_the_run(problems: Load, more: str) -> None:
    assert codes(problems, "check: expression, expression: 'made > 1'", more) == []


@pytest.mark.parametrize("pattern", [
    "(?P<x>a)", "(?<a_b>x)", "^{id}$", r"\y", "(?L)a", "(a)(?(1)b|c)", "a{,3}",
])  # fmt: skip
def test_what_java_refuses_is_known(pattern: str) -> None:
    assert regex_problem(pattern)


@pytest.mark.parametrize("pattern", [
    r"^\p{L}++\d{2,}$", r"(?<x>a)\k<x>", r"[a-z&&[^b]]", r"\Q{a(?P<\E", r"(?i-s:a)", r"(?<=a)b{3}", r"\x{1F600}",
    "[{}]", r"\{a\}", r"^[A-Z]{2}\d{1,3}$", "(?>a|b)", r"\R\h", "[]a]", r"[\]{]",
])  # fmt: skip
def test_what_java_takes_passes(pattern: str) -> None:
    assert regex_problem(pattern) == ""


@pytest.mark.parametrize("sql", [
    "curdate() > d", "localtimestamp > ts", "localtimestamp() > ts", "current_time() > t", "unix_timestamp( ) > 1",
    "spark_partition_id() = 0", "randstr(3)", "uniform(1, 2)", "input_file_name()", "ts < timestamp'now'", "NOW ()",
])  # fmt: skip
def test_clocks_and_chance_are_known(sql: str) -> None:
    assert len(nondeterministic_calls(sql)) == 1


@pytest.mark.parametrize("sql", [
    "unix_timestamp(ts) > 1", "nowhere(1)", "t.rand", "uuid", "version > 1", "note = 'now()'", "to_date(ts) > d",
])  # fmt: skip
def test_what_repeats_passes(sql: str) -> None:
    assert nondeterministic_calls(sql) == []
