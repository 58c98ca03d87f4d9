"""Tables below tables that change their rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.errors import RunFailed
from tests.runs.test_run import FIRST, SECOND
from tests.shop import Shop


def test_a_table_below_an_updated_table_follows_its_deletes(make_shop: Callable[..., Shop]) -> None:
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
