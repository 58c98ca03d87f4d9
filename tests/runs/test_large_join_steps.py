"""Joins of large inputs in the batches of a table: deletes go through them, and rows are judged once."""

from __future__ import annotations

from collections.abc import Callable

from tests.shop import Shop

KNOWN = """
from: bronze.orders
columns: {sku: {type: string, source: Sku}}
steps: [{filter: "sku = 'A'"}]
write: {strategy: upsert, keys: [sku], when_matched: ignore, key_filter: {fpr: 0.001, expected_keys: 100}}
"""
JOINED = """
from: silver.orders
inputs: {{known: silver.known}}
columns: {{id: {{type: bigint}}, sku: {{type: string}}, qty: {{type: int}}, seq: {{type: int}}}}
steps:
  - {step}: {options}
checks:
  - {{id: few, check: between, column: qty, max: 10, on_fail: quarantine}}
write: {{strategy: upsert, keys: [id], sequence_by: [seq]}}
"""
STEPS = {
    "skewed": ("join_skewed", "{input: known, on: [sku], how: inner, hot_keys: [A]}"),
    "semi": ("semi_join_bloom", "{input: known, on: [sku]}"),
    "anti": ("anti_join_bloom", "{input: known, on: [sku], expected_keys: 5}"),
}
FIRST = [
    "1,A,1,2.00,2026-01-01,1,I",
    "2,B,2,2.00,2026-01-01,1,I",
    "3,A,3,2.00,2026-01-01,1,I",
    "4,C,50,2.00,2026-01-01,1,I",
]
SECOND = [
    "1,A,1,2.00,2026-01-01,2,D",
    "2,B,2,2.00,2026-01-01,2,D",
    "5,A,60,2.00,2026-01-01,1,I",
    "6,D,1,2.00,2026-01-01,1,I",
]


def test_the_steps_of_large_joins_in_two_batches(make_shop: Callable[..., Shop]) -> None:
    tables = {
        f"tables/gold/{name}": JOINED.format(step=step, options=options) for name, (step, options) in STEPS.items()
    }
    shop = make_shop({"tables/silver/known": KNOWN, **tables})
    names = ["bronze.orders", "silver.orders", "silver.known", *(f"gold.{name}" for name in STEPS)]

    def ids() -> dict[str, list[int]]:
        return {name: sorted(row.id for row in shop.lake.table(f"gold.{name}").collect()) for name in STEPS}

    shop.land("a.csv", FIRST)
    shop.run(select=names)
    assert ids() == {"skewed": [1, 3], "semi": [1, 3], "anti": [2]}
    assert shop.reasons("gold.anti") == ["few"]
    shop.land("b.csv", SECOND)
    shop.run(select=names)
    assert ids() == {"skewed": [3], "semi": [3], "anti": [6]}
    assert shop.reasons("gold.semi") == ["few"]
    joins = {name: shop.lake.history(f"gold.{name}")[0]["joins"] for name in STEPS}
    assert "stored filter" in str(joins["semi"]) and "stored filter" in str(joins["anti"])


def test_hot_keys_are_those_that_were_frozen(make_shop: Callable[..., Shop]) -> None:
    options = "{input: known, on: [sku], hot_keys: frozen, reference: silver.orders, other_is_unique: true}"
    spec = JOINED.format(step="join_skewed", options=options)
    shop = make_shop({"tables/silver/known": KNOWN, "tables/gold/frozen": spec})
    names = ["bronze.orders", "silver.orders", "silver.known", "gold.frozen"]

    def choice() -> str:
        shop.run(select=names)
        return str(shop.lake.history("gold.frozen")[0]["joins"])

    shop.land("a.csv", [f"{number},A,1,2.00,2026-01-01,1,I" for number in range(1200)])
    assert "the hot keys are found as part of the plan" in choice()
    made = shop.lake.freeze("silver.orders")
    (keys,) = [row["value"] for row in made.statistics if row["statistic"] == "hot_keys"]
    assert keys == '{"keys": [["A"]], "rows": [1200], "total": 1200}'

    shop.land("b.csv", SECOND)
    assert "split, the hot keys are given and have one row each in `other` (hot keys 1)" in choice()
    # Two of the lines are deleted, and the others are older than what the table has.
    assert shop.lake.table("gold.frozen").count() == 1198
