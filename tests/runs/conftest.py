"""A little shop of the test's own, and one that a module shares between tests that only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

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
