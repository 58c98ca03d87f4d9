"""Tables downstream of tables that change their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import RunFailed
from tests.runs.test_run import FIRST, SECOND
from tests.shop import Shop


def test_a_table_downstream_of_an_updated_table_follows_its_deletes(make_shop: Callable[..., Shop]) -> None:
    copy = (
        "from: silver.orders\n"
        "columns: {id: {type: bigint}, qty: {type: int}, seq: {type: int}}\n"
        "write: {strategy: upsert, keys: [id], sequence_by: [seq]}\n"
    )
    shop = make_shop({"tables/gold/copy": copy})
    shop.land("a.csv", FIRST)
    shop.run(select=["bronze.orders", "silver.orders", "gold.copy"])
    shop.land("b.csv", SECOND)
    shop.run(select=["bronze.orders", "silver.orders", "gold.copy"])
    assert shop.rows("gold.copy") == [(1, 9, 2)]


def test_an_aggregate_follows_the_input_that_it_joins(make_shop: Callable[..., Shop]) -> None:
    joined = """
from: bronze.orders
inputs: {orders: silver.orders}
columns: {sku: {type: string}, known: {type: bigint}}
steps:
  - with_columns: {id: try_cast(OrderId AS bigint), sku: Sku}
  - select: [id, sku]
  - join: {input: orders, on: [id], how: left, columns: [qty]}
  - aggregate: {by: [sku], measures: {known: count(qty)}}
write: {strategy: aggregate, keys: [sku]}
"""
    shop = make_shop({"tables/gold/known": joined})
    names = ["bronze.orders", "silver.orders", "gold.known"]
    shop.land("a.csv", FIRST[:3])
    shop.run(select=names)
    assert shop.rows("gold.known") == [("A", 1), ("B", 0), ("C", 1)]
    shop.land("b.csv", SECOND[:1])
    shop.run(select=names)
    assert shop.rows("gold.known") == [("A", 1), ("B", 0), ("C", 0)]


def test_sql_that_drops_the_deletes_is_refused(make_shop: Callable[..., Shop]) -> None:
    copy = (
        "from: silver.orders\n"
        "columns: {id: {type: bigint}, seq: {type: int}}\n"
        "sql: SELECT id, seq FROM orders\n"
        "write: {strategy: upsert, keys: [id], sequence_by: [seq]}\n"
    )
    shop = make_shop({"tables/gold/copy": copy})
    shop.land("a.csv", FIRST[:2])
    with pytest.raises(RunFailed, match=r"LS308 the SQL loses"):
        shop.run(select=["bronze.orders", "silver.orders", "gold.copy"])


COPY = "from: silver.orders\ncolumns: {id: {type: bigint}, sku: {type: string}, seq: {type: int}}\n"
DOWNSTREAM = {
    "upsert": "write: {strategy: upsert, keys: [id], sequence_by: [seq]}\n",
    "merge": "write: {strategy: upsert, keys: [id], sequence_by: [seq], method: merge}\n",
    "on_tie": "write: {strategy: upsert, keys: [id], sequence_by: [seq], on_tie: fail}\n",
    "scd2": "write: {strategy: scd2, keys: [id], sequence_by: [seq]}\n",
}


@pytest.mark.parametrize("lags", [True, False])
@pytest.mark.parametrize("write", DOWNSTREAM)
def test_what_a_table_decided_at_one_sequence_is_not_decided_again_downstream(
    make_shop: Callable[..., Shop], write: str, lags: bool
) -> None:
    shop = make_shop({"tables/gold/copy": COPY + DOWNSTREAM[write]})
    names = ["bronze.orders", "silver.orders"]
    shop.land("a.csv", ["1,Z,1,1,2026-01-01,1,I", "2,A,1,1,2026-01-01,1,I"])
    shop.run(select=[*names, "gold.copy"])
    # The same sequence: silver compares all columns, and goes by the price, which the downstream table has not.
    for file, line in (("b.csv", "1,B,2,2,2026-01-01,1,I"), ("c.csv", "1,A,3,3,2026-01-01,1,I")):
        shop.land(file, [line])
        shop.run(select=names if lags else [*names, "gold.copy"])
    shop.run(select=[*names, "gold.copy"])
    rows = shop.lake.table("gold.copy").orderBy("id").select("id", "sku").collect()
    assert [tuple(row) for row in rows] == [(1, "A"), (2, "A")]


@pytest.mark.parametrize("lags", [True, False])
def test_a_row_that_came_back_with_its_snapshot_is_back_downstream(
    spark: SparkSession, tmp_path: Path, lags: bool
) -> None:
    snapshots = """
from: bronze.orders
columns: {id: {type: bigint, source: OrderId}, sku: {type: string, source: Sku}, day: {type: date, source: Day}}
write: {strategy: snapshot, keys: [id], sequence_by: [day], max_delete_share: 1}
"""
    copy = COPY.replace("seq: {type: int}", "day: {type: date}") + DOWNSTREAM["upsert"].replace("seq]", "day]")
    shop = Shop(tmp_path, spark, {"tables/silver/orders": snapshots, "tables/gold/copy": copy})
    names = ["bronze.orders", "silver.orders"]
    for file, lines in {
        "1": ["1,A,1,1,2026-01-01,1,I", "2,A,1,1,2026-01-01,1,I"],
        "2": ["2,A,1,1,2026-01-02,1,I"],
    }.items():
        shop.land(f"{file}.csv", lines)
        shop.run(select=names if lags and file == "2" else [*names, "gold.copy"])
    shop.land("3.csv", ["1,A,1,1,2026-01-02,1,I"])
    shop.run(select=[*names, "gold.copy"])
    assert sorted(row.id for row in shop.lake.table("gold.copy").collect()) == [1, 2]
