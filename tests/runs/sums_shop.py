"""A shop with sums of orders by article: measures of every kind that merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql import functions as F

from tests.shop import Shop

GOLD = "gold.sums"
SUMS = """
from: silver.orders
columns:
  sku: {type: string}
  n: {type: bigint}
  dear: {type: bigint}
  qty: {type: bigint}
  paid: {type: "decimal(28,2)"}
  first: {type: date}
  last: {type: date}
  days_hll: {type: binary}
  days_theta: {type: binary}
  qty_kll: {type: binary}
  days_top: {type: "struct<sketch:binary,maxItemsTracked:int,itemDataType:string,itemDataTypeDDL:string>"}
  days: {type: bigint}
steps:
  - filter: id <> 99
  - aggregate:
      by: [sku]
      measures:
        n: count(*)
        dear: count(*) FILTER (WHERE price > 2)
        qty: sum(qty)
        paid: sum(price)
        first: min(day)
        last: max(day)
        days_hll: hll_sketch_agg(cast(day AS string), 10)
        days_theta: theta_sketch_agg(cast(day AS string), 10)
        qty_kll: kll_sketch_agg_bigint(cast(qty AS bigint), 100)
        days_top: approx_top_k_accumulate(cast(day AS string), 100)
  - with_columns: {days: hll_sketch_estimate(days_hll)}
write: {strategy: aggregate, keys: [sku]}
"""
FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,A,3,1.00,2026-01-02,1,I", "3,B,4,1.00,2026-01-02,1,I", "4,,1,,2026-01-02,1,I"]
NEW = ["5,A,5,1.00,2026-01-01,1,I", "6,C,6,7.00,,1,I", "7,,2,3.00,2025-12-31,1,I", "99,B,1,1.00,2026-01-02,1,I"]
CHANGED = ["1,A,2,2.50,2026-01-05,2,U", "3,B,4,1.00,2026-01-02,2,D", "8,C,1,9.00,2026-01-02,1,I", "9,D,1,1.00,,1,I"]
FILES = (FIRST, NEW, CHANGED)
TABLES = ["bronze.orders", "silver.orders", GOLD]
Make = Callable[..., Shop]


def run(shop: Shop, *files: list[str]) -> None:
    for lines in files:
        shop.land(f"{len(list(shop.landing.iterdir()))}.csv", lines)
        shop.run(select=TABLES)


def aggregate_rows(shop: Shop) -> list[tuple[Any, ...]]:
    """Return the rows with what the sketches tell; their bytes are not the same twice."""
    estimates = {
        "days_hll": F.hll_sketch_estimate("days_hll"),
        "days_theta": F.theta_sketch_estimate("days_theta"),
        "qty_kll": F.kll_sketch_get_n_bigint("qty_kll"),
        "days_top": F.expr("aggregate(approx_top_k_estimate(days_top, 9).count, 0L, (a, b) -> a + b)"),
    }
    rows = shop.lake.table(GOLD).withColumns(estimates)
    return sorted((tuple(row) for row in rows.collect()), key=repr)
