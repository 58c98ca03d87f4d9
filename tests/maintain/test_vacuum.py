"""VACUUM deletes what nobody needs, and nothing else: readers behind, published versions, files on their way."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.maintain.retained_versions import readers, unfinished
from lakesmith.sources.upstream_source import versions_slice
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef
from tests.maintain.conftest import FIRST, SECOND, SHORT, TABLES, THIRD, rows_of
from tests.positions import read_to
from tests.shop import SPECS, Shop

ABOVE = ["bronze.orders", "silver.orders"]


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
    short.run(select=[*ABOVE, "gold.copy"])  # gold.daily stays behind
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


def ledger(*states: TableState, **published: int) -> Ledger:
    table = OpsTable(TableRef("ops.ledger", "nowhere"), "")
    return Ledger(table, "run", {state.table: state for state in states}, {"id": 1, "tables": published})


def test_a_batch_that_was_begun_holds_the_versions_that_it_reads(shop: Shop) -> None:
    opened = Intent("gold.daily", 1, 4, "2026-01-01T00:00:00+00:00", "hash", versions_slice("silver.orders", 2, 5))
    found = ledger(TableState("gold.daily", positions=read_to(2), open=opened), TableState("silver.orders", version=5))
    held = readers(shop.lake.project, found, "silver.orders")
    assert [(hold.version, hold.reason) for hold in held] == [
        (2, "gold.daily has read it up to version 2"),
        (2, "batch 4 of gold.daily was begun and reads it from version 2"),
        (5, "batch 4 of gold.daily was begun and reads it from version 5"),
    ]


def test_a_table_below_that_only_misses_maintenance_holds_nothing(shop: Shop) -> None:
    above = TableState("silver.orders", version=9, voids=[(6, 9)])
    found = ledger(TableState("gold.daily", positions=read_to(5)), above)
    assert [hold.version for hold in readers(shop.lake.project, found, "silver.orders")] == [9]


def test_a_table_that_is_to_be_built_from_another_one_holds_what_it_was_built_from(shop: Shop) -> None:
    below = TableState("gold.daily", positions=read_to(5), upstream="silver.lines")
    found = ledger(below, TableState("silver.lines", version=9), TableState("silver.orders", version=9))
    held = {name: readers(shop.lake.project, found, name) for name in ("silver.lines", "silver.orders")}
    assert {name: [hold.version for hold in holds] for name, holds in held.items()} == {
        "silver.lines": [5], "silver.orders": [],
    }  # fmt: skip


def test_a_table_whose_own_batch_is_not_closed_is_left_alone(shop: Shop) -> None:
    opened = Intent("gold.daily", 1, 4, "2026-01-01T00:00:00+00:00", "hash", versions_slice("silver.orders", 2, 5))
    assert "begun" in unfinished(TableState("gold.daily", open=opened))
    assert "refused" in unfinished(TableState("gold.daily", refused={"version": 3}))
    assert "rollback" in unfinished(TableState("gold.daily", undo={"version": 3}))
    assert unfinished(TableState("gold.daily")) == ""
