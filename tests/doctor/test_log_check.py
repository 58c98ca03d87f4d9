from __future__ import annotations

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakesmith.doctor.findings import Report
from lakesmith.errors import TableDamaged
from tests.shop import TABLES, Shop


def log_of(shop: Shop, table: str) -> Path:
    return shop.root / "lake" / table.replace(".", "/") / "_delta_log"


def newest(log: Path) -> Path:
    return max(log.glob("[0-9]*.json"))


def found(report: Report) -> list[tuple[str, str, str]]:
    return [(one.severity, one.code, one.table) for one in report.findings]


def fixed(shop: Shop) -> list[str]:
    report = shop.lake.doctor(fix=True)
    assert report.is_sound and not [one for one in report.findings if one.fixable], report.findings
    assert Path(report.set_aside).is_dir()
    return [one.code for one in report.fixed]


def assert_equal_to(calm: Shop, shop: Shop) -> None:
    assert {table: shop.rows(table) for table in TABLES} == {table: calm.rows(table) for table in TABLES}


def test_a_calm_warehouse_is_sound(calm: Shop) -> None:
    report = calm.lake.doctor()
    assert (report.findings, report.tables) == ((), 10)


@pytest.mark.parametrize("size", [0, 400])
def test_a_torn_last_commit_stops_the_run_before_it_writes(shop: Shop, size: int) -> None:
    log = log_of(shop, "ops.ledger")
    os.truncate(newest(log), size)
    before = sorted((shop.root / "lake").rglob("*"))
    with pytest.raises(TableDamaged, match=r"(?s)LS620 ops.ledger: a commit is torn.*lakesmith doctor --fix"):
        shop.run()
    assert sorted((shop.root / "lake").rglob("*")) == before


def test_a_commit_missing_in_the_middle_stops_the_run_and_needs_a_person(shop: Shop) -> None:
    (log_of(shop, "silver.orders") / f"{1:020d}.json").unlink()
    with pytest.raises(TableDamaged, match=r"LS621 silver.orders: 1 commit"):
        shop.run()
    assert ("error", "LS621", "silver.orders") in found(shop.lake.doctor(fix=True))


@pytest.mark.parametrize("part", [0, 0.5])
def test_a_broken_checkpoint_is_set_aside(calm: Shop, shop: Shop, part: float) -> None:
    log = log_of(shop, "bronze.orders")
    DeltaTable(str(log.parent)).create_checkpoint()
    (checkpoint,) = log.glob("*.checkpoint.parquet")
    os.truncate(checkpoint, int(checkpoint.stat().st_size * part))
    with pytest.raises(TableDamaged, match=r"LS622 bronze.orders: the newest checkpoint is cut off"):
        shop.run()
    assert found(shop.lake.doctor()) == [("error", "LS622", "bronze.orders")]
    assert fixed(shop) == ["LS622"]
    assert shop.run().state == "nothing_new"
    assert_equal_to(calm, shop)
