"""A lake that two calm runs built, copied for each test that damages it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.faults.damage import FIRST, SECOND, SELECT
from tests.shop import Shop


@pytest.fixture(scope="session")
def calm(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A bronze and a silver table, built by two runs; only to be read and copied."""
    shop = Shop(tmp_path_factory.mktemp("calm") / "shop", spark)
    shop.land("a.csv", FIRST)
    shop.run(select=SELECT)
    shop.land("b.csv", SECOND)
    shop.run(select=SELECT)
    return shop


@pytest.fixture
def shop(calm: Shop, tmp_path: Path) -> Shop:
    """The calm lake at a path of the test's own; its two files were taken away from the landing directory."""
    copy = Shop(tmp_path / "shop", calm.spark)
    shutil.copytree(calm.root / "lake", copy.root / "lake", copy_function=shutil.copy2)
    return copy


@pytest.fixture
def make_shop(tmp_path: Path, spark: SparkSession) -> Callable[..., Shop]:
    """Open an empty shop, some of its specs replaced."""

    def make(specs: Mapping[str, str] | None = None, name: str = "new") -> Shop:
        return Shop(tmp_path / name, spark, specs)

    return make
