"""Rules on change events that leave values of their row as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.model import UNAVAILABLE, Write

Load = Callable[..., list[Problem]]
SILVER = "tables/silver/orders.yml"
HEAD = "from: bronze.orders\n"
COLUMNS = "columns: {id: {type: bigint}, price: {type: int}, stock: {type: int}, day: {type: date}}\n"
FLAT = "write: {strategy: cdc, keys: [id], sequence_by: [day], partial_updates: true, null_means: unchanged}\n"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("partial_updates: true", "LS168"),
        ("null_means: unchanged", "LS168"),
        ("unavailable_values: [' ']", "LS168"),
        ("change_format: debezium", "LS170"),
        ("partial_updates: true, null_means: unchanged", None),
        ("unavailable_values: [same]", None),
    ],
)
def test_settings_that_do_not_fit_are_refused(problems: Load, settings: str, code: str | None) -> None:
    write = f"write: {{strategy: cdc, keys: [id], sequence_by: [day], {settings}}}\n"
    found = [problem.code for problem in problems({SILVER: HEAD + COLUMNS + write})]
    assert found == ([code] if code else [])


def test_only_change_events_leave_values_alone(problems: Load) -> None:
    write = "write: {strategy: upsert, keys: [id], sequence_by: [day], partial_updates: true}\n"
    assert [problem.code for problem in problems({SILVER: HEAD + COLUMNS + write})] == ["LS150"]


@pytest.mark.parametrize(
    ("step", "is_refused"),
    [
        ("{with_columns: {stock: price * 2}}", True),
        ("{with_columns: {stock: abs(stock), label: price}}", False),
        ("{with_columns: {stock: \"CASE WHEN op = 'price' THEN id END\"}}", False),
        ("{filter: stock > 0}", True),
        ("{filter: id > 0}", False),
        ("{dedupe: {keys: [id]}}", True),
        ("{hash_key: {name: stock, of: [price]}}", True),
        ("{hash_key: {name: code, of: [price]}}", False),
        ("{date_parts: {column: day, parts: {stock: month}}}", False),
    ],
)
def test_no_step_looks_at_what_an_event_may_lack(problems: Load, step: str, is_refused: bool) -> None:
    found = [problem.code for problem in problems({SILVER: f"{HEAD}{COLUMNS}steps: [{step}]\n{FLAT}"})]
    assert ("LS169" in found) == is_refused


def test_sql_sees_events(problems: Load) -> None:
    text = f"{HEAD}{COLUMNS}sql: SELECT * FROM orders\n{FLAT}"
    assert [problem.code for problem in problems({SILVER: text})] == ["LS169"]


def test_images_have_the_placeholder_of_debezium_unless_the_spec_says_another() -> None:
    images = Write(strategy="cdc", change_format="debezium")
    assert images.placeholders == (UNAVAILABLE,) and images.leaves_values
    assert not Write(strategy="cdc", change_format="debezium", unavailable_values=()).leaves_values
    assert not Write(strategy="cdc").leaves_values
