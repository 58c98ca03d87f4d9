"""A plain model of tables that hold what arrived, the newest of it, and what is computed from either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Event = tuple[int | None, str | None, int, int, bool]  # id, sku, qty, seq, deletes
Rows = list[tuple[Any, ...]]
COLUMNS = "columns: {id: {type: bigintID}, sku: {type: stringSKU}, qty: {type: intQTY}, seq: {type: intSEQ}}\n"
ARRIVING = COLUMNS.replace("ID", ", source: OrderId").replace("SKU", ", source: Sku")
ARRIVING = "from: bronze.orders\n" + ARRIVING.replace("QTY", ", source: Qty").replace("SEQ", ", source: Seq")
BY_SKU = """
columns: {sku: {type: string}, n: {type: bigint}, qty: {type: bigint}}
steps: [aggregate: {by: [sku], measures: {n: count(*), qty: sum(qty)}}]
"""
PAIRS = "columns: {id: {type: bigint}, sku: {type: string}}\n"
PARTITIONS = "write: {strategy: replace_partitions, partition_by: [sku], allow_empty: true}\n"
SPECS = {
    "tables/silver/log": f"{ARRIVING}write: {{strategy: append}}\n",
    "tables/silver/orders": f"{ARRIVING}write:\n  strategy: upsert\n  keys: [id]\n  sequence_by: [seq]\n"
    "  apply_as_deletes: \"Op = 'D'\"\n",
    "tables/silver/lines": "from: bronze.orders\n"
    "columns: {id: {type: bigint, source: OrderId}, sku: {type: string, source: Sku}}\n"
    "write: {strategy: upsert, keys: [id, sku], when_matched: ignore, partition_by: [sku]}\n",
    "tables/silver/first": f"{ARRIVING}write: {{strategy: upsert, keys: [id], sequence_by: [seq],"
    " when_matched: ignore}\n",
    "tables/gold/begun": f"from: silver.first{BY_SKU}write: {{strategy: aggregate, keys: [sku]}}\n",
    "tables/gold/tally": f"from: silver.log{BY_SKU}write: {{strategy: aggregate, keys: [sku]}}\n",
    "tables/gold/daily": f"from: silver.orders{BY_SKU}write: {{strategy: aggregate, keys: [sku]}}\n",
    "tables/gold/arrived": f"from: silver.log\n{PAIRS}{PARTITIONS}",
    "tables/gold/current": f"from: silver.orders\n{PAIRS}{PARTITIONS}",
    "tables/gold/whole": f"from: silver.orders\n{PAIRS}write: {{strategy: replace_all, allow_empty: true}}\n",
}
TABLES = tuple(name.removeprefix("tables/").replace("/", ".") for name in SPECS)


def line(event: Event) -> str:
    """Write an event as a line of the feed."""
    key, sku, qty, seq, deletes = event
    return f"{'' if key is None else key},{sku or ''},{qty},1,2026-01-01,{seq},{'D' if deletes else 'U'}"


def model(events: Sequence[Event]) -> dict[str, Rows]:
    """Return what the tables hold after these events, whatever order they came in."""
    log = [event[:4] for event in events]
    newest = _newest(events)
    first = _first(events)
    found: dict[str, Iterable[tuple[Any, ...]]] = {
        "silver.log": log,
        "silver.orders": newest,
        "silver.lines": {row[:2] for row in log},
        "silver.first": first,
        "gold.begun": _by_sku(first),
        "gold.tally": _by_sku(log),
        "gold.daily": _by_sku(newest),
        "gold.arrived": [row[:2] for row in log],
        "gold.current": [row[:2] for row in newest],
        "gold.whole": [row[:2] for row in newest],
    }
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def _newest(events: Sequence[Event]) -> Rows:
    table: dict[int | None, Event] = {}
    for event in events:
        table[event[0]] = max(event, table.get(event[0], event), key=_rank)
    return [event[:4] for event in table.values() if not event[4]]


def _first(events: Sequence[Event]) -> Rows:
    table: dict[int | None, Event] = {}
    for event in events:
        table[event[0]] = max(event, table.get(event[0], event), key=lambda one: (-one[3], *_rank(one)[2:]))
    return [event[:4] for event in table.values()]


def _rank(event: Event) -> tuple[Any, ...]:
    """Order the events of a key; at the same sequence a delete wins, then the greater row, NULL being the least."""
    _, sku, qty, seq, deletes = event
    return seq, deletes, qty, sku is not None, sku or ""


def _by_sku(rows: Rows) -> Rows:
    count = Counter(row[1] for row in rows)
    return [(sku, n, sum(row[2] for row in rows if row[1] == sku)) for sku, n in count.items()]
