"""A contract that changes on a table with rows: added, widened, renamed, rescued, or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lakesmith.errors import RunFailed
from tests.runs.schema_shop import (
    BOTH,
    FIRST,
    NAMED,
    ORDERS,
    PRICED,
    SILVER,
    WIDE,
    Make,
    change,
    operations,
    planned,
    policy,
    ref,
)
from tests.shop import SPECS, plain_rows


def test_fail_lists_the_differences_and_changes_nothing(built: Make) -> None:
    shop = built("fail")
    change(shop, PRICED.replace("type: int, source: Qty", "type: bigint, source: Qty"), "fail")
    assert planned(shop).schema == ("~ qty int -> bigint", "+ price decimal(8,2)")
    assert any("LS504" in note for note in planned(shop).notes)
    with pytest.raises(RunFailed, match=r"LS504 .*~ qty int -> bigint, \+ price decimal\(8,2\)") as caught:
        shop.run(select=BOTH)
    assert "on_schema_change: widen" in str(caught.value.__cause__)
    assert operations(shop)[1:] == []


def test_add_gives_the_table_new_columns_before_the_batch(built: Make) -> None:
    shop = built("add")
    change(shop, PRICED.replace("source: Price}", 'source: Price, default: "0.00", description: "in GBP"}'), "add")
    assert planned(shop).schema == ("+ price decimal(8,2)",)
    assert shop.run(select=BOTH).state == "done"
    assert shop.rows(SILVER)[0] == (1, "A", 9, 2, Decimal("2.50"))
    assert shop.rows(SILVER)[1] == (2, "B", 5, 1, Decimal("0.00"))  # from before the column: its default
    assert ref(shop).load(shop.spark).filter("id = 2").collect()[0]["price"] is None
    assert operations(shop)[1:] == ["SET TBLPROPERTIES", "ADD COLUMNS", "WRITE"]
    assert planned(shop).schema == ()


@pytest.mark.parametrize(("method", "operation"), [("auto", "WRITE"), ("merge", "MERGE")])
def test_a_column_taken_off_the_contract_stays_and_is_null_in_new_and_updated_rows(
    make_shop: Make, method: str, operation: str
) -> None:
    spec = ORDERS.replace("keys: [id]", f"keys: [id], method: {method}")
    shop = make_shop({"tables/silver/orders": policy(spec, "add")})
    shop.land("a.csv", FIRST)
    shop.run(select=BOTH)
    shop.land("b.csv", ["1,A,9,2.50,2026-01-03,2,U", "4,D,3,1.00,2026-01-03,1,I"])
    change(shop, spec.replace("  sku: {type: string, source: Sku}\n", ""), "add")
    assert planned(shop).schema == ("- sku string (stays in the table, NULL in new and updated rows)",)
    shop.run(select=BOTH)
    assert operations(shop)[-1] == operation
    assert shop.rows(SILVER) == [(1, None, 9, 2), (2, "B", 5, 1), (4, None, 3, 1)]


def test_a_column_taken_off_the_contract_of_a_history_is_null_in_its_new_versions(built: Make) -> None:
    spec = ORDERS.replace("upsert", "scd2")
    shop = built("add", silver_orders=policy(spec, "add"))
    change(shop, spec.replace("  sku: {type: string, source: Sku}\n", ""), "add")
    shop.run(select=BOTH)
    versions = shop.lake.table(SILVER).select("id", "sku", "qty", "is_current")
    assert plain_rows(versions) == [(1, "A", 1, False), (1, None, 9, True), (2, "B", 5, True)]


def test_add_does_not_widen(built: Make) -> None:
    shop = built("add")
    change(shop, WIDE, "add")
    with pytest.raises(RunFailed, match=r"LS504 .*~ qty int -> bigint"):
        shop.run(select=BOTH)


def test_widen_takes_wider_values_without_rewriting_old_files(built: Make) -> None:
    shop = built("widen")
    assert shop.run(select=BOTH).state == "done"
    assert shop.reasons(SILVER) == ["qty_cast"]
    change(shop, WIDE, "widen")
    shop.land("c.csv", ["5,E,3000000000,1.00,2026-01-03,1,I", "2,B,7,2.50,2026-01-01,4000000000,U"])
    assert planned(shop).schema == ("~ qty int -> bigint", "~ seq int -> bigint")
    shop.run(select=BOTH)
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 7, 4000000000), (5, "E", 3000000000, 1)]
    assert operations(shop)[2:] == ["SET TBLPROPERTIES", "CHANGE COLUMNS", "WRITE"]


def test_a_narrower_type_needs_a_rebuild(built: Make) -> None:
    shop = built("widen")
    change(shop, ORDERS.replace("qty: {type: int", "qty: {type: smallint"), "widen")
    assert planned(shop).schema == ("! qty int -> smallint (needs a rebuild)",)
    with pytest.raises(RunFailed, match=r"LS510 .*! qty int -> smallint"):
        shop.run(select=BOTH)
    assert shop.run(select=BOTH, rebuild=True).state == "done"


def test_a_rename_keeps_the_values(built: Make) -> None:
    shop = built("add")
    change(shop, NAMED, "add")
    assert planned(shop).schema == ("> sku -> article",)
    shop.run(select=BOTH)
    assert shop.lake.table(SILVER).columns == ["id", "article", "qty", "seq"]
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 5, 1)]
    shop.land("c.csv", ["2,Z,6,1.00,2026-01-01,3,U"])
    shop.run(select=BOTH)
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "Z", 6, 3)]


def test_a_rename_that_comes_a_run_late_is_an_error(built: Make) -> None:
    shop = built("add")
    change(shop, NAMED.replace(", renamed_from: sku", ""), "add")
    shop.land("c.csv", ["2,Z,6,1.00,2026-01-01,3,U"])
    shop.run(select=BOTH)
    change(shop, NAMED, "add")
    assert "! article is renamed from sku, and the table has both" in planned(shop).schema
    shop.land("d.csv", ["3,Y,6,1.00,2026-01-01,3,I"])
    with pytest.raises(RunFailed, match=r"LS510 .*renamed from sku, and the table has both"):
        shop.run(select=BOTH)
    change(shop, NAMED.replace(", renamed_from: sku", ""), "add")
    shop.run(select=BOTH)
    found = shop.lake.table(SILVER).select("id", "article").collect()
    assert sorted(map(tuple, found)) == [(1, "A"), (2, "Z"), (3, "Y")]


@pytest.mark.parametrize("old", ["skuu", "Sku"])
def test_a_rename_from_a_column_that_the_table_lacks_is_an_error(built: Make, old: str) -> None:
    shop = built("add")
    change(shop, NAMED.replace("renamed_from: sku", f"renamed_from: {old}"), "add")
    message = f"! article is renamed from {old}, and the table has neither"
    assert planned(shop).schema[0] == message
    assert any("LS510" in note for note in planned(shop).notes)
    with pytest.raises(RunFailed, match=f"LS510 .*{message}"):
        shop.run(select=BOTH)
    assert operations(shop)[1:] == []
    change(shop, NAMED, "add")
    shop.run(select=BOTH)
    assert shop.lake.table(SILVER).columns == ["id", "article", "qty", "seq"]
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 5, 1)]


def test_the_key_and_the_sequence_may_be_renamed(built: Make) -> None:
    shop = built("add")
    spec = ORDERS.replace("  id: {", "  number: {renamed_from: id, ").replace("  seq: {", "  at: {renamed_from: seq, ")
    change(shop, spec.replace("keys: [id], sequence_by: [seq]", "keys: [number], sequence_by: [at]"), "add")
    shop.run(select=BOTH)
    assert plain_rows(shop.lake.table(SILVER).select("number", "qty", "at")) == [(1, 9, 2), (2, 5, 1)]


def test_a_key_of_another_kind_is_an_error(built: Make) -> None:
    shop = built("rescue")
    change(shop, ORDERS.replace("id: {type: bigint", "id: {type: string"), "rescue")
    with pytest.raises(RunFailed, match=r"LS511 .*! id bigint -> string"):
        shop.run(select=BOTH)


def test_a_column_that_a_key_implies_is_not_added_to_rows_that_lack_it(built: Make) -> None:
    shop = built("add")
    change(shop, PRICED.replace("keys: [id]", "keys: [id], key_implies: [price]"), "add")
    with pytest.raises(RunFailed, match=r"LS511 .*\+ price decimal\(8,2\)"):
        shop.run(select=BOTH)
    assert operations(shop)[1:] == []


@pytest.mark.parametrize("strategy", ["upsert", "scd2"])
@pytest.mark.parametrize("word", ["widen", "rescue"])
def test_a_column_that_a_key_implies_of_another_kind_is_an_error(make_shop: Make, word: str, strategy: str) -> None:
    dated = ORDERS.replace("  seq:", "  day: {type: date, source: Day}\n  seq:").replace("upsert", strategy)
    spec = dated.replace("keys: [id]", "keys: [id], key_implies: [day]")
    shop = make_shop({"tables/silver/orders": policy(spec, word)})
    shop.land("a.csv", ["1,A,1,2.50,2026-01-03 10:30:00,1,I"])
    shop.run(select=BOTH)
    change(shop, spec.replace("type: date", "type: timestamp_ntz"), word)
    shop.land("b.csv", ["1,A,9,2.50,2026-01-03 10:30:00,2,U"])
    with pytest.raises(RunFailed, match=r"LS511 .*[~!] day date -> timestamp_ntz"):
        shop.run(select=BOTH)
    assert operations(shop)[1:] == []
    change(shop, spec, word)
    shop.run(select=BOTH)
    now = shop.rows(SILVER) if strategy == "upsert" else plain_rows(shop.lake.table(SILVER).filter("is_current"))
    assert [row[0] for row in now] == [1]


def test_a_column_that_a_key_implies_is_not_rescued(make_shop: Make) -> None:
    shop = make_shop({"tables/silver/orders": policy(ORDERS, "rescue")})
    shop.land("a.csv", FIRST)
    shop.run(select=BOTH)
    change(shop, PRICED.replace("keys: [id]", "keys: [id], key_implies: [price]"), "rescue")
    shop.land("b.csv", FIRST[1:])
    with pytest.raises(RunFailed, match=r"LS511 .*\+ price decimal\(8,2\)"):
        shop.run(select=BOTH)


def test_rescue_keeps_the_table_as_it_is_and_the_rest_as_json(built: Make) -> None:
    shop = built("rescue")
    change(shop, PRICED.replace("qty: {type: int", "qty: {type: bigint"), "rescue")
    assert any("_rescued" in note for note in planned(shop).notes)
    shop.run(select=BOTH)
    found = shop.lake.table(SILVER).orderBy("id")
    assert found.columns == ["id", "sku", "qty", "seq", "_rescued"]
    assert [(row["id"], row["qty"], row["_rescued"]) for row in found.collect()] == [
        (1, 9, '{"price":2.50}'), (2, 5, None), (4, None, '{"qty":3000000000,"price":1.00}'),
    ]  # fmt: skip


def test_a_table_without_a_contract_follows_a_source_that_grows(make_shop: Make) -> None:
    shop = make_shop({"tables/bronze/orders": "from: sources.orders\non_schema_change: add\n",
                      "tables/silver/orders": "from: bronze.orders\non_schema_change: add\n"})  # fmt: skip
    shop.land("a.csv", FIRST)
    shop.run(select=BOTH)
    columns = "columns: [OrderId, Sku, Qty, Price, Day, Seq, Op, Colour]"
    shop.spec(
        "sources/orders", SPECS["sources/orders"].replace("columns: [OrderId, Sku, Qty, Price, Day, Seq, Op]", columns)
    )
    shop.land("b.csv", ["3,C,1,1.00,2026-01-02,1,I,red"], "OrderId,Sku,Qty,Price,Day,Seq,Op,Colour")
    assert planned(shop, "bronze.orders").schema == ("+ Colour string",)
    shop.run(select=BOTH)
    assert [row["Colour"] for row in shop.lake.table(SILVER).orderBy("OrderId").collect()] == [None, None, "red"]


@pytest.mark.parametrize("word", ["fail", "add"])
def test_a_name_in_another_case_is_the_same_column(built: Make, word: str) -> None:
    shop = built(word)
    source = (shop.root / "conf/sources/orders.yml").read_text(encoding="utf-8")
    shop.spec("sources/orders", source.replace("Sku", "SKU"))
    change(shop, ORDERS.replace("  sku:", "  SKU:"), word)
    assert (planned(shop).schema, planned(shop, "bronze.orders").schema) == ((), ())
    shop.land("c.csv", ["7,G,7,2.50,2026-01-03,1,I"])
    shop.run(select=BOTH)
    assert shop.rows(SILVER)[-1][:3] == (7, "G", 7)
    assert shop.lake.table(SILVER).columns[:2] == ["id", "sku"]


def test_a_column_that_names_directories_keeps_their_names(make_shop: Make) -> None:
    parts = PRICED.replace("upsert, keys: [id]", "upsert, keys: [id, price], partition_by: [price]")
    shop = make_shop({"tables/silver/orders": policy(parts, "widen")})
    shop.land("a.csv", FIRST)
    shop.run(select=BOTH)
    change(shop, parts.replace("decimal(8,2)", "decimal(10,4)"), "widen")
    shop.land("c.csv", ["7,G,7,2.50,2026-01-03,1,I"])
    with pytest.raises(RunFailed, match=r"LS51\d .*! price decimal\(8,2\) -> decimal\(10,4\) \(needs a rebuild\)"):
        shop.run(select=BOTH)
    assert shop.rows(SILVER)[0][:2] == (1, "A")


def test_a_key_in_another_case_than_in_the_table_is_refused(built: Make) -> None:
    shop = built("add")
    change(shop, ORDERS.replace("  id:", "  ID:").replace("keys: [id]", "keys: [ID]"), "add")
    shop.land("c.csv", ["7,G,7,2.50,2026-01-03,1,I"])
    with pytest.raises(RunFailed, match="LS511"):
        shop.run(select=BOTH)
