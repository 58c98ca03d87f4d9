"""Damaged logs, checkpoints and data files: loud where rows are in question, unnoticed where nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakesmith.errors import RunFailed, TableDamaged
from tests.faults.damage import (
    AFTER_THREE,
    AFTER_TWO,
    BRONZE,
    FIRST,
    SECOND,
    SELECT,
    THIRD,
    bronze_ids,
    commit_file,
    cut,
    data_files,
    empty,
    ids,
    quantities,
    remove,
    sidecar,
    table_dir,
)  # fmt: skip
from tests.shop import Shop, by_table

ALL_IDS = sorted(ids(FIRST + SECOND + THIRD))
FUTURE = 4_102_444_800  # 2100-01-01


@pytest.mark.parametrize("damage", [cut, empty], ids=["torn", "of no bytes"])
def test_a_damaged_last_commit_stops_the_run_until_it_is_whole_again(
    shop: Shop, damage: Callable[[Path], None]
) -> None:
    commit = commit_file(shop, "bronze.orders", 1)
    whole = commit.read_bytes()
    damage(commit)
    shop.land("c.csv", THIRD)
    with pytest.raises(TableDamaged, match=r"LS620 bronze.orders"):
        shop.run(select=BRONZE)
    commit.write_bytes(whole)
    shop.run(select=BRONZE)
    assert bronze_ids(shop) == ALL_IDS


def test_a_missing_commit_in_the_middle_stops_the_run(shop: Shop) -> None:
    remove(commit_file(shop, "silver.orders", 0))
    shop.land("c.csv", THIRD)
    with pytest.raises(TableDamaged, match=r"LS621 silver.orders"):
        shop.run(select=SELECT)


def checkpoint(shop: Shop) -> Path:
    """Write a checkpoint of bronze and return its file."""
    table = DeltaTable(str(table_dir(shop, "bronze.orders")))
    table.create_checkpoint()
    (file,) = table_dir(shop, "bronze.orders").glob("_delta_log/*.checkpoint.parquet")
    return file


@pytest.mark.parametrize(
    ("damage", "code"), [(cut, "LS622"), (empty, "LS622"), (remove, "LS623")], ids=["torn", "of no bytes", "missing"]
)
def test_a_broken_checkpoint_stops_the_run_and_can_be_taken_away(
    shop: Shop, damage: Callable[[Path], None], code: str
) -> None:
    file = checkpoint(shop)
    damage(file)
    shop.land("c.csv", THIRD)
    with pytest.raises(TableDamaged, match=code):
        shop.run(select=BRONZE)
    for left in (file, file.with_name("_last_checkpoint")):
        left.unlink(missing_ok=True)
    shop.run(select=BRONZE)
    assert bronze_ids(shop) == ALL_IDS


def test_a_pointer_that_cannot_be_read_costs_nothing(shop: Shop) -> None:
    checkpoint(shop).with_name("_last_checkpoint").write_text("not json")
    shop.land("c.csv", THIRD)
    assert shop.run(select=BRONZE).state == "done"
    assert bronze_ids(shop) == ALL_IDS


def test_a_cleaned_log_loses_no_position(shop: Shop) -> None:
    checkpoint(shop)
    remove(commit_file(shop, "bronze.orders", 0))
    shop.land("c.csv", THIRD)
    shop.run(select=SELECT)
    assert (bronze_ids(shop), quantities(shop)) == (ALL_IDS, AFTER_THREE)


def test_a_missing_data_file_is_an_error_where_a_count_still_answers(shop: Shop) -> None:
    for table in SELECT:
        for file in data_files(shop, table):
            remove(file)
    assert shop.lake.table("bronze.orders").count() == len(FIRST + SECOND)
    with pytest.raises(Exception, match=r"FAILED_READ_FILE"):
        shop.rows("bronze.orders")
    shop.land("c.csv", THIRD)
    with pytest.raises(RunFailed) as caught:
        shop.run(select=SELECT)
    assert by_table(caught.value.result)["silver.orders"].state == "failed"


def test_a_flipped_bit_is_found_by_the_checksum_beside_the_file(shop: Shop) -> None:
    for file in data_files(shop, "silver.orders"):
        assert sidecar(file).exists()
        data = bytearray(file.read_bytes())
        data[len(data) // 3] ^= 1
        file.write_bytes(data)
    with pytest.raises(Exception, match=r"Checksum|FAILED_READ_FILE"):
        shop.rows("silver.orders")


def test_commits_from_the_future_change_no_position(shop: Shop) -> None:
    for file in (shop.root / "lake").rglob("_delta_log/*"):
        os.utime(file, (FUTURE, FUTURE))
    shop.land("c.csv", THIRD)
    result = shop.run(select=SELECT)
    assert (bronze_ids(shop), quantities(shop)) == (ALL_IDS, AFTER_THREE)
    version = by_table(result)["silver.orders"].version
    assert version is not None
    assert quantities(shop, version - 1) == AFTER_TWO


def test_files_of_an_old_date_are_new_when_they_were_not_seen(shop: Shop) -> None:
    os.utime(shop.land("0.csv", THIRD), (0, 0))
    shop.run(select=SELECT)
    assert quantities(shop) == AFTER_THREE


def test_nothing_vacuums_and_a_users_vacuum_keeps_what_is_published(shop: Shop) -> None:
    for table in SELECT:
        assert {row["operation"] for row in shop.lake.history(table)} <= {"WRITE", "MERGE"}
        assert DeltaTable(str(table_dir(shop, table))).vacuum(dry_run=True) == []
