"""A plain model of tables that keep versions, and a shop with one over what arrived and one over upserted rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pyspark.sql import SparkSession

from tests.shop import Shop

SPECS = {
    "tables/silver/orders": """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  at: {type: int, source: Seq, nullable: false}
write: {strategy: upsert, keys: [id], sequence_by: [at, sku, qty], apply_as_deletes: "Op = 'D'"}
""",
    "tables/silver/lines": """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  at: {type: int, source: Seq, nullable: false}
write:
  strategy: scd2
  keys: [id]
  sequence_by: [at, sku, qty]
  track_history_columns: [sku]
  apply_as_deletes: "Op = 'D'"
""",
    "tables/gold/daily": """
from: silver.orders
columns:
  id: {type: bigint}
  sku: {type: string}
  qty: {type: int}
write: {strategy: scd2, keys: [id], sequence_by: [at], track_history_columns: [sku]}
""",
}
Event = tuple[int | None, str, int, int, bool]  # id, sku, qty, at, deletes
Version = tuple[int | None, str, int, int, int, int | None, bool]  # id, sku, qty, at, valid_from, valid_to, is_current


def shop(root: Path, spark: SparkSession) -> Shop:
    """Return a shop whose ``silver.lines`` keeps the versions of an order."""
    return Shop(root, spark, SPECS)


def line(event: Event) -> str:
    """Write an event as a line of the feed."""
    key, sku, qty, at, deletes = event
    return f"{'' if key is None else key},{sku},{qty},1,2026-01-01,{at},{'D' if deletes else 'U'}"


def versions(events: Iterable[Event]) -> list[Version]:
    """Return the versions that events make, whatever order they are in."""
    found: list[Version] = []
    for _, mine in groupby(sorted(set(events), key=lambda e: (repr(e[0]), e[3])), key=itemgetter(0)):
        found += _of_key(list(mine))
    return sorted(found, key=repr)


def _of_key(events: Sequence[Event]) -> list[Version]:
    instants = [
        max(of_instant, key=lambda e: (e[1], e[2], e[4])) for _, of_instant in groupby(events, key=itemgetter(3))
    ]
    runs = [list(run) for _, run in groupby(instants, key=lambda e: (e[4], None if e[4] else e[1]))]
    ends = [run[0][3] for run in runs[1:]] + [None]
    return [
        (run[0][0], run[0][1], run[-1][2], run[-1][3], run[0][3], end, end is None)
        for run, end in zip(runs, ends, strict=True)
        if not run[0][4]
    ]
