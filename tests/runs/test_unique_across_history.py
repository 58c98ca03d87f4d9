"""A table that appends refuses a batch that repeats a key of its history."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.gate import repeated_keys as gate
from lakesmith.errors import GateRefused
from lakesmith.tables.ref import project_table
from tests.shop import Shop

SPEC = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
write: {strategy: append}
checks:
"""
TABLE = "silver.arrivals"
SELECT = ["bronze.orders", TABLE]
FILTER = ", key_filter: {fpr: 0.000001, expected_keys: 1000}"
CHECK = "{{id: once, check: unique_across_history, columns: [id, sku], max: 0{more}}}"
DAYS = (
    ["1,A,1,1.00,2026-01-01,1,I", "2,A,1,1.00,2026-01-01,1,I"],
    ["1,B,1,1.00,2026-01-02,1,I", "3,A,1,1.00,2026-01-02,1,I"],
    ["2,A,1,1.00,2026-01-03,1,I", "4,A,1,1.00,2026-01-03,1,I", "4,A,1,1.00,2026-01-03,1,I"],
)
REFUSED = "the number of rows that repeat an earlier one by id and sku is 2, expected at most 0"
FIRST = "the number of rows that repeat an earlier one by id and sku is 1, expected at most 0"


def shop_of(root: Path, spark: SparkSession, more: str = "") -> Shop:
    return Shop(root, spark, {"tables/silver/arrivals": f"{SPEC}  - {CHECK.format(more=more)}\n"})


def verdict(shop: Shop) -> tuple[str, str]:
    (found,) = (one for one in shop.lake.quality(TABLE) if one["check"] == "once")
    return found["status"], found["message"]


def filters(shop: Shop) -> list[str]:
    place = Path(project_table(shop.lake.project, TABLE).location)
    return [found.name for found in place.parent.glob("*__keys_*")]


@pytest.mark.parametrize("more", ["", FILTER])
def test_a_key_of_an_earlier_day_is_refused_and_accepted_rows_stay(
    spark: SparkSession, tmp_path: Path, more: str
) -> None:
    shop = shop_of(tmp_path, spark, more)
    for number, lines in enumerate(DAYS[:2]):
        shop.land(f"{number}.csv", lines)
        shop.run(select=SELECT)
        assert verdict(shop) == ("pass", "")
    shop.land("2.csv", DAYS[2])
    with pytest.raises(GateRefused):
        shop.run(select=SELECT)
    assert verdict(shop) == ("fail", REFUSED)
    assert len(shop.rows(TABLE)) == 4
    assert len(filters(shop)) == bool(more)


def test_a_first_batch_is_compared_with_itself(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, FILTER)
    shop.land("0.csv", DAYS[2])
    with pytest.raises(GateRefused):
        shop.run(select=SELECT)
    assert verdict(shop) == ("fail", FIRST)


def test_a_rollback_takes_its_keys_back(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, FILTER)
    for number, lines in enumerate(DAYS[:2]):
        shop.land(f"{number}.csv", lines)
        last = shop.run(select=SELECT)
    shop.lake.rollback(last.run_id)
    shop.run(select=SELECT)
    assert verdict(shop) == ("pass", "")
    assert len(shop.rows(TABLE)) == 4


def test_a_kill_before_the_filter_is_written(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_of(tmp_path, spark, FILTER)
    shop.land("0.csv", DAYS[0])
    shop.run(select=SELECT)
    shop.land("1.csv", DAYS[1])
    with monkeypatch.context() as killed:
        killed.setattr(gate.EarlierFilter, "catch_up", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            shop.run(select=SELECT)
    shop.run(select=SELECT)
    assert verdict(shop) == ("pass", "")
    shop.land("2.csv", DAYS[2])
    with pytest.raises(GateRefused):
        shop.run(select=SELECT)
    assert verdict(shop) == ("fail", REFUSED)
