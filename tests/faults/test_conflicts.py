"""What somebody else does to a table while a run merges into it: the batch is planned again, and nothing is lost."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.write.strategies import upsert as strategy
from lakesmith.errors import RunFailed
from lakesmith.tables.ref import TableRef
from tests.faults.damage import AFTER_THREE, AFTER_TWO, SELECT, THIRD, quantities, table_dir
from tests.shop import SPECS, Shop, by_table

PATIENCE = 120


def wait_when_armed(df: DataFrame, place: str) -> DataFrame:
    """Hold each task, once it is `armed`, until the file `go` is in a directory; it says so by the file `reached`."""

    def wait(value):  # type: ignore[no-untyped-def]
        if (Path(place) / "armed").exists():
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


def run_beside(shop: Shop, statement: str, when: str) -> None:
    """Run with a statement of somebody else that commits while the batch is planned, or while it is written."""
    place = shop.root / "place"
    place.mkdir()
    if when == "planned":
        (place / "armed").touch()

    def meddle() -> None:
        until((place / "reached").exists)
        try:
            shop.spark.sql(statement.format(f"delta.`{table_dir(shop, 'silver.orders')}`")).collect()
        finally:
            (place / "go").touch()

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("replace_keys", "upsert"):
                patch.setattr(strategy, name, armed(getattr(strategy, name), place))
            shop.run(select=SELECT)
    finally:
        meddler.join()
        shutil.rmtree(place)


def armed(write: Callable[..., None], place: Path) -> Callable[..., None]:
    """Arm the step when the write begins."""

    def apply(rows: DataFrame, table: TableRef, *others: Any) -> None:
        if table.name == "silver.orders":
            (place / "armed").touch()
        write(rows, table, *others)

    return apply


@pytest.fixture
def held(shop: Shop) -> Shop:
    """The lake of two runs with a third file, and a step that holds the merge where it reads its rows."""
    step = f"steps:\n  - tests.faults.test_conflicts:wait_when_armed: {{place: {shop.root / 'place'}}}\nchecks:"
    shop.spec("tables/silver/orders", SPECS["tables/silver/orders"].replace("checks:", step))
    shop.land("c.csv", THIRD)
    return shop


@pytest.mark.parametrize(
    ("statement", "method", "when"),
    [
        ("OPTIMIZE {}", "auto", "written"),
        ("OPTIMIZE {}", "merge", "written"),
        pytest.param("OPTIMIZE {}", "auto", "planned", marks=pytest.mark.prove),
        pytest.param("ALTER TABLE {} SET TBLPROPERTIES ('note' = 'me')", "auto", "written", marks=pytest.mark.prove),
        pytest.param("ALTER TABLE {} SET TBLPROPERTIES ('note' = 'me')", "merge", "written", marks=pytest.mark.prove),
    ],
)
def test_a_commit_of_another_writer_that_changes_no_row_is_survived(
    held: Shop, statement: str, method: str, when: str
) -> None:
    by_method(held, method)
    run_beside(held, statement, when)
    assert quantities(held) == AFTER_THREE
    assert by_table(held.run(select=SELECT))["silver.orders"].batches == 0
    assert quantities(held) == AFTER_THREE


def by_method(shop: Shop, method: str) -> None:
    spec = (shop.root / "conf/tables/silver/orders.yml").read_text(encoding="utf-8")
    shop.spec("tables/silver/orders", spec.replace("strategy: upsert", f"strategy: upsert, method: {method}"))


@pytest.mark.parametrize(
    ("method", "when"),
    [
        ("auto", "planned"),
        ("auto", "written"),
        pytest.param("merge", "planned", marks=pytest.mark.prove),
        pytest.param("merge", "written", marks=pytest.mark.prove),
    ],
)
def test_rows_that_another_writer_adds_meanwhile_stop_the_table_until_they_are_taken_back(
    held: Shop, method: str, when: str
) -> None:
    by_method(held, method)
    values = "VALUES (7, 'G', 7, 1.00, DATE'2026-01-05', 1)"
    with pytest.raises(RunFailed, match="LS211"):
        run_beside(held, f"INSERT INTO {{}} (id, sku, qty, price, day, seq) {values}", when)
    assert quantities(held) == AFTER_TWO
    with pytest.raises(RunFailed, match="LS211"):
        held.run(select=SELECT)
    held.spark.sql(f"RESTORE TABLE delta.`{table_dir(held, 'silver.orders')}` TO VERSION AS OF 1").collect()
    held.run(select=SELECT)
    assert quantities(held) == AFTER_THREE
