"""A changed spec is rebuilt when asked, from everything that the source has, with all that is downstream."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable

import pytest

from lakesmith.errors import LedgerError, RunFailed, WriteError
from lakesmith.ledger.events import LedgerEvent, compacted, done_event, fold
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.runs.rebuild import require_versions, tables_to_rebuild
from lakesmith.runs.rebuild_files import files_to_read, require_planned
from lakesmith.sources.files.listing import list_files
from lakesmith.sources.files.position import files_slice
from lakesmith.sources.slices import ParkedPart, Slices
from lakesmith.spec.model import Project
from tests.positions import files_seen, read_files
from tests.shop import HEADER, SPECS, TABLES, Shop, by_table

ROWS = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I"]
MORE = ["1,A,9,2.50,2026-01-03,2,U", "4,D,2,1.00,2026-01-03,1,I"]
MILDER = SPECS["tables/silver/orders"].replace("column: qty, min: 0", "column: qty, min: -5")
WIDER = MILDER.replace(
    "  seq: {type: int, source: Seq}", "  seq: {type: int, source: Seq}\n  op: {type: string, source: Op}"
)


def published(shop: Shop) -> dict[str, object]:
    return {table: shop.rows(table) for table in TABLES} | {"bad": shop.reasons("silver.orders")}


@pytest.mark.prove
def test_a_rebuild_gives_the_tables_of_a_fresh_build_by_the_new_spec(shop: Shop, make_shop: object) -> None:
    shop.land("a.csv", ROWS)
    shop.run()
    shop.land("b.csv", MORE)
    shop.run()
    shop.spec("tables/silver/orders", WIDER)
    result = by_table(shop.run(rebuild=True))
    assert {name: table.state for name, table in result.items()} == {
        "bronze.orders": "nothing_new", "silver.orders": "done", "silver.lines": "nothing_new", "gold.daily": "done",
    }  # fmt: skip

    fresh = make_shop({"tables/silver/orders": WIDER}, "fresh")  # type: ignore[operator]
    fresh.land("a.csv", ROWS)
    fresh.land("b.csv", MORE)
    fresh.run()
    assert published(shop) == published(fresh)
    shop.land("c.csv", ["9,Z,1,1.00,2026-01-01,1,I"])
    fresh.land("c.csv", ["9,Z,1,1.00,2026-01-01,1,I"])
    shop.run()
    fresh.run()
    assert published(shop) == published(fresh)


def test_other_columns_without_a_rebuild_are_refused(shop: Shop) -> None:
    shop.land("a.csv", ROWS)
    shop.run()
    shop.land("b.csv", MORE)
    shop.spec("tables/silver/orders", WIDER)
    with pytest.raises(Exception, match=r"LS504") as caught:
        shop.run()
    assert isinstance(caught.value.__cause__, WriteError)


def test_a_selected_table_is_rebuilt_though_its_spec_is_the_same(shop: Shop) -> None:
    shop.land("a.csv", ROWS)
    shop.run()
    before = published(shop)
    result = by_table(shop.run(rebuild=True, select=["silver.orders"]))
    assert {name: table.state for name, table in result.items()} == {"silver.orders": "done", "gold.daily": "done"}
    assert published(shop) == before


def test_a_rebuild_that_would_lose_rows_is_refused(shop: Shop) -> None:
    file = shop.land("a.csv", ROWS)
    shop.run()
    file.unlink()
    with pytest.raises(LedgerError, match=r"LS609.*1 file.s. that bronze.orders holds are missing"):
        shop.run(rebuild=True, select=["bronze.orders"])
    assert len(shop.rows("bronze.orders")) == 3


@pytest.mark.parametrize(
    ("policy", "text", "reason"),
    [
        ("ignore", "", "the file is empty"),
        ("ignore", None, "the file changed after it was read"),
        ("fail", None, "the file changed after it was read"),
        ("reload", "", "the file is empty"),
    ],
)
def test_a_file_that_a_rebuild_cannot_read_as_before_is_named(
    shop: Shop, policy: str, text: str | None, reason: str
) -> None:
    source = SPECS["sources/orders"] + f"on_changed_file: {policy}\n"
    shop.spec("sources/orders", source)
    file = shop.land("a.csv", ROWS)
    listed = list_files(None, shop.lake.project.sources["orders"])
    state = TableState("bronze.orders", positions=read_files({one.path: (one.size, one.mtime) for one in listed}))
    assert files_to_read(shop.spark, shop.lake.project, state, "bronze.orders") == (str(file),)
    file.write_text(file.read_text() + "4,A,1,2.50,2026-01-01,1,I\n" if text is None else text)
    with pytest.raises(LedgerError, match=f"LS609.*{reason}"):
        files_to_read(shop.spark, shop.lake.project, state, "bronze.orders")
    state.positions["files"]["parked"] = dict.fromkeys(files_seen(state), "parked before: no row of it is in the table")
    assert files_to_read(shop.spark, shop.lake.project, state, "bronze.orders") == ()


def test_a_rebuild_by_more_columns_is_refused_until_they_are_optional(shop: Shop) -> None:
    shop.land("a.csv", ROWS)
    shop.run(select=["bronze.orders"])
    before = shop.rows("bronze.orders")
    wide = SPECS["sources/orders"].replace("Op]", "Op, Coupon]")
    shop.spec("sources/orders", wide)
    shop.land("b.csv", ["4,D,2,1.00,2026-01-03,1,I,SPRING"], "OrderId,Sku,Qty,Price,Day,Seq,Op,Coupon")
    with pytest.raises(LedgerError, match=r"LS609.*a.csv' \(column.s. Coupon missing"):
        shop.run(rebuild=True)
    assert shop.rows("bronze.orders") == before
    shop.spec("sources/orders", wide + "optional_columns: [Coupon]\n")
    shop.run(rebuild=True)
    assert len(shop.rows("bronze.orders")) == 4
    assert shop.lake.table("bronze.orders").filter("Coupon = 'SPRING'").count() == 1


def test_files_that_were_read_by_another_encoding_are_read_again(shop: Shop) -> None:
    file = shop.land("a.csv", [])
    file.write_bytes(f"{HEADER}\n1,Café,1,2.50,2026-01-01,1,I\n".encode("latin-1"))
    shop.run(select=["bronze.orders"])
    assert shop.lake.table("bronze.orders").filter("_rescued IS NOT NULL").count() == 1
    shop.spec("sources/orders", SPECS["sources/orders"] + "encoding: ISO-8859-1\n")
    shop.land("b.csv", MORE)
    shop.run(select=["bronze.orders"])
    assert shop.lake.table("bronze.orders").filter("Sku = 'Café'").count() == 0
    notes = shop.lake.plan(select=["bronze.orders"]).tables[0].notes
    assert "with another encoding and stay as they are: lakesmith run --rebuild --select bronze.orders" in notes[-1]
    assert by_table(shop.run(rebuild=True))["bronze.orders"].state == "done"
    assert shop.lake.table("bronze.orders").filter("Sku = 'Café'").count() == 1
    assert by_table(shop.run(rebuild=True))["bronze.orders"].state == "nothing_new"


def test_a_file_that_fails_while_a_rebuild_reads_it_stops_the_rebuild(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land("a.csv", ROWS)
    file = shop.land("b.csv.gz", [])
    lines = [f"{number},D,{number % 7},1.00,2026-01-03,{number * 7919},I" for number in range(10, 9000)]
    file.write_bytes(gzip.compress("\n".join([HEADER, *lines, ""]).encode()))
    shop.run(select=["bronze.orders"])
    before = shop.rows("bronze.orders")
    whole = file.read_bytes()
    seen = file.stat()
    cut = len(whole) * 3 // 4  # the head of the file is as it was
    file.write_bytes(whole[:cut] + bytes(len(whole) - cut))
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    for rebuild in (True, False):
        with pytest.raises(RunFailed, match=r"LS609"):
            shop.run(rebuild=rebuild, select=["bronze.orders"])
        assert shop.rows("bronze.orders") == before
    file.write_bytes(whole)
    shop.run(select=["bronze.orders"])
    assert shop.rows("bronze.orders") == before


def test_an_unfinished_rebuild_knows_what_it_must_read() -> None:
    states: dict[str, TableState] = {}
    fold(states, LedgerEvent("rebuild", "bronze.a", 2, 1, {"files": ["a", "b"]}))
    fold(states, LedgerEvent("rebuild", "bronze.a", 2, 1, {"files": ["c"], "more": True}))
    intent = Intent("bronze.a", 2, 2, "", "", files_slice("a", (("b", 1, 1),)))
    fold(states, done_event(intent, 1, refused=False))
    assert states["bronze.a"].must_read == {"a", "c"}
    again: dict[str, TableState] = {}
    for event in compacted(states.values()):
        fold(again, event)
    assert again == states
    gone = Slices(files_slice("a", [("a", 1, 1)]))
    with pytest.raises(LedgerError, match=r"LS609 1 file.*'c'"):
        require_planned("bronze.a", again["bronze.a"], gone)
    broken = Slices(parked=(ParkedPart("c", "cut"),), more=True)
    with pytest.raises(LedgerError, match=r"'c' \(cut\)"):
        require_planned("bronze.a", again["bronze.a"], broken)


def test_a_history_whose_upstream_has_no_versions_is_rebuilt_only_by_name() -> None:
    newest = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["seq"]}
    tables = {
        "silver": {"a": {"from": "bronze.a", "write": newest}},
        "gold": {"h": {"from": "silver.a", "write": {**newest, "strategy": "scd2"}}},
    }
    project = Project.model_validate({"name": "shop", "tables": tables})
    states = {name: TableState(name, version=3) for name in ("silver.a", "gold.h")}
    rebuilt = tables_to_rebuild(project, states, ["silver.a"])
    assert rebuilt == ("silver.a", "gold.h")
    with pytest.raises(LedgerError, match=r"LS618 gold\.h would lose the versions that silver\.a has no more"):
        require_versions(project, states, rebuilt)
    require_versions(project, states, rebuilt, ["silver.a", "gold.h"])
    require_versions(project, {**states, "gold.h": TableState("gold.h")}, rebuilt)


def test_the_published_rows_stay_until_the_rebuild_is_published(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land("a.csv", ROWS)
    shop.run()
    before = published(shop)
    shop.spec("tables/silver/orders", WIDER)
    with monkeypatch.context() as patch:
        patch.setattr("lakesmith.runs.finish.publish", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.run(rebuild=True)
    assert shop.rows("silver.orders") == before["silver.orders"]
    shop.run()
    assert len(shop.rows("silver.orders")) == 3


def test_without_a_selection_only_changed_specs_are_rebuilt(shop: Shop) -> None:
    project = shop.lake.project
    assert tables_to_rebuild(project, {"silver.orders": TableState("silver.orders", spec_hash="other")}) == (
        "silver.orders",
    )


def test_a_table_that_is_to_be_built_from_another_one_needs_a_rebuild(make_shop: Callable[..., Shop]) -> None:
    log = "from: bronze.orders\ncolumns: {sku: {type: string, source: Sku}}\nwrite: {strategy: append}\n"
    shop = make_shop({"tables/bronze/other": "from: sources.orders\n", "tables/gold/log": log})
    names = ["bronze.orders", "bronze.other", "gold.log"]
    shop.land("a.csv", ROWS[:1])
    shop.run(select=names[::2])
    shop.land("b.csv", ROWS[1:])
    shop.run(select=names)  # the other table has everything in its version 0, which the log has read of the first one

    shop.spec("tables/gold/log", log.replace("orders", "other"))
    message = "the table is built from bronze.other, its rows came from bronze.orders"
    (planned,) = [table for table in shop.lake.plan().tables if table.table == "gold.log"]
    assert planned.notes[-1] == f"{message}: the next run ends with LS514"
    with pytest.raises(RunFailed, match=rf"LS514 {message}[\s\S]*lakesmith run --rebuild --select gold.log"):
        shop.run(select=names)
    shop.run(select=["gold.log"], rebuild=True)
    assert shop.rows("gold.log") == [("A",), ("B",), ("C",)]
    assert shop.run(select=names).state == "nothing_new"


def test_the_plan_tells_what_becomes_of_the_rows_of_another_source(shop: Shop) -> None:
    shop.land("a.csv", ROWS)
    shop.run(select=["bronze.orders"])
    shop.spec("sources/others", SPECS["sources/orders"].replace("IN", "IN/../others") + "optional: true\n")
    shop.spec("tables/bronze/orders", "from: sources.others\n")
    (planned,) = [table for table in shop.lake.plan().tables if table.table == "bronze.orders"]
    message = "its rows came from sources.orders: they stay, and every file of sources.others comes beside them"
    assert message in planned.notes
