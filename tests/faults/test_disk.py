"""A warehouse on a disk of six megabytes that fills up, and one that cannot be written: nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import LakesmithError
from tests.faults.damage import AFTER_THREE, AFTER_TWO, SELECT, THIRD, quantities
from tests.faults.disk import mount, needs_root
from tests.shop import Shop

pytestmark = needs_root


@pytest.fixture
def disk(undamaged: Shop, tmp_path: Path, spark: SparkSession) -> Iterator[Shop]:
    """The lake of two runs on a separate disk of six megabytes; the landing directory is elsewhere."""
    shop = Shop(tmp_path / "shop", spark)
    lake = shop.root / "lake"
    lake.mkdir()
    mount("size=6m", lake)
    shutil.copytree(undamaged.root / "lake", lake, dirs_exist_ok=True)
    yield shop
    subprocess.run(["umount", "--lazy", str(lake)], check=True)


def fill(shop: Shop, leave: int) -> Path:
    """Fill the disk, some bytes left."""
    ballast = shop.root / "lake" / "ballast"
    stat = os.statvfs(shop.root / "lake")
    ballast.write_bytes(b"\0" * (stat.f_bavail * stat.f_frsize - leave))
    return ballast


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(0, marks=pytest.mark.prove),
        pytest.param(4096, marks=pytest.mark.prove),
        65_536,
    ],
    ids=["nothing left", "one block left", "some blocks left"],
)
def test_a_full_disk_fails_the_run_and_space_heals_it(disk: Shop, leave: int) -> None:
    ballast = fill(disk, leave)
    disk.land("c.csv", THIRD)
    with pytest.raises(LakesmithError):
        disk.run(select=SELECT)
    assert quantities(disk) == AFTER_TWO
    ballast.unlink()
    disk.run(select=SELECT)
    assert quantities(disk) == AFTER_THREE
    assert len(disk.rows("bronze.orders")) == 6


def test_a_batch_larger_than_the_disk_leaves_the_table_as_it_was(disk: Shop) -> None:
    noise = os.urandom(4_000_000).hex()
    lines = [f"{9 + n},{noise[n * 1000 : n * 1000 + 1000]},1,1.00,2026-01-04,1,I" for n in range(8_000)]
    disk.land("c.csv", [*THIRD, *lines])
    with pytest.raises(LakesmithError, match=r"No space left on device"):
        disk.run(select=SELECT)
    assert quantities(disk) == AFTER_TWO
    mount("remount,size=200m", disk.root / "lake")
    disk.run(select=SELECT)
    assert sorted(quantities(disk))[:4] == AFTER_THREE
    assert len(disk.rows("bronze.orders")) == 6 + len(lines)


def test_a_read_only_warehouse_is_one_clear_error_and_can_be_read(disk: Shop) -> None:
    disk.land("c.csv", THIRD)
    mount("remount,ro", disk.root / "lake")
    with pytest.raises(LakesmithError, match=r"LS212 the warehouse cannot be written: Read-only file system"):
        disk.run(select=SELECT)
    assert quantities(disk) == AFTER_TWO
    mount("remount,rw", disk.root / "lake")
    disk.run(select=SELECT)
    assert quantities(disk) == AFTER_THREE
