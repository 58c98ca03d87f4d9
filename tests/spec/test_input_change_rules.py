"""Tables whose rows follow their inputs, and those of which the spec does not tell how."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import Problem
from lakesmith.spec.model import Table
from lakesmith.spec.step_kinds.joined_inputs import columns_from_inputs, input_joins, places_of_key

Load = Callable[..., list[Problem]]
CUSTOMERS = """
from: bronze.orders
columns:
  customer: {type: bigint, source: OrderId}
  country: {type: string, source: Day}
  day: {type: date, source: Day}
write: {strategy: upsert, keys: [customer], sequence_by: [day]}
"""
HEAD = "from: silver.orders\ninputs: {customers: silver.customers}\non_input_change: recompute\n"
JOIN = "  - join: {input: customers, on: [customer], columns: [country]}\n"
STEPS = "steps:\n  - with_columns: {customer: id}\n" + JOIN
UPSERT = "write: {strategy: upsert, keys: [id], sequence_by: [day]}\n"
SOUND = HEAD + STEPS + UPSERT


def findings(problems: Load, text: str, **more: str) -> list[str]:
    files = {"tables/silver/customers.yml": CUSTOMERS, "tables/gold/rich.yml": text, **more}
    return [one.what for one in problems(files) if one.code == "LS188"]


@pytest.mark.parametrize("step", ["join", "join_skewed"])
def test_an_upsert_that_joins_by_key_may_follow(problems: Load, step: str) -> None:
    text = SOUND.replace("- join:", f"- {step}:")
    assert problems({"tables/silver/customers.yml": CUSTOMERS, "tables/gold/rich.yml": text}) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (HEAD.replace("inputs: {customers: silver.customers}\n", "") + UPSERT, "looks up no inputs"),
        (HEAD + STEPS + "write: {strategy: append}\n", "'append' cannot replace the rows"),
        (HEAD + STEPS + "write: {strategy: replace_all}\n", "newest inputs anyway"),
        (HEAD + STEPS + "write: {strategy: upsert, keys: [id], when_matched: ignore}\n", "would keep the rows"),
        (SOUND.replace("silver.orders", "silver.days"), "could be made of several of its rows"),
        (SOUND.replace("{customer: id}", "{customer: id, id: id + 1}"), "could be made of several of its rows"),
        (HEAD + "sql: SELECT * FROM orders JOIN customers USING (id)\n" + UPSERT, "SQL does not tell"),
        (SOUND.replace("steps:\n", "steps:\n  - retail.profiles:described_profiles\n"), "does not tell by which keys"),
        (SOUND.replace("inputs: {", "inputs: {days: silver.orders, "), "no step joins this input"),
        (SOUND.replace("columns: [country]", "how: inner"), "takes rows away when the input changes"),
        (
            SOUND.replace("join:", "semi_join_bloom:").replace(", columns: [country]", ""),
            "takes rows away when the input changes",
        ),
        (
            SOUND.replace("steps:\n", "steps:\n  - impute: {column: customer, value: 1}\n"),
            "changes the key of 'join'",
        ),
        (SOUND.replace("sequence_by: [day]", "sequence_by: [day, country]"), "'country' is looked up"),
        (SOUND.replace("sequence_by: [day]", "sequence_by: [seq]"), "keeps the newest row by day"),
        (HEAD + STEPS + "  - filter: country = 'UK'\n" + UPSERT, "may take rows away after a join"),
        (HEAD + STEPS + "  - dedupe: {keys: [id]}\n" + UPSERT, "looks at rows together"),
        (
            SOUND + "checks:\n  - {id: known, check: not_null, column: country}\n",
            "refuses rows for what they look up (country)",
        ),
        (
            HEAD + STEPS + "  - with_columns: {area: upper(country)}\n" + UPSERT
            + "checks:\n  - {id: known, check: expression, expression: area <> 'X', on_fail: drop}\n",
            "refuses rows for what they look up (area)",
        ),
        (
            SOUND + "columns:\n  id: {type: bigint}\n  day: {type: date}\n"
            "  country: {type: string, nullable: false}\n",
            "'country' is looked up, and rows without it are quarantined",
        ),
        (SOUND.replace("{customer: id}", "{customer: id, day: day - 1}"), "a step makes 'day', which may order rows"),
        (SOUND + "columns:\n  id: {type: bigint}\n  day: {type: string}\n", "'day' is date in 'silver.orders' and string"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_follow_is_refused(problems: Load, text: str, what: str) -> None:
    days = CUSTOMERS.replace("keys: [customer]", "keys: [day]")
    found = findings(problems, text, **{"tables/silver/days.yml": days})
    assert any(what in one for one in found), found


def test_an_input_without_a_change_feed_is_refused(problems: Load) -> None:
    off = CUSTOMERS + "properties: {delta.enableChangeDataFeed: 'false'}\n"
    files = {"tables/silver/customers.yml": off, "tables/gold/rich.yml": SOUND}
    (problem,) = problems(files)
    assert (problem.code, problem.key) == ("LS188", "tables.gold.rich.inputs.customers")


def test_a_check_that_warns_may_look_at_what_was_looked_up(problems: Load) -> None:
    check = "checks:\n  - {id: known, check: not_null, column: country, on_fail: warn}\n"
    assert findings(problems, SOUND + check) == []


def test_a_filter_before_the_join_is_allowed(problems: Load) -> None:
    assert findings(problems, SOUND.replace("steps:\n", "steps:\n  - filter: amount > 0\n")) == []


def test_a_history_counts_its_columns_and_its_validity() -> None:
    step = {"join_scd2": {"input": "p", "on": ["code"], "at": "day", "columns": {"name": "description"}}}
    spec = {"from": "silver.a", "inputs": {"p": "silver.p"}, "steps": [step]}
    table = Table.model_validate(spec)
    (join,) = input_joins(table)
    assert join.counted == ("description", "valid_from", "valid_to")
    assert columns_from_inputs(table, {}) == {"name"}


def test_every_column_counts_where_none_is_named() -> None:
    step = {"join_lookup": {"input": "p", "on": ["code"]}}
    spec = {"from": "silver.a", "inputs": {"p": "silver.p"}, "steps": [step]}
    table = Table.model_validate(spec)
    assert input_joins(table)[0].counted == ()
    assert columns_from_inputs(table, {}) is None


@pytest.mark.parametrize(
    ("before", "places"),
    [
        ([{"trim": ["name"]}], []),
        ([{"filter": "code <> ''"}, {"trim": ["code"]}], [1]),
        ([{"trim": ["Raw"]}, {"with_columns": {"code": "upper(raw)", "n": "qty"}}, {"upper": ["qty"]}], [0, 1]),
        ([{"join": {"input": "p", "on": ["id"], "columns": ["name"]}}], []),
        ([{"trim": ["id"]}, {"join": {"input": "p", "on": ["id"], "columns": ["code"]}}, {"trim": ["x"]}], [0, 1, 2]),
        ([{"join": {"input": "p", "on": ["id"]}}], [0]),
        ([{"select": ["id", "raw"]}, {"rename": {"raw": "code"}}], [0, 1]),
    ],
)
def test_only_the_steps_that_make_the_key_are_needed(before: list[dict[str, object]], places: list[int]) -> None:
    step = {"join": {"input": "c", "on": ["code"], "columns": ["country"]}}
    inputs = {"c": "silver.c", "p": "silver.p"}
    table = Table.model_validate({"from": "silver.a", "inputs": inputs, "steps": [*before, step]})
    assert sorted(places_of_key(table, input_joins(table)[-1])) == places
