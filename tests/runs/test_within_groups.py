"""Steps that look at several rows of a group or partition together, and rows of it that come in several batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from lakesmith.runs.spec_differences import unseen_notes
from lakesmith.spec.model import Table
from tests.shop import Shop

D1, D2 = dt.date(2026, 1, 1), dt.date(2026, 1, 2)
ROWS = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  day: {type: date, source: Day}
  seq: {type: int, source: Seq}
  op: {type: string, source: Op}
"""
NEWEST = "steps: [dedupe: {keys: [id, day], order_by: [seq]}, filter: op <> 'D']\n"
PARTITIONS = "write: {strategy: replace_partitions, partition_by: [day], allow_empty: true}\n"
COUNTS = """
from: silver.log
columns: {sku: {type: string}, n: {type: bigint}}
steps:
%s
  - aggregate: {by: [sku], measures: {n: count(*)}}
write: {strategy: aggregate, keys: [sku]}
"""
RANKED = '  - with_columns: {m: "count(*) OVER (PARTITION BY sku)"}\n  - filter: m > 1'
DEDUPED = "  - dedupe: {keys: [sku, id], order_by: [seq]}\n  - filter: op <> 'D'"
PAIRS = """
from: silver.log
columns: {day: {type: date}, sku: {type: string}, n: {type: bigint}}
steps: [aggregate: {by: [day, sku], measures: {n: count(*)}}, filter: n > 1]
"""
FILES = (
    ["1,A,1,1,2026-01-01,1,I", "2,A,1,1,2026-01-02,1,I", "3,B,1,1,2026-01-01,1,I", "4,C,1,1,2026-01-01,1,I"],
    ["1,A,1,1,2026-01-01,2,D", "5,B,1,1,2026-01-02,1,I", "1,A,1,1,2026-01-02,3,I"],
)
SPECS = {
    "tables/silver/log": ROWS,
    "tables/silver/lines": f"{ROWS}{NEWEST}{PARTITIONS}",
    "tables/gold/daily": COUNTS % RANKED,
    "tables/gold/newest": COUNTS % DEDUPED,
    "tables/gold/pairs": f"{PAIRS}{PARTITIONS}",
}


def test_rows_that_are_looked_at_together_may_come_apart(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(SPECS)
    for number, file in enumerate(FILES):
        shop.land(f"{number}.csv", file)
        shop.run(select=["bronze.orders", *[name.removeprefix("tables/").replace("/", ".") for name in SPECS]])
    kept = [(1, "A", D2, 3), (2, "A", D2, 1), (3, "B", D1, 1), (4, "C", D1, 1), (5, "B", D2, 1)]
    assert [row[:4] for row in shop.rows("silver.lines")] == kept
    assert shop.rows("gold.daily") == [("A", 4), ("B", 2)]
    assert shop.rows("gold.newest") == [("A", 2), ("B", 2), ("C", 1)]
    assert shop.rows("gold.pairs") == [(D1, "A", 2), (D2, "A", 2)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sql": "SELECT 1", "write": {"strategy": "replace_partitions"}},
            "the SQL must not look across partitions, nor drop",
        ),
        (
            {"steps": ("m:f", {"m:g": {}}), "write": {"strategy": "aggregate"}},
            "m:f, m:g must not look across groups, nor drop",
        ),
        ({"steps": ("trim", {"filter": "a > 0"}), "write": {"strategy": "aggregate"}}, ""),
        ({"steps": ("m:f",), "write": {"strategy": "replace_all"}}, ""),
    ],
)
def test_the_plan_names_what_nobody_looked_into(options: dict[str, Any], message: str) -> None:
    notes = unseen_notes(Table.model_validate({"from": "silver.log", **options}))
    assert [note[: len(message)] for note in notes] == ([message] if message else [])
