"""A shop whose contract changes once its first file has been built."""

from __future__ import annotations

from collections.abc import Callable

from lakesmith.observe.results import PlannedTable
from lakesmith.tables.ref import TableRef, project_table
from tests.shop import Shop

FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,5,2.50,2026-01-01,1,I"]
SECOND = ["1,A,9,2.50,2026-01-03,2,U", "4,D,3000000000,1.00,2026-01-03,1,I"]
ORDERS = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  seq: {type: int, source: Seq}
write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: "Op = 'D'"}
"""
DAILY = """
from: silver.orders
columns:
  sku: {type: string}
  qty: {type: bigint}
steps:
  - aggregate: {by: [sku], measures: {qty: sum(qty)}}
write: {strategy: aggregate, keys: [sku]}
"""
PRICED = ORDERS.replace("  seq:", '  price: {type: "decimal(8,2)", source: Price}\n  seq:')
WIDE = ORDERS.replace("qty: {type: int", "qty: {type: bigint").replace("seq: {type: int", "seq: {type: bigint")
NAMED = ORDERS.replace("sku: {type: string,", "article: {type: string, renamed_from: sku,")
SILVER, GOLD = "silver.orders", "gold.daily"
BOTH = ["bronze.orders", SILVER]
ALL = [*BOTH, GOLD]
Make = Callable[..., Shop]


def policy(spec: str, word: str) -> str:
    return f"{spec}on_schema_change: {word}\n"


def change(shop: Shop, spec: str, word: str, name: str = "silver/orders") -> None:
    shop.spec(f"tables/{name}", policy(spec, word))


def ref(shop: Shop, name: str = SILVER) -> TableRef:
    return project_table(shop.lake.project, name)


def planned(shop: Shop, name: str = SILVER) -> PlannedTable:
    return next(table for table in shop.lake.plan().tables if table.table == name)


def operations(shop: Shop, name: str = SILVER) -> list[str]:
    return [row["operation"] for row in reversed(shop.lake.history(name))]
