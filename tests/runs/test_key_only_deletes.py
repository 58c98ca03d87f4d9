"""Deletes that name their key only: they find their row wherever it lies, and nothing comes back behind them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.tables.ref import project_table
from tests.shop import Shop

TABLE = "silver.orders"
SPEC = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku, nullable: false}
  seq: {type: int, source: Seq, nullable: false}
write:
  keys: [id]
  sequence_by: [seq]
  key_implies: [sku]
  partition_by: [sku]
  apply_as_deletes: "Op = 'D'"
  MORE
"""
FILES = (
    ["1,A,1,1,,1,I", "2,A,1,1,,1,I", "3,B,1,1,,1,I"],
    ["2,,1,1,,5,D", "3,,1,1,,5,D", "9,,1,1,,5,D"],
    ["2,A,1,1,,3,I", "3,B,1,1,,7,I", "9,B,1,1,,3,I"],
)
NUMBERS = itertools.count()


def built(root: Path, spark: SparkSession, more: str, files: Sequence[Sequence[str]] = FILES) -> Shop:
    shop = Shop(root, spark, {"tables/silver/orders": SPEC.replace("MORE", more)})
    for lines in files:
        land(shop, lines)
    return shop


def land(shop: Shop, lines: Sequence[str]) -> None:
    shop.land(f"{next(NUMBERS)}.csv", lines)
    shop.run(select=["bronze.orders", TABLE])


def stored(shop: Shop) -> list[tuple[Any, ...]]:
    """Return every row that is stored, tombstones too."""
    rows = project_table(shop.lake.project, TABLE).load(shop.spark).select("id", "sku", "seq", "_deleted").collect()
    return sorted((tuple(row) for row in rows), key=repr)


@pytest.mark.parametrize(
    "more",
    [
        "strategy: cdc",
        pytest.param("strategy: upsert\n  method: merge", marks=pytest.mark.prove),
        pytest.param("strategy: upsert\n  key_filter: {}", marks=pytest.mark.prove),
    ],
)
def test_a_key_has_one_row_whatever_its_deletes_do_not_say(spark: SparkSession, tmp_path: Path, more: str) -> None:
    shop = built(tmp_path, spark, more, FILES[:2])
    assert stored(shop) == [(1, "A", 1, False), (2, None, 5, True), (3, None, 5, True), (9, None, 5, True)]
    land(shop, FILES[2])
    assert stored(shop) == [(1, "A", 1, False), (2, None, 5, True), (3, "B", 7, False), (9, None, 5, True)]
    assert shop.rows(TABLE) == [(1, "A", 1), (3, "B", 7)]


def test_versions_end_by_the_key_alone(spark: SparkSession, tmp_path: Path) -> None:
    shop = built(tmp_path, spark, "strategy: cdc\n  stored_as_scd_type: 2\n  track_history_columns: [sku]")
    ended = [(2, "A", 3, 1, 5, False), (3, "B", 1, 1, 5, False), (3, "B", 7, 7, None, True), (9, "B", 3, 3, 5, False)]
    assert shop.rows(TABLE) == [(1, "A", 1, 1, None, True), *ended]


def test_a_delete_without_the_date_that_a_backfill_goes_by_is_quarantined(spark: SparkSession, tmp_path: Path) -> None:
    dated = SPEC.replace("  seq:", "  day: {type: date, source: Day}\n  seq:").replace("[sku]", "[day]")
    dated = f"{dated.replace('MORE', 'strategy: upsert')}event_date: day\n"
    shop = Shop(tmp_path, spark, {"tables/silver/orders": dated})
    land(shop, ["1,A,1,1,2026-01-01,1,I", "2,A,1,1,,1,I", "3,A,1,1,2026-01-01,1,I"])
    land(shop, ["1,,1,1,,2,D", "3,,1,1,2026-01-01,2,D"])
    assert [row[0] for row in shop.rows(TABLE)] == [1, 2]
    assert shop.reasons(TABLE) == ["day_given"]
