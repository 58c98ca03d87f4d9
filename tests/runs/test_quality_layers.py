"""A table with planted faults of each layer is reported with exactly these."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused
from tests.shop import Shop

SKUS = """
from: bronze.orders
columns: {sku: {type: string, source: Sku, nullable: false}}
steps: [{filter: "sku = 'A' OR sku = 'B'"}]
write: {strategy: upsert, keys: [sku], when_matched: ignore}
"""
CONTRACT = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  price: {type: double, source: Price}
  day: {type: date, source: Day}
  note: {type: string, source: Op}
write: {strategy: upsert, keys: [id], when_matched: ignore}
checks:
"""
# Of 20 rows: sku A but for X (row 19) and NULL (row 20), qty 1 to 20 but for NULL (row 7), price 2.5 but for 900 (row 3),
# one day a row but for a gap before row 11 and a day to come (row 20), note "n" and the number but for row 5.
NOTES = {5: "not json"}
PLANTED = {
    "schema": [
        "check: schema, column_types: {id: int}",
        "check: schema, column_types: {missing: string}",
        "check: schema, column_types: {sku: string, id: bigint}, ordered: true",
        "check: schema, column_types: {id: bigint}, others: false",
    ],
    "semantic": [
        "check: between, column: price, max: 500, on_fail: fail",
        "check: in_set, column: sku, values: [A], on_fail: fail",
        "check: not_in_set, column: sku, values: [X], on_fail: fail",
        "check: not_in_future, column: day, on_fail: fail",
        "check: matches_format, column: note, format: json, on_fail: fail",
        "check: parses_as, column: note, type: int, on_fail: fail",
        "check: length, column: note, max: 2, on_fail: fail",
        "check: regex, column: note, pattern: '^[0-9]+$', on_fail: fail",
        "check: compare, column: id, operator: '=', other: qty, on_null: fail, on_fail: fail",
        "check: expression, expression: 'price * qty < 2000', on_fail: fail",
        "check: not_null, column: qty, where: 'id = 7', on_fail: fail",
        "check: not_null, column: sku, threshold: {fail: '4.9 %'}, on_fail: warn",
        "check: decreases, column: price, order_by: [id], max: 0",
        "check: time_gaps, column: day, longest: 1d, max: 1",
    ],
    "statistical": [
        "check: row_count, min: 21",
        "check: sum, column: qty, max: 202",
        "check: mean, column: price, max: 47.374",
        "check: stddev, column: price, max: 200",
        "check: median, column: id, max: 9",
        "check: quantile, column: id, quantile: 0.9, max: 17",
        "check: distinct_count, column: sku, min: 3",
        "check: minimum, column: day, min: '2026-01-02'",
        "check: maximum, column: price, max: 899.99",
        "check: outlier_share, column: price, method: zscore, factor: 3, max: '4.9 %'",
        "check: correlation, column: id, other: qty, max: 0.9",
        "check: unique_share, column: sku, min: '10 %'",
        "check: most_frequent_share, column: sku, max: '90 %'",
        "check: entropy, column: sku, min: 1",
        "check: mutual_information, column: sku, other: note, min: 1",
        "check: freshness, column: day, max_age: 1s",
    ],
    "null": [
        "check: null_count, column: qty, max: 0",
        "check: null_share, column: sku, max: '4.9 %'",
        "check: null_share_per_group, column: qty, by: [price], max: '5 %'",
    ],
    "referential": [
        "check: references, columns: [sku], table: silver.skus, max: 0",
        "check: unique, columns: [sku]",
        "check: sql, query: 'SELECT count(*) FROM {table} WHERE price > 100', max: 0",
        "check: python, function: 'tests.runs.test_quality_layers:dear', max: 0",
    ],
}
SOUND = [
    "check: schema, column_types: {id: bigint, sku: string, day: date}, ordered: true",
    "check: between, column: price, max: 900, on_fail: fail",
    "check: not_null, column: qty, where: 'id <> 7', on_fail: fail",
    "check: not_null, column: sku, threshold: {fail: '5 %'}, on_fail: fail",
    "check: decreases, column: id, order_by: [id], max: 0",
    "check: time_gaps, column: day, longest: 1d, max: 2",
    "check: sum, column: qty, min: 203, max: 203",
    "check: mean, column: price, max: 47.376",
    "check: median, column: id, min: 10, max: 10",
    "check: distinct_count, column: sku, min: 2, max: 2",
    "check: outlier_share, column: price, method: zscore, factor: 3, max: '5 %'",
    "check: null_count, column: qty, max: 1",
    "check: null_share, column: sku, max: '5 %'",
    "check: references, columns: [sku], table: silver.skus, max: 1",
    "check: sql, query: 'SELECT count(*) FROM {table} WHERE price > 100', max: 1",
]


def dear(df):  # type: ignore[no-untyped-def]
    return df.filter("price > 100").selectExpr("count(*)")


def row(number: int) -> str:
    sku = {19: "X", 20: ""}.get(number, "A")
    qty = "" if number == 7 else str(number)
    price = 900 if number == 3 else 2.5
    day = "2999-01-01" if number == 20 else f"2026-01-{number if number < 11 else number + 5:02}"
    return f"{number},{sku},{qty},{price},{day},1,{NOTES.get(number, number)}"


@pytest.fixture(scope="module")
def verdicts(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    planted = [f"{{id: {layer}_{i}, {check}}}" for layer, checks in PLANTED.items() for i, check in enumerate(checks)]
    sound = [f"{{id: sound_{i}, {check}}}" for i, check in enumerate(SOUND)]
    entries = "".join(f"  - {entry}\n" for entry in [*planted, *sound])
    specs = {"tables/silver/orders": CONTRACT + entries, "tables/silver/skus": SKUS}
    shop = Shop(tmp_path_factory.mktemp("layers") / "shop", spark, specs)
    shop.land("a.csv", [row(number) for number in range(1, 21)])
    with pytest.raises(GateRefused):
        shop.run(select=["bronze.orders", "silver.skus", "silver.orders"], run_date="2026-02-01")
    found = shop.lake.quality("silver.orders")
    return {one["check"]: (one["status"], one["message"]) for one in found}


def test_each_planted_fault_is_found(verdicts: dict[str, tuple[str, str]]) -> None:
    planted = {f"{layer}_{i}" for layer, checks in PLANTED.items() for i in range(len(checks))}
    assert {name: verdicts[name] for name in planted if verdicts[name][0] != "fail"} == {}


def test_no_other_check_fails(verdicts: dict[str, tuple[str, str]]) -> None:
    others = {name: found for name, found in verdicts.items() if name.startswith("sound") or name.endswith("_cast")}
    assert {name: found for name, found in others.items() if found[0] not in ("pass",)} == {}
