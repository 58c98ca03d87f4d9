from __future__ import annotations

import pytest

from lakesmith.spec.values.nondeterministic import nondeterministic_calls
from lakesmith.spec.values.sql_text import code_of, column_names, sql_tokens, windows


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("a = 'x''y'", "a = ??????"),
        (r"a = 'it\'s'", "a = ???????"),
        (r"a rlike r'\' AND b", "a rlike ???? AND b"),
        ("a -- b\n+ c", "a     \n+ c"),
        ("a /* b */ + \"c\"", "a         + ???"),
        ("bar'x'", "bar???"),
        ("`a``b`", "??????"),
    ],
)  # fmt: skip
def test_literals_and_comments_are_no_code(sql: str, code: str) -> None:
    masked = code_of(sql)
    assert masked == code
    assert len(masked) == len(sql)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("payload:items[0].price::int", {"payload", "items", "price", "int"}),
        ("transform(xs, x -> x + y)", {"xs", "x", "y"}),
        ("hll_sketch_agg(customer_id, 12)", {"customer_id"}),
        ("CASE WHEN Paid THEN 'yes' ELSE note END", {"paid", "note"}),
        ("rlike(a, r'\\d+')", {"a"}),
    ],
)
def test_a_word_that_is_not_understood_counts_as_a_column(sql: str, names: set[str]) -> None:
    assert column_names(sql) == names


@pytest.mark.parametrize(
    ("sql", "partitions"),
    [
        ("sum(x) OVER (PARTITION BY a, b ORDER BY c)", [{"a", "b"}]),
        ("sum(x) OVER (DISTRIBUTE BY a SORT BY b)", [{"a"}]),
        ("last(x) IGNORE NULLS OVER (PARTITION BY a)", [{"a"}]),
        ("sum(x) OVER (PARTITION BY f(a, b), c)", [{"c"}]),
        ("sum(x) OVER (PARTITION BY m['a, b'], c)", [{"c"}]),
        ("sum(x) OVER w", [set()]),
        ("sum(x) OVER (", [set()]),
        ("over(x)", []),
    ],
)
def test_windows_name_the_columns_of_their_partition(sql: str, partitions: list[set[str]]) -> None:
    assert windows(sql) == partitions


def test_tokens_keep_raw_strings_whole() -> None:
    assert sql_tokens(r"f(r'\', \"x\")".replace('\\"', '"')) == ["f", "(", r"r'\'", ",", '"x"', ")"]


def test_a_clock_with_a_literal_argument_reads_no_clock() -> None:
    assert nondeterministic_calls("unix_timestamp('2024-01-01')") == []
    assert nondeterministic_calls("unix_timestamp( /* now */ )") == ["unix_timestamp"]
