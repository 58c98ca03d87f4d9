"""A batch that is read twice by its own steps counts its rows once."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.counts import Counts
from tests.shop import Shop, by_table

NEWEST = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  seq: {type: int, source: Seq}
steps:
  - tests.runs.test_rows_read_twice:in_two_halves: {}
write: {strategy: append}
"""
ROWS = ["1,A,1,2.50,2026-01-01,1,I", "2,B,1,2.50,2026-01-01,1,I", "1,C,4,1.00,2026-01-02,2,I"]


def in_two_halves(df: DataFrame) -> DataFrame:
    """Read the rows once for each half of them."""
    return df.filter("seq < 2").union(df.filter("seq >= 2"))


def test_rows_are_read_twice_and_counted_once(spark: SparkSession, tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", spark, {"tables/silver/newest": NEWEST})
    shop.land("a.csv", ROWS)
    run = shop.run(run_date="2026-02-01", select=["bronze.orders", "silver.newest"])
    assert sorted(row[:3] for row in shop.rows("silver.newest")) == [(1, "A", 1), (1, "C", 2), (2, "B", 1)]
    counts = by_table(run)["silver.newest"].counts
    assert counts == Counts(read=3, accepted=3, inserted=3)
    assert {row["recomputed"] for one in shop.lake.status() for row in one["tables"]} == {False}
