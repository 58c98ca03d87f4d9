"""Tables that are what the newest full snapshot says, where rows are quarantined, rescued, or refused by a rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.runs.test_snapshot import SPEC, TABLE, Snapshot, land, run, shop_of
from tests.shop import Shop

Batches = list[tuple[int, Snapshot]]
DROP = "checks: [{id: sku_known, check: not_null, column: sku, on_fail: drop}]\n"
WAYS: dict[str, tuple[str, Batches]] = {
    "late": ("", [(1, {1: "A", 2: "A"}), (3, {1: ""}), (2, {1: "A", 2: "A"}), (3, {2: "B"})]),
    "drop": (DROP, [(1, {1: "A", 2: "A", 3: "A"}), (2, {1: ""}), (2, {2: "B"})]),
}


def rebuilt(shop: Shop) -> list[tuple[Any, ...]]:
    shop.spec("tables/gold/daily", "from: silver.lines\ncolumns: {line_id: {type: string}}\n")
    shop.run(select=[TABLE], rebuild=True)
    return shop.rows(TABLE)


def spec(*changes: tuple[str, str]) -> str:
    text = SPEC.replace("MORE", ", max_delete_share: 1")
    for old, new in changes:
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("way", WAYS)
def test_a_row_quarantined_by_an_earlier_batch_is_not_deleted(spark: SparkSession, tmp_path: Path, way: str) -> None:
    checks, batches = WAYS[way]
    shop = shop_of(tmp_path, spark)
    if checks:
        shop.spec("tables/silver/orders", spec(("nullable: false, ", "")) + checks)
    for day, rows in batches:
        land(shop, day, rows.items())
        found = run(shop)
    assert found == [(1, "A"), (2, "B")]


def test_a_quarantined_row_is_what_the_snapshots_before_left_of_it(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 3, {1: "", 2: "B"}.items())
    land(shop, 1, {1: "A", 2: "A"}.items())
    assert run(shop) == [(1, "A"), (2, "B")]
    land(shop, 2, {2: "A"}.items())
    assert run(shop) == [(2, "B")]
    land(shop, 2, {1: ""}.items())
    assert run(shop) == [(1, "A"), (2, "B")]
    assert rebuilt(shop) == [(1, "A"), (2, "B")]


def test_what_a_table_cannot_hold_is_rescued_from_equal_snapshots(spark: SparkSession, tmp_path: Path) -> None:
    shop, rescue = shop_of(tmp_path, spark), "on_schema_change: rescue\n"
    shop.spec("tables/silver/orders", spec() + rescue)
    shop.land("1.csv", ["1,A,1,7,2026-01-01,1,I"])
    run(shop)
    shop.spec("tables/silver/orders", spec(("Sku}", "Sku}\n  price: {type: int, source: Price}")) + rescue)
    for day, price in ((2, 8), (3, 9)):
        shop.land(f"{day}.csv", [f"1,A,1,{price},2026-01-0{day},1,I"])
        run(shop)
        rows = shop.lake.table(TABLE).select("id", "sku", "_rescued").collect()
        assert [tuple(row) for row in rows] == [(1, "A", f'{{"price":{price}}}')]


def test_a_rebuild_that_accepts_no_row_knows_no_snapshot(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 3, {1: "A"}.items())
    run(shop)
    only = "checks: [{id: sku_known, check: in_set, column: sku, values: [B]}]\n"
    shop.spec("tables/silver/orders", spec() + only)
    assert rebuilt(shop) == []
    land(shop, 2, {1: "B"}.items())
    assert run(shop) == [(1, "B")]
