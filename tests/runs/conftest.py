"""A little shop of the test's own, and one that a module shares between tests that only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.runs.schema_shop import BOTH, DAILY, FIRST, ORDERS, SECOND, Make, policy
from tests.shop import Shop


@pytest.fixture
def make_shop(tmp_path: Path, spark: SparkSession) -> Callable[..., Shop]:
    """Open a shop, some of its specs replaced."""

    def make(specs: Mapping[str, str] | None = None, name: str = "shop") -> Shop:
        return Shop(tmp_path / name, spark, specs)

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """The shop as it is."""
    return make_shop()


@pytest.fixture
def built(make_shop: Make) -> Callable[..., Shop]:
    """Open a shop whose first file has been built."""

    def build(word: str = "fail", select: list[str] = BOTH, **specs: str) -> Shop:
        tables = {"tables/silver/orders": policy(ORDERS, word), "tables/gold/daily": DAILY}
        shop = make_shop(tables | {f"tables/{name.replace('_', '/', 1)}": text for name, text in specs.items()})
        shop.land("a.csv", FIRST)
        shop.run(select=select)
        shop.land("b.csv", SECOND)
        return shop

    return build
