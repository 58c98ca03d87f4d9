from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model import Table

SILVER = "tables/silver/orders.yml"
HEAD = "from: bronze.orders\non_schema_change: {}\ncolumns:\n  id: {{type: bigint, source: OrderId}}\n"
TAIL = "  day: {type: date, source: Day}\nwrite: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
Load = Callable[..., list[Problem]]


def spec(column: str, policy: str = "add") -> str:
    return f"{HEAD.format(policy)}  {column}\n{TAIL}"


@pytest.mark.parametrize(
    ("column", "policy", "code", "key"),
    [
        ("a: {type: int, renamed_from: day}", "add", "LS155", "a.renamed_from"),
        ("a: {type: int, renamed_from: b}", "fail", "LS155", "a.renamed_from"),
        ("a: {type: int, renamed_from: b}", "rescue", "LS155", "a.renamed_from"),
        ("a: {type: int, renamed_from: x}\n  b: {type: int, renamed_from: x}", "add", "LS155", ""),
        ("a: {type: int, default: none}", "add", "LS156", "a.default"),
        ("a: {type: int, default: 1.5}", "add", "LS156", "a.default"),
        ("a: {type: int, default: true}", "add", "LS156", "a.default"),
        ("a: {type: date, default: today}", "add", "LS156", "a.default"),
        ("a: {type: 'decimal(4,2)', default: '100.00'}", "add", "LS156", "a.default"),
        ("a: {type: 'decimal(38,18)', default: '123456789012345678901.5'}", "add", "LS156", "a.default"),
        ("a: {type: 'decimal(38,18)', default: '0.1234567890123456789'}", "add", "LS156", "a.default"),
        ("a: {type: 'decimal(38,18)', default: '1e999999999'}", "add", "LS156", "a.default"),
        ("a: {type: 'decimal(38,18)', default: 0.123456789012345678}", "add", "LS108", "a.default"),
        ("a: {type: 'array<int>', default: '[]'}", "add", "LS156", "a.default"),
    ],
)
def test_what_cannot_be_renamed_or_defaulted_is_a_problem(
    problems: Load, column: str, policy: str, code: str, key: str
) -> None:
    (found,) = problems({SILVER: spec(column, policy)})
    assert (found.code, found.key) == (code, ".".join(filter(None, ["tables.silver.orders.columns", key])))


@pytest.mark.parametrize(
    "column",
    [
        "a: {type: int, renamed_from: b, default: 0}",
        "a: {type: date, default: '2026-01-01'}",
        "a: {type: timestamp, default: '2026-01-01T00:00:00'}",
        "a: {type: 'decimal(4,2)', default: '99.99'}",
        "a: {type: 'decimal(38,18)', default: '12345678901234567890.123456789012345678'}",
        "a: {type: 'decimal(38,18)', default: '-12345678901234567890.12345678901234567800'}",
        "a: {type: double, default: 1.5}",
        "a: {type: boolean, default: false}",
        "a: {type: string, default: ''}",
    ],
)
def test_plain_values_are_defaults(problems: Load, column: str) -> None:
    assert problems({SILVER: spec(column, "widen")}) == []


def test_a_key_has_no_default(problems: Load) -> None:
    text = spec("a: {type: int}").replace("source: OrderId", "source: OrderId, default: 0")
    (found,) = problems({SILVER: text})
    assert (found.code, found.what) == ("LS156", "a key has no default")


@pytest.mark.parametrize(
    "more",
    [
        "write: {strategy: upsert, keys: [id], sequence_by: [day], key_implies: [a]}\n",
        "write: {strategy: replace_partitions, partition_by: [a]}\n",
        "event_date: a\n",
    ],
)
def test_a_column_by_which_rows_are_looked_for_has_no_default(problems: Load, more: str) -> None:
    text = spec("a: {type: date, default: '2026-01-01'}")
    found = problems({SILVER: text.partition("write:")[0] + more if "write:" in more else text + more})
    assert ("LS156", "tables.silver.orders.columns.a.default") in [(one.code, one.key) for one in found]


def test_an_unknown_policy_is_named(problems: Load) -> None:
    (found,) = problems({SILVER: spec("a: {type: int}", "merge")})
    assert found.code == "LS112" and found.key.endswith("on_schema_change")


def test_how_a_table_evolves_gives_no_other_rows() -> None:
    one = {"from": "bronze.a", "columns": {"x": {"type": "int"}}}
    two = {**one, "columns": {"x": {"type": "int", "renamed_from": "y"}}, "on_schema_change": "add"}
    three = {**one, "columns": {"x": {"type": "int", "default": 1}}}
    first, second, third = (spec_hash(Table.model_validate(table)) for table in (one, two, three))
    assert first == second != third
