"""Rows that were quarantined before the upstream got wider types are known again."""

from __future__ import annotations

from collections.abc import Callable

from tests.shop import Shop

TYPED = """
from: bronze.orders
on_schema_change: widen
columns:
  id: {type: int, source: OrderId}
  qty: {type: QTY, source: Qty}
  price: {type: "PRICE", source: Price}
  due: {type: DUE, source: Day}
  day: {type: date, source: Day}
write: {strategy: append}
"""
KEPT = """
from: silver.orders
columns: {id: {type: int}, price: {type: "decimal(10,4)"}, day: {type: date}}
event_date: day
checks: [{id: cheap, check: between, column: price, max: MOST}]
write: {strategy: append}
"""
ROWS = [
    "1,A,1,1.25,2026-01-01,1,I", "2,A,2,50.00,2026-01-01,1,I", "2,A,2,50.00,2026-01-01,1,I",
    "3,A,2,60.00,2026-01-02,1,I",
]  # fmt: skip


def typed(qty: str, price: str, due: str) -> str:
    return TYPED.replace("QTY", qty).replace("PRICE", price).replace("DUE", due)


def kept(most: str) -> str:
    return KEPT.replace("MOST", most)


def test_a_replay_after_a_backfill_adds_each_row_once(make_shop: Callable[..., Shop]) -> None:
    specs = {"tables/silver/orders": typed("int", "decimal(6,2)", "date"), "tables/gold/daily": kept("10")}
    shop = make_shop(specs)
    shop.land("a.csv", ROWS)
    read = ["bronze.orders", "silver.orders", "gold.daily"]
    shop.run(select=read)
    shop.spec("tables/silver/orders", typed("double", "decimal(10,4)", "timestamp_ntz"))
    shop.land("b.csv", ["7,A,1.5,7.50,2026-01-05,1,I"])
    shop.run(select=read)
    shop.lake.backfill(["gold.daily"], "2026-01-01", "2026-01-02")
    assert shop.lake.quarantine("gold.daily").count() == 3

    shop.spec("tables/gold/daily", kept("55"))
    shop.lake.replay("gold.daily", where="_batch_id > 1")
    assert [row[0] for row in shop.rows("gold.daily")] == [1, 2, 2, 7]
