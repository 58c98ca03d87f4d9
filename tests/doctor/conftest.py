"""A shop whose tables lie on disk, copied for each test that damages it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.shop import Shop

DAYS = {
    "1.csv": ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"],
    "2.csv": ["1,A,5,2.50,2026-01-01,2,U", "3,C,1,4.00,2026-01-02,1,I"],
    "3.csv": ["3,C,0,0.00,2026-01-02,2,D", "4,D,2,1.00,2026-01-03,1,I"],
}


@pytest.fixture(scope="package")
def undamaged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Three runs that nothing disturbed; tests only read it."""
    shop = Shop(tmp_path_factory.mktemp("undamaged") / "shop", spark)
    for name, lines in DAYS.items():
        shop.land(name, lines)
        shop.run()
    return shop


@pytest.fixture
def shop(undamaged: Shop, tmp_path: Path, spark: SparkSession) -> Shop:
    """A copy of the undamaged shop for one test; its feed is the undamaged one's, so that nothing is new to it."""
    copied = object.__new__(Shop)
    copied.root, copied.spark, copied.landing = tmp_path / "shop", spark, undamaged.landing
    copied.overrides = {"warehouse": str(tmp_path / "shop" / "lake")}
    shutil.copytree(undamaged.root, copied.root, ignore=shutil.ignore_patterns("in"))
    return copied
