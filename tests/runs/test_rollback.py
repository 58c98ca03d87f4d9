"""A rollback takes back a run and what was built on it, and the next run reads the same inputs again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakesmith.errors import InputError, LedgerError
from lakesmith.repair import rollback as module
from lakesmith.tables.ref import TableRef, table_ref
from tests.shop import SPECS, TABLES, Shop, by_table

FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I"]
SECOND = ["3,C,4,1.00,2026-01-02,2,D", "1,A,9,2.50,2026-01-03,2,U", "4,D,-2,1.00,2026-01-03,1,I"]
THIRD = ["5,E,5,1.00,2026-01-04,1,I"]


def published(shop: Shop) -> dict[str, object]:
    return {table: shop.rows(table) for table in TABLES} | {"bad": shop.reasons("silver.orders")}


def test_a_rollback_takes_back_a_run_and_a_replay_brings_it_again(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    before = published(shop)
    shop.land("b.csv", SECOND)
    second = shop.run().run_id
    shop.land("c.csv", THIRD)
    shop.run()
    after = published(shop)

    result = shop.lake.rollback(second)
    assert result.state == "rolled_back"
    assert {name: table.batches for name, table in by_table(result).items()} == dict.fromkeys(TABLES, 2)
    assert published(shop) == before
    assert [row["run_id"] for row in shop.lake.status(1)] == [result.run_id]

    replay = by_table(shop.run())
    assert replay["bronze.orders"].counts.read == 4
    assert published(shop) == after
    assert shop.run().state == "nothing_new"


def test_a_rollback_whose_files_are_gone_is_refused(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    file = shop.land("b.csv", SECOND)
    second = shop.run().run_id
    before = published(shop)
    file.unlink()
    with pytest.raises(LedgerError, match=r"LS609 1 file\(s\) that bronze.orders holds .* a rollback would lose"):
        shop.lake.rollback(second)
    assert published(shop) == before


def test_a_rollback_of_the_first_run_empties_the_lake(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    first = shop.run().run_id
    before = published(shop)
    shop.lake.rollback(first)
    with pytest.raises(InputError, match=r"LS208"):
        shop.rows("bronze.orders")
    shop.run()
    assert published(shop) == before


@pytest.mark.prove
def test_a_rollback_that_dies_is_ended_by_the_next_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    shop.land("b.csv", SECOND)
    second = shop.run().run_id
    after = published(shop)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module.Recovery, "finish_rollbacks", die)
        with pytest.raises(KeyboardInterrupt):
            shop.lake.rollback(second)
    assert len(shop.rows("bronze.orders")) == 3
    assert by_table(shop.run())["bronze.orders"].counts.read == 3
    assert published(shop) == after


def test_a_rollback_that_dies_between_two_steps_doubles_no_bad_row(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    both = ["bronze.orders", "silver.orders"]
    shop.land("a.csv", FIRST)
    shop.run(select=both)
    shop.land("b.csv", SECOND)
    second = shop.run(select=both).run_id
    steps: list[str] = []

    def dying(whole: Callable[..., None]) -> Callable[..., None]:
        def step(table: TableRef, *args: object) -> None:
            steps.extend([table.name] if table.name.startswith("silver.orders") else [])
            if len(set(steps)) == 2:
                raise KeyboardInterrupt
            whole(table, *args)

        return step

    with monkeypatch.context() as patch:
        for name in ("restore", "delete_rows"):
            patch.setattr(TableRef, name, dying(getattr(TableRef, name)))
        with pytest.raises(KeyboardInterrupt):
            shop.lake.rollback(second)
    shop.run(select=both)
    assert set(steps) == {"silver.orders", "silver.orders__quarantine"}
    assert shop.reasons("silver.orders") == ["qty_not_negative"] * 2


def test_a_run_that_left_nothing_cannot_be_rolled_back(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    with pytest.raises(LedgerError, match=r"LS606.*run '20300101T000000-abcdef' left nothing"):
        shop.lake.rollback("20300101T000000-abcdef")


@pytest.mark.prove
def test_lost_commits_are_noticed_and_a_rollback_mends_them(shop: Shop) -> None:
    shop.land("a.csv", FIRST)
    shop.run()
    copy = shop.root / "older"
    silver = shop.root / "lake" / "silver" / "orders"
    shutil.copytree(silver, copy)
    shop.land("b.csv", SECOND)
    second = shop.run().run_id
    after = published(shop)
    shutil.rmtree(silver)
    shutil.copytree(copy, silver)
    shop.land("c.csv", THIRD)
    with pytest.raises(LedgerError, match=rf"(?s)LS614.*commits were lost.*rollback --run {second}"):
        shop.run()
    shop.lake.rollback(second)
    (shop.landing / "c.csv").unlink()
    shop.run()
    assert published(shop) == after


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_version_beyond_the_retention_is_returned_to_unless_its_files_are_gone(shop: Shop, is_gone: bool) -> None:
    shop.land("a.csv", FIRST)
    first = by_table(shop.run())
    shop.land("b.csv", SECOND)
    before, second = published(shop), shop.run().run_id
    daily = Path(table_ref(str(shop.root / "lake"), None, "gold.daily").location)
    shop.spark.sql(f"ALTER TABLE delta.`{daily}` SET TBLPROPERTIES (delta.deletedFileRetentionDuration = '1 second')")
    time.sleep(1.5)
    if is_gone:
        (old, *_) = DeltaTable(str(daily), version=first["gold.daily"].version).file_uris()
        Path(old.removeprefix("file://")).unlink()
        with pytest.raises(LedgerError, match=r"LS608"):
            shop.lake.rollback(second)
        assert len(shop.rows("silver.orders")) == 1 != len(before["silver.orders"])
        return
    shop.lake.rollback(second)
    assert published(shop) == before


def test_a_file_that_was_reloaded_is_known_again_after_a_rollback(shop: Shop) -> None:
    shop.spec("sources/orders", SPECS["sources/orders"] + "on_changed_file: reload\n")
    file = shop.land("a.csv", FIRST)
    shop.run()
    before, stat = shop.rows("bronze.orders"), file.stat()
    text = file.read_text()
    shop.land("a.csv", ["9,A,1,2.50,2026-01-01,1,I"])
    shop.lake.rollback(shop.run().run_id)
    file.write_text(text)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert shop.run().state == "nothing_new"
    assert shop.rows("bronze.orders") == before
    file.unlink()
    with pytest.raises(LedgerError, match="LS609"):
        shop.run(rebuild=True, select=["bronze.orders"])
