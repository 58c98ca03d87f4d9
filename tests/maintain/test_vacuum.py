"""VACUUM deletes what nobody needs, and nothing else: readers behind, published versions, files on their way."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.maintain.conftest import FIRST, SECOND, SHORT, TABLES, THIRD, rows_of
from tests.shop import SPECS, Shop

UPSTREAM = ["bronze.orders", "silver.orders"]


@pytest.fixture
def short(make_shop: Callable[..., Shop]) -> Shop:
    """A shop whose silver orders keep removed files for a second."""
    shop = make_shop({"tables/silver/orders": SPECS["tables/silver/orders"] + SHORT})
    shop.land("a.csv", FIRST)
    shop.run(select=TABLES)
    return shop


def data(shop: Shop) -> set[Path]:
    return set((shop.root / "lake" / "silver" / "orders").glob("part-*.parquet"))


def keep(shop: Shop, span: str) -> None:
    name = f"delta.`{shop.root / 'lake' / 'silver' / 'orders'}`"
    shop.spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES (delta.deletedFileRetentionDuration = 'interval {span}')")


def vacuumed(shop: Shop) -> tuple[str, str]:
    steps = shop.lake.maintain(["silver.orders"]).steps
    (step,) = [step for step in steps if (step.table, step.action) == ("silver.orders", "vacuum")]
    return step.state, step.reason


def test_vacuum_waits_for_the_slowest_reader_and_leaves_files_that_no_commit_names(short: Shop) -> None:
    short.land("b.csv", SECOND)
    short.run(select=[*UPSTREAM, "gold.copy"])  # gold.daily stays behind
    before = rows_of(short)
    short.lake.maintain(["silver.orders"])
    time.sleep(1.5)
    on_its_way = short.root / "lake" / "silver" / "orders" / "part-00000-on-its-way.parquet"
    on_its_way.write_bytes(b"a batch that is being written")
    os.utime(on_its_way, (0, 0))
    files = data(short)

    state, reason = vacuumed(short)
    assert (state, data(short)) == ("skipped", files)
    assert "gold.daily has read it up to version 0" in reason
    assert rows_of(short) == before

    keep(short, "30 days")  # Delta itself refuses to read what is older than the retention, files or not
    short.run(select=TABLES)
    now = rows_of(short)
    keep(short, "1 second")
    assert now["gold.daily"] != before["gold.daily"]
    time.sleep(1.5)
    state, reason = vacuumed(short)
    assert state == "done", reason
    assert on_its_way in data(short) and len(data(short)) < len(files)
    assert rows_of(short) == now
    short.land("c.csv", THIRD)
    assert short.run(select=TABLES).state == "done"
