"""A shop whose tables are stored on disk, copied for each test that damages it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.doctor.damage import all_rows
from tests.shop import Shop, built_once

DAYS = {
    "1.csv": ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"],
    "2.csv": ["1,A,5,2.50,2026-01-01,2,U", "3,C,1,4.00,2026-01-02,1,I"],
    "3.csv": ["3,C,0,0.00,2026-01-02,2,D", "4,D,2,1.00,2026-01-03,1,I"],
}


@pytest.fixture(scope="package")
def undamaged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Three uninterrupted runs; tests only read it."""

    def build(root: Path) -> None:
        shop = Shop(root, spark)
        for name, lines in DAYS.items():
            shop.land(name, lines)
            shop.run()

    return Shop.existing(built_once(tmp_path_factory, "undamaged", build), spark)


@pytest.fixture(scope="package")
def undamaged_rows(undamaged: Shop) -> dict[str, object]:
    """The published rows of all its tables."""
    return all_rows(undamaged)


@pytest.fixture
def shop(undamaged: Shop, tmp_path: Path) -> Shop:
    """A copy of the undamaged shop for one test."""
    return undamaged.copied(tmp_path / "shop")
