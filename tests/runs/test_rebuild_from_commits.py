"""A ledger that is lost or old is brought up to date from the tables' own commits; nothing is read twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lakesmith.errors import GateRefused, LedgerError
from lakesmith.ledger.store import read_ledger
from lakesmith.sources.files import position
from lakesmith.tables.ref import table_ref
from tests.positions import files_seen
from tests.shop import SPECS, TABLES, Shop

FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I"]
SECOND = ["3,C,4,1.00,2026-01-02,2,D", "1,A,9,2.50,2026-01-03,2,U", "4,D,-2,1.00,2026-01-03,1,I"]
THIRD = ["5,E,5,1.00,2026-01-04,1,I"]
DEAR = ["6,C,1,9999.00,2026-01-02,1,I"]
FIXED = SPECS["tables/silver/orders"].replace("max: 1000, on_fail: fail", "max: 1000, on_fail: quarantine")


def published(shop: Shop) -> dict[str, object]:
    return {table: shop.rows(table) for table in TABLES} | {"bad": shop.reasons("silver.orders")}


def ops(shop: Shop) -> Path:
    return shop.root / "lake" / "ops"


@pytest.fixture
def twice(shop: Shop) -> Shop:
    shop.land("a.csv", FIRST)
    shop.run()
    shutil.copytree(ops(shop), shop.root / "older")
    shop.land("b.csv", SECOND)
    shop.run()
    return shop


def test_a_lost_ledger_is_read_from_the_tables(twice: Shop, caplog: pytest.LogCaptureFixture) -> None:
    before = published(twice)
    shutil.rmtree(ops(twice))
    twice.run()
    assert published(twice) == before
    assert "the ledger did not know all of silver.orders" in caplog.text
    assert twice.run().state == "nothing_new"
    twice.land("c.csv", THIRD)
    twice.run()
    assert len(twice.rows("bronze.orders")) == 7


def test_a_ledger_from_an_older_copy_reads_nothing_twice(twice: Shop) -> None:
    before = published(twice)
    shutil.rmtree(ops(twice))
    shutil.copytree(twice.root / "older", ops(twice))
    twice.land("c.csv", THIRD)
    twice.run()
    assert len(twice.rows("bronze.orders")) == 7
    (twice.landing / "c.csv").unlink()
    assert before["silver.orders"] == [row for row in twice.rows("silver.orders") if row[0] != 5]


def test_a_plan_says_what_the_run_would_adopt_and_writes_nothing(twice: Shop) -> None:
    shutil.rmtree(ops(twice))
    assert {table.table: table.new for table in twice.lake.plan().tables}["silver.lines"].endswith(
        "(a batch that was begun)"
    )
    assert not ops(twice).exists()


def test_commits_that_name_only_some_files_are_completed_by_the_rows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position, "FILES_IN_COMMIT", 1)
    for name in "abcd":
        shop.land(f"{name}.csv", [f"{ord(name)},A,1,2.50,2026-01-01,1,I"])
    shop.run()
    shutil.rmtree(ops(shop))
    shop.run()
    assert len(shop.rows("bronze.orders")) == 4
    assert shop.run().state == "nothing_new"


@pytest.mark.prove
def test_a_refused_batch_that_was_undone_stays_undone(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused):
        shop.run()
    shop.spec("tables/silver/orders", FIXED)
    shop.run()
    before = published(shop)
    shutil.rmtree(ops(shop))
    shop.run()
    assert published(shop) == before


def test_a_restore_whose_ledger_entry_is_missing_is_not_accepted_afterwards(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused):
        shop.run()
    shutil.copytree(ops(shop) / "ledger", shop.root / "older")
    shop.spec("tables/silver/orders", FIXED)
    shop.run()
    shutil.rmtree(ops(shop) / "ledger")
    shutil.copytree(shop.root / "older", ops(shop) / "ledger")
    with pytest.raises(LedgerError, match=r"LS604"):
        shop.run(accept=["silver.orders"])


@pytest.mark.prove
def test_a_rolled_back_run_stays_rolled_back(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    file = shop.land("b.csv", SECOND)
    second = shop.run().run_id
    shop.lake.rollback(second)
    file.unlink()
    before = published(shop)
    shutil.rmtree(ops(shop))
    shop.run()
    assert published(shop) == before


def test_a_table_of_somebody_else_is_refused(shop: Shop) -> None:
    foreign = table_ref(str(shop.root / "lake"), None, "bronze.orders")
    foreign.save(shop.spark.range(1).write.format("delta"))
    shop.land("a.csv", FIRST)
    with pytest.raises(LedgerError, match=r"LS602.*bronze.orders exists"):
        shop.run()


def test_a_table_that_is_gone_is_named_and_a_rebuild_brings_it_back(twice: Shop) -> None:
    before = published(twice)
    shutil.rmtree(twice.root / "lake" / "silver" / "lines")
    with pytest.raises(LedgerError, match=r"(?s)LS613.*silver.lines is missing.*--rebuild --select silver.lines"):
        twice.run()
    twice.run(rebuild=True, select=["silver.lines"])
    assert published(twice)["silver.lines"] == before["silver.lines"]


def test_the_adopted_ledger_is_the_ledger_that_was(twice: Shop) -> None:
    ledger = table_ref(str(twice.root / "lake"), None, "ops.ledger")
    before = read_ledger(twice.spark, ledger, "test").states
    shutil.rmtree(ops(twice))
    twice.run()
    after = read_ledger(twice.spark, ledger, "test").states
    for name in TABLES:
        assert files_seen(after[name]) == files_seen(before[name])
        assert (after[name].version, after[name].since) == (before[name].version, before[name].since)
        assert [mark.batch for mark in after[name].marks] == [mark.batch for mark in before[name].marks]
