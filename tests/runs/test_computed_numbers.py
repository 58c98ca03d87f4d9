"""Numbers that steps and aggregates compute, in the types of the contract."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from lakesmith.errors import RunFailed
from tests.shop import Shop

Make = Callable[..., Shop]
LINES = """
from: bronze.orders
columns: {{id: {{type: bigint, source: OrderId}}, qty: {{type: double, source: Qty}}, made: {{type: "{kind}"}}}}
steps: [with_columns: {{made: "{sql}"}}]
write: {{strategy: {strategy}}}
"""
SUMS = """
from: silver.seen
columns: {{sku: {{type: string}}, made: {{type: "{kind}"}}}}
steps: [aggregate: {{by: [sku], measures: {{made: "{sql}"}}}}]
write: {{strategy: aggregate, keys: [sku]}}
"""
SEEN = """
from: bronze.orders
columns: {sku: {type: string, source: Sku}, qty: {type: double, source: Qty}}
write: {strategy: append}
"""
TABLES = {"steps": ["bronze.orders", "silver.orders"], "aggregate": ["bronze.orders", "silver.seen", "gold.daily"]}


def shop_of(make_shop: Make, kind: str, sql: str, qty: str, strategy: str = "append") -> Shop:
    """Return a shop with one row whose table computes one number."""
    lines = LINES.format(kind=kind, sql=sql, strategy=strategy)
    sums = SUMS.format(kind=kind, sql=sql.replace("qty", "sum(qty)"))
    shop = make_shop({"tables/silver/orders": lines, "tables/silver/seen": SEEN, "tables/gold/daily": sums})
    shop.land("a.csv", [f"1,A,{qty},1,2026-01-01,1,I"])
    return shop


@pytest.mark.parametrize("by", ["steps", "aggregate"])
def test_a_fraction_is_not_cut_off(make_shop: Make, by: str) -> None:
    shop = shop_of(make_shop, "int", "qty / 2", "3")
    with pytest.raises(RunFailed, match=r"LS303 column 'made' has type double .* int would cut its fraction off"):
        shop.run(select=TABLES[by])


def test_a_partition_does_not_cut_a_fraction_off(make_shop: Make) -> None:
    shop = shop_of(make_shop, "int", "qty / 2", "3", "replace_partitions, partition_by: [made]")
    with pytest.raises(RunFailed, match="LS303 column 'made' has type double"):
        shop.run(select=TABLES["steps"])


def test_a_value_is_rounded_to_the_scale_of_its_decimal(make_shop: Make) -> None:
    shop = shop_of(make_shop, "decimal(8,2)", "qty / 8", "1")
    shop.run(select=[*TABLES["steps"], *TABLES["aggregate"]])
    assert shop.rows("silver.orders")[0][-1] == shop.rows("gold.daily")[0][-1] == Decimal("0.13")


@pytest.mark.parametrize(
    ("by", "kind", "sql"),
    [("steps", "float", "qty * 1e39"), ("aggregate", "decimal(8,2)", "qty * double('NaN')")],
)
def test_what_does_not_fit_is_an_error(make_shop: Make, by: str, kind: str, sql: str) -> None:
    shop = shop_of(make_shop, kind, sql, "3")
    with pytest.raises(RunFailed, match=r"LS513 a number of the batch is too big for its type: .*does not fit"):
        shop.run(select=TABLES[by])


def test_the_step_cast_gives_no_reason_and_the_contract_does(make_shop: Make) -> None:
    columns = "id: {type: bigint, source: OrderId}, by_contract: {type: int, source: Qty}, by_step: {type: int}"
    steps = "steps: [{with_columns: {by_step: Sku}}, {cast: {by_step: int}}]\nwrite: {strategy: append}\n"
    shop = make_shop({"tables/silver/orders": f"from: bronze.orders\ncolumns: {{{columns}}}\n{steps}"})
    shop.land("a.csv", ["1,1.5,2,1,2026-01-01,1,I", "2,3,1.5,1,2026-01-01,1,I"])
    shop.run(select=TABLES["steps"])
    assert shop.rows("silver.orders") == [(1, 2, None)]
    assert shop.reasons("silver.orders") == ["by_contract_cast"]
