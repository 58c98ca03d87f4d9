from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakesmith.errors import LedgerError, TableDamaged
from lakesmith.tables.delta_log.hadoop_checksum import sidecar_of
from tests.doctor.damage import age, all_rows, die_after_silver, fixed, found, log_of, newest
from tests.shop import Shop


def test_an_undamaged_warehouse_is_sound(undamaged: Shop) -> None:
    report = undamaged.lake.doctor()
    assert (report.findings, report.tables, report.is_sound) == ((), 10, True)


@pytest.mark.parametrize("size", [0, 400])
def test_a_torn_last_commit_stops_the_run_and_is_moved_away(
    undamaged_rows: dict[str, object], shop: Shop, size: int
) -> None:
    die_after_silver(shop)
    torn = newest(shop, "silver.orders")
    os.truncate(torn, size)
    before = sorted((shop.root / "lake").rglob("*"))
    with pytest.raises(TableDamaged, match=r"(?s)LS620 silver.orders: a commit is torn.*lakesmith doctor --fix"):
        shop.run()
    assert sorted((shop.root / "lake").rglob("*")) == before
    assert ("error", "LS620", "silver.orders") in found(shop.lake.doctor())
    assert fixed(shop) == ["LS620"]
    assert not torn.exists() and not sidecar_of(torn).exists()
    shop.run()
    assert all_rows(shop) == undamaged_rows


def test_a_torn_ledger_is_moved_away_and_the_run_closes_the_gap(undamaged_rows: dict[str, object], shop: Shop) -> None:
    os.truncate(newest(shop, "ops.ledger"), 0)
    assert ("error", "LS620", "ops.ledger") in found(shop.lake.doctor())
    assert fixed(shop) == ["LS620"]
    shop.run()
    assert all_rows(shop) == undamaged_rows


def test_a_torn_commit_that_the_ledger_counts_as_done_is_rolled_back_by_a_person(
    undamaged_rows: dict[str, object], shop: Shop
) -> None:
    os.truncate(newest(shop, "silver.orders"), 0)
    report = shop.lake.doctor(fix=True)
    assert [one.code for one in report.fixed] == ["LS620"]
    assert ("error", "LS631", "silver.orders") in found(report)
    with pytest.raises(LedgerError, match=r"LS614 silver.orders ends at version 1"):
        shop.run()
    lost = shop.lake.status(1)[0]["run_id"]
    assert f"`lakesmith rollback --run {lost}` and run again" in report.findings[0].next
    shop.lake.rollback(lost)
    assert shop.run().state == "done"
    assert all_rows(shop) == undamaged_rows


def test_a_commit_torn_in_the_middle_needs_a_person(shop: Shop) -> None:
    os.truncate(log_of(shop, "silver.orders") / f"{1:020d}.json", 100)
    report = shop.lake.doctor(fix=True)
    assert ("error", "LS620", "silver.orders") in found(report)
    assert (report.fixed, report.set_aside) == ((), "")


def test_a_torn_commit_under_a_checkpoint_is_a_warning(shop: Shop) -> None:
    log = log_of(shop, "bronze.orders")
    DeltaTable(str(log.parent)).create_checkpoint()
    os.truncate(log / f"{1:020d}.json", 100)
    assert found(shop.lake.doctor())[0] == ("warning", "LS620", "bronze.orders")
    assert shop.run().state == "nothing_new"


def test_a_missing_commit_stops_the_run_and_needs_a_person(shop: Shop) -> None:
    (log_of(shop, "silver.orders") / f"{1:020d}.json").unlink()
    with pytest.raises(TableDamaged, match=r"LS621 silver.orders: 1 commit"):
        shop.run()
    assert ("error", "LS621", "silver.orders") in found(shop.lake.doctor(fix=True))


@pytest.mark.parametrize("part", [0, 0.5])
def test_a_broken_checkpoint_is_moved_away(undamaged_rows: dict[str, object], shop: Shop, part: float) -> None:
    checkpoint = with_checkpoint(shop)
    os.truncate(checkpoint, int(checkpoint.stat().st_size * part))
    with pytest.raises(TableDamaged, match=r"LS622 bronze.orders: the newest checkpoint is cut off"):
        shop.run()
    assert found(shop.lake.doctor()) == [("error", "LS622", "bronze.orders")]
    assert fixed(shop) == ["LS622"]
    assert shop.run().state == "nothing_new"
    assert all_rows(shop) == undamaged_rows


def test_a_checkpoint_with_a_damaged_page_is_found(shop: Shop) -> None:
    checkpoint = with_checkpoint(shop)
    content = bytearray(checkpoint.read_bytes())
    content[4:200] = bytes(196)
    checkpoint.write_bytes(content)
    assert found(shop.lake.doctor()) == [("error", "LS622", "bronze.orders")]


def test_a_broken_checkpoint_stays_where_commits_do_not_suffice(shop: Shop) -> None:
    checkpoint = with_checkpoint(shop)
    os.truncate(checkpoint, 100)
    (checkpoint.parent / f"{0:020d}.json").unlink()
    report = shop.lake.doctor(fix=True)
    assert checkpoint.exists() and report.fixed == ()
    assert ("error", "LS622", "bronze.orders") in found(report)


@pytest.mark.parametrize(
    ("pointer", "severity"), [("", "warning"), ("{x", "warning"), ('{"version":7,"size":1}', "error")]
)
def test_a_wrong_pointer_to_a_checkpoint_is_moved_away(
    undamaged_rows: dict[str, object], shop: Shop, pointer: str, severity: str
) -> None:
    file = with_checkpoint(shop).parent / "_last_checkpoint"
    file.write_text(pointer)
    assert found(shop.lake.doctor()) == [(severity, "LS623", "bronze.orders")]
    assert fixed(shop) == ["LS623"]
    assert not file.exists()
    assert shop.run().state == "nothing_new"
    assert all_rows(shop) == undamaged_rows


def test_a_pointer_to_nothing_stops_the_run(shop: Shop) -> None:
    with_checkpoint(shop).unlink()
    with pytest.raises(TableDamaged, match=r"LS623 bronze.orders: checkpoint 2"):
        shop.run()


def test_a_stale_checksum_stops_the_run_and_is_moved_away(undamaged_rows: dict[str, object], shop: Shop) -> None:
    stale = sidecar_of(newest(shop, "bronze.orders"))
    shutil.copy(sidecar_of(newest(shop, "gold.daily")), stale)
    with pytest.raises(TableDamaged, match=r"LS627 bronze.orders"):
        shop.run()
    assert found(shop.lake.doctor()) == [("error", "LS627", "bronze.orders")]
    assert fixed(shop) == ["LS627"]
    assert not stale.exists()
    assert shop.run().state == "nothing_new"
    assert all_rows(shop) == undamaged_rows


def test_a_checksum_that_differs_in_part_needs_a_person(shop: Shop) -> None:
    sums = sidecar_of(newest(shop, "bronze.orders"))
    *kept, last = sums.read_bytes()
    sums.write_bytes(bytes([*kept, last ^ 1]))
    report = shop.lake.doctor(fix=True)
    assert ("error", "LS628", "bronze.orders") in found(report)
    assert sums.exists() and report.fixed == ()


def test_old_temporary_files_are_moved_away(undamaged: Shop, shop: Shop) -> None:
    log = log_of(shop, "bronze.orders")
    old, young = log / ".00000000000000000003.json.0a1b.tmp", log / "_commit_0a1b.json.tmp"
    for file in (old, young):
        file.write_text("{")
    age(old, 1)
    assert found(shop.lake.doctor()) == [("warning", "LS626", "bronze.orders"), ("info", "LS626", "bronze.orders")]
    assert fixed(shop) == ["LS626"]
    assert (old.exists(), young.exists()) == (False, True)


def with_checkpoint(shop: Shop) -> Path:
    log = log_of(shop, "bronze.orders")
    DeltaTable(str(log.parent)).create_checkpoint()
    (checkpoint,) = log.glob("*.checkpoint.parquet")
    return checkpoint
