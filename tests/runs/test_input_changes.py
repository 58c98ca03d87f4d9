"""Rows of an upsert follow the tables that they look up, as `on_input_change: recompute` says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.runs.enriched_shop import enriched_shop, land, model
from tests.shop import Shop, by_table

FACTS = ["1,7,5,1,I", "2,7,5,1,I", "3,8,5,1,I", "4,,5,1,I", "5,7,-1,1,I"]
DIMENSION = ["7,UK,0,1,I", "8,FR,0,1,I"]
TABLE = "gold.enriched"


@pytest.fixture(scope="module")
def built(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with five lines of two customers, one of them in the quarantine."""
    shop = enriched_shop(tmp_path_factory.mktemp("enriched") / "shop", spark)
    land(shop, "0", FACTS, DIMENSION)
    shop.run()
    return shop


@pytest.fixture
def shop(built: Shop, tmp_path: Path) -> Iterator[Shop]:
    """A copy of it with a feed of its own."""
    copy = built.copied(tmp_path / "copy")
    yield copy
    for file in built.landing.rglob("1*.csv"):
        file.unlink()


def rows(shop: Shop) -> list[tuple[object, ...]]:
    return sorted(shop.rows(TABLE), key=repr)


def test_a_changed_customer_computes_its_lines_again(shop: Shop) -> None:
    land(shop, "1", [], ["7,DE,0,2,U"])
    result = shop.run()
    counts = by_table(result)[TABLE].counts
    assert rows(shop) == model(FACTS, [*DIMENSION, "7,DE,0,2,U"])
    # Lines 1, 2 and 5 of the customer are read, and no other.
    assert (counts.read, counts.quarantined, counts.accepted, counts.updated) == (3, 1, 2, 2)
    assert len(shop.lake.quarantine(TABLE).collect()) == 1
    assert by_table(shop.run())[TABLE].state == "nothing_new"
