"""A contract that changes on a table with rows: added, widened, renamed, rescued, or refused; readers go on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from lakesmith.errors import RunFailed
from lakesmith.runs.result import PlannedTable
from lakesmith.runs.rooms.gate import Gated
from lakesmith.runs.rooms.write import write_rows
from lakesmith.tables.commit import Outcome
from lakesmith.tables.properties import properties_of
from lakesmith.tables.ref import TableRef, project_table
from tests.shop import SPECS, Shop, by_table, plain_rows

FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,5,2.50,2026-01-01,1,I"]
SECOND = ["1,A,9,2.50,2026-01-03,2,U", "4,D,3000000000,1.00,2026-01-03,1,I"]
ORDERS = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  seq: {type: int, source: Seq}
write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: "Op = 'D'"}
"""
DAILY = """
from: silver.orders
columns:
  sku: {type: string}
  qty: {type: bigint}
steps:
  - aggregate: {by: [sku], measures: {qty: sum(qty)}}
write: {strategy: aggregate, keys: [sku]}
"""
PRICED = ORDERS.replace("  seq:", '  price: {type: "decimal(8,2)", source: Price}\n  seq:')
WIDE = ORDERS.replace("qty: {type: int", "qty: {type: bigint").replace("seq: {type: int", "seq: {type: bigint")
NAMED = ORDERS.replace("sku: {type: string,", "article: {type: string, renamed_from: sku,")
SILVER, GOLD = "silver.orders", "gold.daily"
BOTH = ["bronze.orders", SILVER]
ALL = [*BOTH, GOLD]
Make = Callable[..., Shop]


def policy(spec: str, word: str) -> str:
    return f"{spec}on_schema_change: {word}\n"


@pytest.fixture
def built(make_shop: Make) -> Callable[..., Shop]:
    """Open a shop whose first file has been built."""

    def build(word: str = "fail", select: list[str] = BOTH, **specs: str) -> Shop:
        tables = {"tables/silver/orders": policy(ORDERS, word), "tables/gold/daily": DAILY}
        shop = make_shop(tables | {f"tables/{name.replace('_', '/', 1)}": text for name, text in specs.items()})
        shop.land("a.csv", FIRST)
        shop.run(select=select)
        shop.land("b.csv", SECOND)
        return shop

    return build


def change(shop: Shop, spec: str, word: str, name: str = "silver/orders") -> None:
    shop.spec(f"tables/{name}", policy(spec, word))


def ref(shop: Shop, name: str = SILVER) -> TableRef:
    return project_table(shop.lake.project, name)


def planned(shop: Shop, name: str = SILVER) -> PlannedTable:
    return next(table for table in shop.lake.plan().tables if table.table == name)


def operations(shop: Shop, name: str = SILVER) -> list[str]:
    return [row["operation"] for row in reversed(shop.lake.history(name))]


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


def test_a_column_taken_off_the_contract_stays_and_is_null_in_new_rows(built: Make) -> None:
    shop = built("add")
    change(shop, ORDERS.replace("  sku: {type: string, source: Sku}\n", ""), "add")
    assert planned(shop).schema == ("- sku string (stays in the table, NULL in new rows)",)
    shop.run(select=BOTH)
    assert shop.rows(SILVER) == [(1, None, 9, 2), (2, "B", 5, 1)]


def test_add_does_not_widen(built: Make) -> None:
    shop = built("add")
    change(shop, WIDE, "add")
    with pytest.raises(RunFailed, match=r"LS504 .*~ qty int -> bigint"):
        shop.run(select=BOTH)


def test_widen_takes_wider_values_without_writing_old_files_anew(built: Make) -> None:
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


@pytest.mark.parametrize("spec", [WIDE, NAMED], ids=["widened", "renamed"])
def test_a_table_below_reads_on_across_the_change_also_when_it_lags(built: Make, spec: str) -> None:
    shop = built("widen", ALL)
    shop.run(select=BOTH)  # gold does not read this yet
    change(shop, spec, "widen")
    if spec == NAMED:
        shop.spec("tables/gold/daily", DAILY.replace("steps:\n", "steps:\n  - with_columns: {sku: article}\n"))
    shop.land("c.csv", ["2,C,7,2.50,2026-01-01,3,U"])
    shop.run(select=BOTH)
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("A", 9), ("C", 7)]
    shop.land("d.csv", ["1,C,1,2.50,2026-01-01,4,U"])
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("C", 8)]


def test_an_aggregate_takes_on_a_new_measure_a_wider_one_and_a_new_name(built: Make) -> None:
    shop = built("add", ALL)
    units = "units: {type: 'decimal(22,0)', renamed_from: qty}\n  n: {type: int, default: 0}"
    spec = DAILY.replace("qty: {type: bigint}", units).replace("{qty: sum(qty)}", "{units: sum(qty), n: count(*)}")
    change(shop, spec, "widen", "gold/daily")
    assert planned(shop, GOLD).schema == ("> qty -> units", "~ units bigint -> decimal(22,0)", "+ n int")
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("A", Decimal(9), 1), ("B", Decimal(5), 0)]
    assert operations(shop, GOLD)[-1] == "MERGE"


def test_views_keep_the_earlier_shapes(built: Make) -> None:
    shop = built("widen")
    shop.run(select=BOTH)
    shop.lake.register_views(shop.spark)
    assert shop.spark.table("silver_orders_v1").columns == ["id", "sku", "qty", "seq"]
    change(shop, NAMED.replace("qty: {type: int", "qty: {type: bigint"), "widen")
    shop.land("c.csv", ["5,E,3000000000,1.00,2026-01-03,1,I"])
    shop.run(select=BOTH)
    change(
        shop,
        PRICED.replace("sku: {type: string,", "article: {type: string,").replace(
            "type: int, source: Qty", "type: bigint, source: Qty"
        ),
        "widen",
    )
    shop.land("d.csv", ["6,F,1,1.00,2026-01-03,1,I"])
    shop.run(select=BOTH)
    shop.lake.register_views(shop.spark)
    v1, v2, v3 = (shop.spark.table(f"silver_orders_v{number}") for number in (1, 2, 3))
    assert dict(v1.dtypes) == {"id": "bigint", "sku": "string", "qty": "int", "seq": "int"}
    assert plain_rows(v1)[2:] == [(5, "E", None, 1), (6, "F", 1, 1)]
    assert v2.columns == ["id", "article", "qty", "seq"]
    assert plain_rows(v2)[2] == (5, "E", 3000000000, 1)
    assert v3.columns == [*v2.columns, "price"]
    assert plain_rows(shop.spark.table("silver_orders")) == plain_rows(v3)


def test_a_run_killed_between_the_change_and_the_batch_goes_on(built: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = built("widen")
    change(shop, NAMED.replace("qty: {type: int", "qty: {type: bigint"), "widen")

    def die(gated: Gated) -> Outcome:
        if gated.batch.name == SILVER:
            raise KeyboardInterrupt
        return write_rows(gated)

    with monkeypatch.context() as patch:
        patch.setattr("lakesmith.runs.batch.write_rows", die)
        with pytest.raises(KeyboardInterrupt):
            shop.run(select=BOTH)
    assert operations(shop)[1:] == ["SET TBLPROPERTIES", "RENAME COLUMN", "CHANGE COLUMN"]
    assert shop.run(select=BOTH).state == "done"
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 5, 1), (4, "D", 3000000000, 1)]
    assert operations(shop)[4:] == ["WRITE"]
    assert shop.run(select=BOTH).state == "nothing_new"


def test_a_rollback_takes_the_change_back_and_the_next_run_makes_it_again(built: Make) -> None:
    shop = built("widen", ALL)
    change(shop, NAMED.replace("qty: {type: int", "qty: {type: bigint"), "widen")
    shop.spec("tables/gold/daily", DAILY.replace("steps:\n", "steps:\n  - with_columns: {sku: article}\n"))
    run = shop.run(select=ALL)
    shop.lake.rollback(run.run_id)
    assert shop.lake.table(SILVER).columns == ["id", "sku", "qty", "seq"]
    assert planned(shop).schema == ("> sku -> article", "~ qty int -> bigint")
    shop.land("c.csv", ["2,B,6,2.50,2026-01-01,2,U"])
    shop.run(select=ALL)
    assert shop.rows(SILVER) == [(1, "A", 9, 2), (2, "B", 6, 2), (4, "D", 3000000000, 1)]
    assert shop.rows(GOLD) == [("A", 9), ("B", 6), ("D", 3000000000)]


def test_an_older_table_gets_the_properties_of_its_spec(built: Make) -> None:
    shop = built("fail", ALL)
    table = ref(shop)
    off = "'delta.enableDeletionVectors' = 'false', 'delta.enableChangeDataFeed' = 'false'"
    shop.spark.sql(f"ALTER TABLE {table.sql_name} SET TBLPROPERTIES ({off})").collect()
    shop.run(select=BOTH)
    found = properties_of(shop.spark, table)
    assert (found["delta.enableDeletionVectors"], found["delta.enableChangeDataFeed"]) == ("true", "true")
    with pytest.raises(RunFailed, match=r"LS512 the changes of silver.orders that gold.daily has not read"):
        shop.run(select=ALL)
    assert shop.run(select=[GOLD], rebuild=True).state == "done"
    assert shop.rows(GOLD) == [("A", 9), ("B", 5)]


def test_a_rebuild_gives_a_renamed_table_other_columns(built: Make) -> None:
    shop = built("add", ALL)
    change(shop, NAMED, "add")
    shop.spec("tables/gold/daily", DAILY.replace("steps:\n", "steps:\n  - with_columns: {sku: article}\n"))
    shop.run(select=ALL)
    assert shop.run(select=ALL, rebuild=True).state == "done"
    change(shop, ORDERS.replace("qty: {type: int", "qty: {type: string"), "add")
    shop.spec("tables/gold/daily", DAILY.replace("sum(qty)", "sum(cast(qty AS bigint))"))
    shop.run(select=ALL, rebuild=True)
    assert shop.rows(SILVER)[:2] == [(1, "A", "9", 2), (2, "B", "5", 1)]
    shop.land("d.csv", ["2,A,1,2.50,2026-01-01,4,U"])
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("A", 10), ("D", 3000000000)]
    shop.lake.register_views(shop.spark)
    assert dict(shop.spark.table("silver_orders_v1").dtypes)["qty"] == "int"
    assert plain_rows(shop.spark.table("silver_orders_v1"))[0] == (1, "A", 9, 2)


def test_a_sum_that_no_type_holds_is_an_error_with_a_hint(make_shop: Make) -> None:
    small = DAILY.replace("qty: {type: bigint}", 'qty: {type: "decimal(3,2)"}')
    shop = make_shop({"tables/silver/orders": ORDERS, "tables/gold/daily": small})
    shop.land("a.csv", ["1,A,99,2.50,2026-01-01,1,I", "2,B,5000000000,1.00,2026-01-01,1,I"])
    with pytest.raises(RunFailed, match=r"LS513 a number of the batch is too big"):
        shop.run(select=ALL)
    assert by_table(shop.run(select=BOTH))[SILVER].state == "nothing_new"
    assert shop.reasons(SILVER) == ["qty_cast"]
