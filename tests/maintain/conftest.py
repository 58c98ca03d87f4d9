"""A lake that two runs built, with maintenance eager enough for tiny tables; copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.shop import SPECS, Shop, built_once

FIRST = [
    "1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I", "6,F,1,1.00,2026-01-01,1,I",
]  # fmt: skip
SECOND = ["3,C,4,1.00,2026-01-02,2,D", "1,A,9,2.50,2026-01-03,2,U", "4,D,2,1.00,2026-01-03,1,I"]
THIRD = ["5,E,5,1.00,2026-01-04,1,I", "4,D,7,1.00,2026-01-03,2,U", "1,A,9,2.50,2026-01-03,3,D"]
SHORT = "properties: {delta.deletedFileRetentionDuration: interval 1 second}\n"
EAGER = "maintenance: {min_small_files: 2, deleted_share: 0.01, tombstone_retention: 0s}\n"
SPECS_OF = {
    "base": SPECS["base"] + EAGER,
    "tables/gold/copy": "from: silver.orders\ncolumns: {id: {type: bigint}, qty: {type: int}, seq: {type: int}}\n"
    "write: {strategy: upsert, keys: [id], sequence_by: [seq]}\n",
}
TABLES = ("bronze.orders", "silver.orders", "gold.daily", "gold.copy")


def rows_of(shop: Shop) -> dict[str, object]:
    """Return the published rows of the tables."""
    return {table: shop.rows(table) for table in TABLES}


@pytest.fixture(scope="package")
def built(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two runs; only to be read and copied."""

    def build(root: Path) -> None:
        shop = Shop(root, spark, SPECS_OF)
        for name, lines in {"a.csv": FIRST, "b.csv": SECOND}.items():
            shop.land(name, lines)
            shop.run(select=TABLES)

    return Shop.existing(built_once(tmp_path_factory, "maintained", build), spark)


@pytest.fixture(scope="package")
def after_third(built: Shop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the tables hold after one more run that no maintenance came before."""
    shop = copied(built, tmp_path_factory.mktemp("third"))
    shop.land("c.csv", THIRD)
    shop.run(select=TABLES)
    return rows_of(shop)


@pytest.fixture
def shop(built: Shop, tmp_path: Path) -> Shop:
    """A copy of the lake at a path of the test's own; the files of its feed were taken away."""
    return copied(built, tmp_path)


@pytest.fixture
def make_shop(tmp_path: Path, spark: SparkSession) -> Callable[..., Shop]:
    """Open an empty shop, some of its specs replaced."""

    def make(specs: dict[str, str]) -> Shop:
        return Shop(tmp_path / "new", spark, SPECS_OF | specs)

    return make


def copied(built: Shop, root: Path) -> Shop:
    """Copy a shop without its feed."""
    return Shop(root / "shop", built.spark, SPECS_OF).take_over(built)
