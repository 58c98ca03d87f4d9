"""A shop whose lines look up their customers, and follow them."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.shop import Shop

LINES = "Line,Customer,Qty,At,Op"
CUSTOMERS = "Customer,Country,Seen,At,Op"
ENRICHED = """
from: silver.lines
inputs: {customers: silver.customers}
on_input_change: recompute
columns:
  line: {type: bigint}
  customer: {type: bigint}
  qty: {type: int}
  at: {type: int}
  country: {type: string}
steps:
  - join: {input: customers, on: [customer], columns: [country]}
checks:
  - {id: qty_plausible, check: between, column: qty, min: 0}
write: {strategy: upsert, keys: [line], sequence_by: [at]}
"""
SPECS = {
    "sources/lines": "format: csv\npath: IN/lines\ncolumns: [Line, Customer, Qty, At, Op]\noptional: true\n",
    "sources/customers": "format: csv\npath: IN/customers\ncolumns: [Customer, Country, Seen, At, Op]\n"
    "optional: true\n",
    "tables/bronze/lines": "from: sources.lines\n",
    "tables/bronze/customers": "from: sources.customers\n",
    "tables/silver/lines": """
from: bronze.lines
columns:
  line: {type: bigint, source: Line, nullable: false}
  customer: {type: bigint, source: Customer}
  qty: {type: int, source: Qty}
  at: {type: int, source: At}
write: {strategy: upsert, keys: [line], sequence_by: [at], apply_as_deletes: "Op = 'D'"}
""",
    "tables/silver/customers": """
from: bronze.customers
columns:
  customer: {type: bigint, source: Customer, nullable: false}
  country: {type: string, source: Country}
  seen: {type: int, source: Seen}
  at: {type: int, source: At}
write: {strategy: upsert, keys: [customer], sequence_by: [at], apply_as_deletes: "Op = 'D'"}
""",
    "tables/gold/enriched": ENRICHED,
}
_UNUSED = ("sources/orders", "tables/bronze/orders", "tables/silver/orders", "tables/gold/daily")


def enriched_shop(root: Path, spark: SparkSession) -> Shop:
    """Return a shop with nothing landed."""
    shop = Shop(root, spark, SPECS)
    for name in _UNUSED:
        (root / "conf" / f"{name}.yml").unlink()
    return shop


def land(shop: Shop, name: str, lines: list[str], customers: list[str]) -> None:
    """Land files of both feeds, which may be empty."""
    for feed, header, rows in (("lines", LINES, lines), ("customers", CUSTOMERS, customers)):
        (shop.landing / feed).mkdir(exist_ok=True)
        if rows:
            shop.land(f"{feed}/{name}.csv", rows, header)


def model(lines: list[str], customers: list[str]) -> list[tuple[object, ...]]:
    """Return what the enriched table holds after these events, in whatever order they came."""
    countries = {event[0]: event[1] for event in _newest(customers).values()}
    rows = [
        (int(line), _number(customer), int(qty), int(at), countries.get(customer) or None)
        for line, customer, qty, at, _ in _newest(lines).values()
        if int(qty) >= 0
    ]
    return sorted(rows, key=repr)


def _number(text: str) -> int | None:
    return int(text) if text else None


def _newest(events: list[str]) -> dict[str, list[str]]:
    """Return the newest event of each key by its sequence, without deleted keys."""
    newest: dict[str, list[str]] = {}
    for event in (text.split(",") for text in events):
        held = newest.setdefault(event[0], event)
        if int(event[3]) > int(held[3]):
            newest[event[0]] = event
    return {key: event for key, event in newest.items() if event[4] != "D"}
