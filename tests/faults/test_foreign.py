"""What others do to a table between two runs: noticed before a batch is written on top, and fixed by a RESTORE."""

from __future__ import annotations

import pytest

from lakesmith.errors import RunFailed
from tests.faults.damage import AFTER_THREE, AFTER_TWO, SELECT, THIRD, quantities, table_dir
from tests.shop import Shop


def sql(shop: Shop, statement: str, table: str = "silver.orders") -> None:
    shop.spark.sql(statement.format(f"delta.`{table_dir(shop, table)}`")).collect()


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        ("RESTORE TABLE {} TO VERSION AS OF 0", "RESTORE"),
        pytest.param("DELETE FROM {} WHERE id = 2", "DELETE", marks=pytest.mark.prove),
        pytest.param("UPDATE {} SET qty = 0", "UPDATE", marks=pytest.mark.prove),
    ],
)
def test_rows_that_others_changed_are_not_built_upon(shop: Shop, statement: str, operation: str) -> None:
    sql(shop, statement)
    assert quantities(shop) == AFTER_TWO
    shop.land("c.csv", THIRD)
    with pytest.raises(RunFailed, match=rf"LS211 version 2 of silver.orders .{operation}. (.|\n)*to version 1"):
        shop.run(select=SELECT)
    assert quantities(shop) == AFTER_TWO
    sql(shop, "RESTORE TABLE {} TO VERSION AS OF 1")
    shop.run(select=SELECT)
    assert quantities(shop) == AFTER_THREE


def test_a_table_that_others_replaced_by_an_empty_one_is_not_built_upon(shop: Shop) -> None:
    others = f"TABLE others USING delta LOCATION '{table_dir(shop, 'silver.orders')}'"
    columns = ", ".join(f"{name} {kind}" for name, kind in shop.lake.table("silver.orders", "latest").dtypes)
    shop.spark.sql(f"CREATE {others}")
    hidden = "_seq struct<seq:int>, _deleted boolean"
    shop.spark.sql(f"CREATE OR REPLACE {others}".replace("USING", f"({columns}, {hidden}) USING"))
    shop.spark.sql("DROP TABLE others")
    shop.land("c.csv", THIRD)
    with pytest.raises(RunFailed, match=r"LS211 version 2 of silver.orders .(CREATE OR )?REPLACE TABLE. "):
        shop.run(select=SELECT)


def test_downstream_tables_do_not_read_what_others_did_and_took_back(shop: Shop) -> None:
    sql(shop, "DELETE FROM {}", "bronze.orders")
    sql(shop, "RESTORE TABLE {} TO VERSION AS OF 1", "bronze.orders")
    shop.land("c.csv", THIRD)
    result = shop.run(select=SELECT)
    assert [table.counts.read for table in result.tables] == [2, 2]
    assert quantities(shop) == AFTER_THREE


def test_maintenance_by_others_is_fine(shop: Shop) -> None:
    sql(shop, "ALTER TABLE {} SET TBLPROPERTIES ('note' = 'mine')")
    sql(shop, "OPTIMIZE {}")
    shop.land("c.csv", THIRD)
    shop.run(select=SELECT)
    assert quantities(shop) == AFTER_THREE
