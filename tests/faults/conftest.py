"""A lake that two uninterrupted runs built, copied for each test that damages it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.faults.damage import FIRST, SECOND, SELECT
from tests.shop import Shop, built_once


@pytest.fixture(scope="session")
def undamaged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A bronze and a silver table, built by two runs; only to be read and copied."""

    def build(root: Path) -> None:
        shop = Shop(root, spark)
        for name, lines in (("a.csv", FIRST), ("b.csv", SECOND)):
            shop.land(name, lines)
            shop.run(select=SELECT)

    return Shop.existing(built_once(tmp_path_factory, "two-runs", build), spark)


@pytest.fixture
def shop(undamaged: Shop, tmp_path: Path) -> Shop:
    """A copy of that lake at a path of the test's own; its two files are no longer in the landing directory."""
    return Shop(tmp_path / "shop", undamaged.spark).take_over(undamaged)


@pytest.fixture
def make_shop(tmp_path: Path, spark: SparkSession) -> Callable[..., Shop]:
    """Open an empty shop, some of its specs replaced."""

    def make(specs: Mapping[str, str] | None = None, name: str = "new") -> Shop:
        return Shop(tmp_path / name, spark, specs)

    return make
