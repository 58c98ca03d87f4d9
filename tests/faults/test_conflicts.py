"""What somebody else does to a table while a run merges into it: the batch is planned anew, and nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.errors import RunFailed
from tests.faults.damage import AFTER_THREE, AFTER_TWO, SELECT, THIRD, quantities, table_dir
from tests.shop import SPECS, Shop, by_table

PATIENCE = 120


def wait_when_told(df: DataFrame, place: str) -> DataFrame:
    """Hold each task until the file `go` is in a directory, having said so by the file `reached`."""

    def wait(value):  # type: ignore[no-untyped-def]
        (Path(place) / "reached").touch()
        until((Path(place) / "go").exists)
        return value

    return df.withColumn("sku", F.udf(wait, "string")("sku")) if Path(place).exists() else df


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def run_beside(shop: Shop, statement: str) -> None:
    """Run with a statement of somebody else that commits while the merge is reading."""
    place = shop.root / "place"
    place.mkdir()

    def meddle() -> None:
        until((place / "reached").exists)
        try:
            shop.spark.sql(statement.format(f"delta.`{table_dir(shop, 'silver.orders')}`")).collect()
        finally:
            (place / "go").touch()

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        shop.run(select=SELECT)
    finally:
        meddler.join()
        (place / "reached").unlink()
        (place / "go").unlink()
        place.rmdir()


@pytest.fixture
def held(shop: Shop) -> Shop:
    """The calm lake with a third file, and a step that holds the merge where it reads its rows."""
    step = f"steps:\n  - tests.faults.test_conflicts:wait_when_told: {{place: {shop.root / 'place'}}}\nchecks:"
    shop.spec("tables/silver/orders", SPECS["tables/silver/orders"].replace("checks:", step))
    shop.land("c.csv", THIRD)
    return shop


@pytest.mark.parametrize(
    "statement",
    [
        "OPTIMIZE {}",
        pytest.param("ALTER TABLE {} SET TBLPROPERTIES ('note' = 'mine')", marks=pytest.mark.prove),
    ],
)
@pytest.mark.parametrize("method", ["auto", "merge"])
def test_a_commit_of_somebody_else_that_changes_no_row_is_survived(held: Shop, statement: str, method: str) -> None:
    spec = (held.root / "conf/tables/silver/orders.yml").read_text(encoding="utf-8")
    held.spec("tables/silver/orders", spec.replace("strategy: upsert", f"strategy: upsert, method: {method}"))
    run_beside(held, statement)
    assert quantities(held) == AFTER_THREE
    assert by_table(held.run(select=SELECT))["silver.orders"].batches == 0
    assert quantities(held) == AFTER_THREE


def test_rows_that_somebody_adds_during_a_merge_stop_the_table_until_they_are_taken_back(held: Shop) -> None:
    values = "VALUES (7, 'G', 7, 1.00, DATE'2026-01-05', 1)"
    with pytest.raises(RunFailed, match="LS211"):
        run_beside(held, f"INSERT INTO {{}} (id, sku, qty, price, day, seq) {values}")
    assert quantities(held) == AFTER_TWO
    with pytest.raises(RunFailed, match="LS211"):
        held.run(select=SELECT)
    held.spark.sql(f"RESTORE TABLE delta.`{table_dir(held, 'silver.orders')}` TO VERSION AS OF 1").collect()
    held.run(select=SELECT)
    assert quantities(held) == AFTER_THREE
