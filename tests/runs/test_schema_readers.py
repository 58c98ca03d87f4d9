"""What goes on across a change of columns: downstream tables, views, killed runs, rollbacks, rebuilds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write.write_rows import write_rows
from lakesmith.errors import RunFailed
from lakesmith.tables.commit import Outcome
from lakesmith.tables.properties import properties_of
from lakesmith.tables.schema.versions import shape_views
from tests.runs.crash_injection import CrashPoints, Killed
from tests.runs.schema_shop import (
    ALL,
    BOTH,
    DAILY,
    FIRST,
    GOLD,
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
from tests.shop import by_table, plain_rows


@pytest.mark.parametrize("spec", [WIDE, NAMED], ids=["widened", "renamed"])
def test_a_downstream_table_reads_on_across_the_change_also_when_it_lags(built: Make, spec: str) -> None:
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


def test_a_downstream_table_that_lags_reads_on_across_a_change_that_moved_no_row(built: Make) -> None:
    shop = built("widen", ALL)
    shop.run(select=BOTH)  # gold does not read this yet
    change(shop, NAMED, "widen")
    shop.spec("tables/gold/daily", DAILY.replace("steps:\n", "steps:\n  - with_columns: {sku: article}\n"))
    shop.land("c.csv", FIRST[1:])
    shop.run(select=BOTH)
    shop.lake.maintain([SILVER])
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("A", 9), ("B", 5)]


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


def test_views_keep_the_earlier_shapes_of_versions_also_after_a_rebuild(built: Make) -> None:
    versions, priced, named = (spec.replace("upsert", "scd2") for spec in (ORDERS, PRICED, NAMED))
    shop = built("add", silver_orders=policy(versions, "add"))
    change(shop, named, "add")
    shop.run(select=BOTH)
    change(shop, priced, "add")
    shop.run(select=BOTH, rebuild=True)
    change(shop, priced.replace("  seq:", "  day: {type: date, source: Day}\n  seq:"), "add")
    shop.land("c.csv", ["5,E,3,1.00,2026-01-03,3,I"])
    shop.run(select=BOTH)
    shop.lake.register_views(shop.spark)
    views = [shop.spark.table(f"silver_orders_v{number}") for number in (1, 2, 3, 4)]
    validity = ["valid_from", "valid_to", "is_current"]
    assert [view.columns for view in views] == [
        ["id", "sku", "qty", "seq", *validity],
        ["id", "article", "qty", "seq", *validity],
        ["id", "sku", "qty", "price", "seq", *validity],
        ["id", "sku", "qty", "price", "seq", *validity, "day"],
    ]
    current = views[0].filter("is_current AND id = 5")
    assert plain_rows(current) == [(5, "E", 3, 3, 3, None, True)]
    first = shape_views(shop.lake.table(SILVER, 0), properties_of(shop.spark, ref(shop)))
    assert list(first) == ["v1"]


def test_a_run_killed_between_the_change_and_the_batch_goes_on(built: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = built("widen")
    change(shop, NAMED.replace("qty: {type: int", "qty: {type: bigint"), "widen")

    def die(frames: BatchFrames) -> Outcome:
        if frames.batch.name == SILVER:
            raise KeyboardInterrupt
        return write_rows(frames)

    with monkeypatch.context() as patch:
        patch.setattr("lakesmith.batch.run.write_rows", die)
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


def test_a_downstream_table_reads_on_after_a_rebuild_that_died_once_it_was_written(
    built: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, crashes = built("add", ALL), CrashPoints(monkeypatch)
    change(shop, NAMED, "add")
    shop.spec("tables/gold/daily", DAILY.replace("steps:\n", "steps:\n  - with_columns: {sku: article}\n"))
    shop.run(select=ALL)
    crashes.due = {("batch.run.record", SILVER)}
    with pytest.raises(Killed):
        shop.run(select=ALL, rebuild=True)
    shop.run(select=ALL)
    shop.land("c.csv", ["2,A,1,2.50,2026-01-01,4,U"])
    shop.run(select=ALL)
    assert shop.rows(GOLD) == [("A", 10)]
    assert operations(shop)[-3:] == ["WRITE", "SET TBLPROPERTIES", "WRITE"]


def test_a_sum_that_no_type_holds_is_an_error_with_a_hint(make_shop: Make) -> None:
    small = DAILY.replace("qty: {type: bigint}", 'qty: {type: "decimal(3,2)"}')
    shop = make_shop({"tables/silver/orders": ORDERS, "tables/gold/daily": small})
    shop.land("a.csv", ["1,A,99,2.50,2026-01-01,1,I", "2,B,5000000000,1.00,2026-01-01,1,I"])
    with pytest.raises(RunFailed, match=r"LS513 a number of the batch is too big"):
        shop.run(select=ALL)
    assert by_table(shop.run(select=BOTH))[SILVER].state == "nothing_new"
    assert shop.reasons(SILVER) == ["qty_cast"]
