"""Checks that tables share, and checks for each column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.load import load_project

Write = Callable[..., Path]
Load = Callable[..., list[Problem]]
SILVER = (
    "from: bronze.orders\n"
    "columns:\n"
    "  id: {type: bigint, source: OrderId}\n"
    "  amount: {type: 'decimal(12,2)', source: Amount}\n"
    "  day: {type: date, source: Day}\n"
    "checks:\n"
)
MONEY = (
    "variables: {limit: 100, column: null}\n"
    "checks:\n"
    "  - {id: small, check: between, column: '${column}', max: '${limit}', description: 'up to ${limit}'}\n"
    "  - {id: given, check: not_null, for_each_column: {type: [date, decimal]}}\n"
)


def checks(project: Write, entries: str) -> list[tuple[str, str, object]]:
    conf = project({"tables/silver/orders.yml": SILVER + entries, "check_sets/money.yml": MONEY})
    found = load_project(conf).project.table("silver.orders").checks
    return [(check.id, check.column, getattr(check, "max", None)) for check in found]


def test_a_table_uses_a_set_with_values_for_its_variables(project: Write) -> None:
    entries = "  - {id: own, check: not_null, column: id}\n  - {use: money, with: {column: amount, limit: 5}}\n"
    assert checks(project, entries) == [
        ("own", "id", None),
        ("small", "amount", 5),
        ("amount_given", "amount", None),
        ("day_given", "day", None),
    ]


@pytest.mark.parametrize("value", ["0.10", "true"])
def test_a_variable_within_a_text_must_be_text(project: Write, problems: Load, value: str) -> None:
    check = "{id: a, check: expression, expression: \"sku <> '${limit}'\"}"
    made = f"variables: {{limit: {value}}}\nchecks:\n  - {check}\n"
    (problem,) = problems({"tables/silver/orders.yml": SILVER + "  - {use: money}\n", "check_sets/money.yml": made})
    assert problem.code == "LS175"
    assert "'limit' of set 'money' is no text, and stands within one" in problem.what


def test_a_variable_has_a_default(project: Write) -> None:
    assert checks(project, "  - {use: money, with: {column: amount}}\n")[0] == ("small", "amount", 100)


@pytest.mark.parametrize(("select", "columns"), [
    ("{}", ["id", "amount", "day"]),
    ("{type: [bigint, date]}", ["id", "day"]),
    ("{type: 'decimal(12,2)'}", ["amount"]),
    ("{name: '*a*', except: day}", ["amount"]),
])  # fmt: skip
def test_a_check_for_each_column(project: Write, select: str, columns: list[str]) -> None:
    entry = f"  - {{id: 'c_{{column}}', check: not_null, for_each_column: {select}}}\n"
    assert checks(project, entry) == [(f"c_{name}", name, None) for name in columns]


@pytest.mark.parametrize(("entry", "what"), [
    ("{use: mony}", "no set of checks 'mony'"),
    ("{use: money}", "set 'money' needs a value for 'column'"),
    ("{use: money, with: {column: id, limt: 3}}", "set 'money' has no variable 'limt'"),
    ("{use: money, width: {column: id}}", "a use of a set takes no 'width'"),
    ("{id: c, check: not_null, for_each_column: {type: map}}", "for_each_column selects no column"),
    ("{id: c, check: not_null, column: id, for_each_column: {}}", "for_each_column beside a column"),
    ("{id: c, check: not_null, for_each_column: {kind: map}}", "for_each_column takes no 'kind'"),
])  # fmt: skip
def test_an_entry_that_cannot_be_expanded(problems: Load, entry: str, what: str) -> None:
    found = problems({"tables/silver/orders.yml": SILVER + f"  - {entry}\n", "check_sets/money.yml": MONEY})
    listed = [(one.code, one.what, Path(one.file).name, one.line) for one in found if one.code == "LS175"]
    assert listed == [("LS175", what, "orders.yml", 7)]


def test_a_mistake_in_a_set_has_the_line_of_the_set(problems: Load) -> None:
    files = {
        "tables/silver/orders.yml": SILVER + "  - {use: money}\n",
        "check_sets/money.yml": "checks:\n  - {id: c, check: not_nul}\n",
    }
    assert [(Path(one.file).name, one.line) for one in problems(files)] == [("money.yml", 2)]


def test_overlays_may_use_sets(project: Write) -> None:
    overlay = "tables:\n  silver:\n    orders:\n      checks:\n        - {use: money, with: {column: id}}\n"
    conf = project({"check_sets/money.yml": MONEY, "local.yml": overlay})
    assert load_project(conf).project.table("silver.orders").checks[0].id == "small"
