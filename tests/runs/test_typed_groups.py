"""Groups of an aggregate whose contract types the key otherwise than the table that is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from lakesmith.errors import RunFailed
from tests.shop import Shop

D1, D2 = dt.date(2026, 1, 1), dt.date(2026, 1, 2)
SEEN = """
from: bronze.orders
columns: {id: {type: bigint, source: OrderId}, at: {type: timestamp, source: Day}, sku: {type: string, source: Sku}}
write: {strategy: append}
"""
DAILY = """
from: silver.seen
columns: {at: {type: date}, n: {type: bigint}}
steps: [aggregate: {by: [at], measures: {n: %s}}]
checks: [{id: one_a_day, check: unique, columns: [at]}]
write: {strategy: aggregate, keys: [at]}
"""
SPECS = {
    "tables/silver/seen": SEEN,
    "tables/gold/daily": DAILY % "count(*)",
    "tables/gold/ids": DAILY % '"count(distinct id)"',
}
TABLES = ["bronze.orders", "silver.seen", "gold.daily", "gold.ids"]


def test_what_is_one_key_in_the_contract_is_one_group(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(SPECS)
    shop.land("0.csv", ["1,A,1,1,2026-01-01 10:00:00,1,I", "2,A,1,1,2026-01-01 11:00:00,1,I"])
    shop.run(select=TABLES)
    assert shop.rows("gold.daily") == shop.rows("gold.ids") == [(D1, 2)]
    shop.land("1.csv", ["3,A,1,1,2026-01-01 10:00:00,1,I", "4,A,1,1,2026-01-02 10:00:00,1,I"])
    shop.run(select=TABLES)
    assert shop.rows("gold.daily") == shop.rows("gold.ids") == [(D1, 3), (D2, 1)]


def test_a_key_of_another_kind_than_the_contract_says_is_refused(make_shop: Callable[..., Shop]) -> None:
    by_sku = (
        DAILY.replace("by: [at]", "by: [sku]").replace("[at]", "[sku]").replace("at: {type: date}", "sku: {type: int}")
    )
    shop = make_shop(SPECS | {"tables/gold/daily": by_sku % "count(*)"})
    shop.land("0.csv", ["1,7,1,1,2026-01-01 10:00:00,1,I"])
    with pytest.raises(RunFailed, match="LS303 column 'sku' has type string"):
        shop.run(select=TABLES[:3])
