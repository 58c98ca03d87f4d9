from __future__ import annotations

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from lakesmith.doctor.files_check import check_files
from lakesmith.tables.delta_log.snapshot import LocalTable, open_local
from lakesmith.tables.ref import TableRef
from tests.doctor.damage import age, all_rows, fixed, found, root_of
from tests.shop import Shop


def a_file(shop: Shop, table: str) -> Path:
    return Path(DeltaTable(str(root_of(shop, table))).file_uris()[0].removeprefix("file://"))


def test_a_missing_file_is_found_although_a_count_still_answers(shop: Shop) -> None:
    a_file(shop, "bronze.orders").unlink()
    assert shop.lake.table("bronze.orders").count() == 6
    (error,) = [one for one in shop.lake.doctor(fix=True).findings if one.severity == "error"]
    assert (error.code, error.table, error.fixable) == ("LS624", "bronze.orders", False)
    assert "is missing" in error.what


def test_a_file_that_was_cut_off_is_found(shop: Shop) -> None:
    os.truncate(a_file(shop, "gold.daily"), 10)
    (error,) = [one for one in shop.lake.doctor().findings if one.severity == "error"]
    assert (error.code, error.table) == ("LS624", "gold.daily") and "has 10 bytes" in error.what


@pytest.fixture
def with_vector(spark: SparkSession, tmp_path: Path) -> LocalTable:
    """A partitioned table with a name to encode, one row of which is deleted by a vector."""
    table = TableRef("silver.a", str(tmp_path / "a"))
    rows = spark.range(100).selectExpr("id", "'a b/c' AS part").coalesce(1)
    rows.write.format("delta").option("delta.enableDeletionVectors", "true").partitionBy("part").save(table.location)
    table.delete_rows(spark, "id = 5")
    found = open_local(table)
    assert found is not None and len(found.head.live) == 1
    return found


def test_a_table_with_deletion_vectors_is_sound(with_vector: LocalTable) -> None:
    assert list(with_vector.root.glob("deletion_vector_*.bin"))
    assert list(check_files(with_vector)) == []


def test_a_missing_deletion_vector_is_found(with_vector: LocalTable) -> None:
    (vector,) = with_vector.root.glob("deletion_vector_*.bin")
    vector.unlink()
    (error,) = check_files(with_vector)
    assert (error.code, error.where) == ("LS624", str(vector))


def test_a_checkpoint_says_the_same_as_its_commits(with_vector: LocalTable) -> None:
    before = with_vector.head.live.keys()
    DeltaTable(with_vector.ref.location).create_checkpoint()
    again = open_local(with_vector.ref)
    assert again is not None and again.log.checkpoint == 1
    assert again.head.live.keys() == before
    assert list(check_files(again)) == []


def test_old_orphans_are_moved_away_and_young_ones_are_not(undamaged_rows: dict[str, object], shop: Shop) -> None:
    lines = root_of(shop, "silver.lines")
    old, young = lines / "day=2026-01-01" / "part-old.parquet", lines / "part-young.parquet"
    for file in (old, young):
        file.write_bytes(b"x" * 1000)
    age(old, 31)
    orphans = [one for one in found(shop.lake.doctor()) if one[1] == "LS625"]
    assert orphans == [("warning", "LS625", "silver.lines"), ("info", "LS625", "silver.lines")]
    assert fixed(shop) == ["LS625"]
    assert (old.exists(), young.exists()) == (False, True)
    (kept,) = (shop.root / "lake" / ".lakesmith" / "set_aside").rglob(old.name)
    assert kept.read_bytes() == b"x" * 1000
    assert all_rows(shop) == undamaged_rows


def test_removed_files_are_no_orphans_however_old(shop: Shop) -> None:
    for file in root_of(shop, "gold.daily").glob("*.parquet"):
        age(file, 400)
    assert shop.lake.doctor().findings == ()
