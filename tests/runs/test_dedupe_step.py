"""A batch that is read twice by its own steps counts its rows once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.counts import Counts
from tests.shop import Shop, by_table

NEWEST = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  seq: {type: int, source: Seq}
steps:
  - dedupe: {keys: [id], order_by: [seq], method: narrow}
write: {strategy: append}
"""
ROWS = ["1,A,1,2.50,2026-01-01,1,I", "2,B,1,2.50,2026-01-01,1,I", "1,C,4,1.00,2026-01-02,2,I"]
TIED = ["2,D,4,1.00,2026-01-02,1,I", "2,D,4,1.00,2026-01-02,1,I"]


@pytest.mark.parametrize("rows", [ROWS, ROWS + TIED])
def test_rows_are_read_twice_and_counted_once(spark: SparkSession, tmp_path: Path, rows: list[str]) -> None:
    shop = Shop(tmp_path / "shop", spark, {"tables/silver/newest": NEWEST})
    shop.land("a.csv", rows)
    run = shop.run(run_date="2026-02-01", select=["bronze.orders", "silver.newest"])
    kept = sorted(row[:3] for row in shop.rows("silver.newest"))
    assert kept == [(1, "C", 2), (2, "D" if rows != ROWS else "B", 1)]
    counts = by_table(run)["silver.newest"].counts
    assert counts == Counts(read=len(rows), dropped=len(rows) - 2, accepted=2, inserted=2)
    assert {row["recomputed"] for one in shop.lake.status() for row in one["tables"]} == {False}
