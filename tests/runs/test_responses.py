"""Values are treated by statistics that were frozen, the same ones in a retry, and counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lakesmith.errors import InputError, RunFailed
from lakesmith.observe.references import References
from tests.cli.verbs import invoke
from tests.runs.crash_injection import PLACES, CrashPoints, Killed
from tests.shop import SPECS, Shop

PLAIN = SPECS["tables/silver/orders"]
COLUMNS = "  imputed: {type: boolean}\nchecks:"
STEPS = """
steps:
  - impute: {column: price, method: median, by: [sku], flag: imputed}
  - impute: {column: price, method: median, flag: imputed}
  - cap: {column: qty, upper: {quantile: 1}}
write:"""
TREATED = PLAIN.replace("checks:", COLUMNS).replace("\nwrite:", STEPS) + "on_schema_change: add\n"
DENSE = """
from: gold.daily
steps:
  - fill_gaps: {column: day, every: 1 day, by: [], values: {orders: 0}, flag: added}
  - forward_fill: {column: qty, order_by: [day], by: []}
write: {strategy: replace_all}
"""
SELECT = ["bronze.orders", "silver.orders"]
FIRST = [
    "1,A,1,2.00,2026-01-01,1,I",
    "2,A,2,4.00,2026-01-01,1,I",
    "3,A,3,6.00,2026-01-01,1,I",
    "4,B,9,8.00,2026-01-03,1,I",
]
SECOND = ["5,A,50,,2026-01-05,1,I", "6,C,1,,2026-01-05,1,I", "7,B,1,3.00,2026-01-05,1,I"]
MORE = [f"{number},A,1,9.00,2026-01-05,1,I" for number in range(20, 30)]


@pytest.fixture
def frozen(make_shop: Callable[..., Shop]) -> Shop:
    """A shop whose statistics were frozen after the first file, and whose steps treat values since."""
    shop = make_shop({"tables/gold/dense": DENSE})
    shop.land("a.csv", FIRST)
    shop.run()
    shop.spec("tables/silver/orders", TREATED)
    shop.lake.freeze("silver.orders")
    return shop


def treated(shop: Shop, table: str = "silver.orders") -> dict[tuple[str, str], tuple[int, str]]:
    """Return what steps set in the last run, by step and column."""
    found = shop.lake.quality(table)
    steps = ("impute", "cap", "fill_gaps", "forward_fill")
    return {(row["check"], row["column"]): (row["failed"], row["message"]) for row in found if row["check"] in steps}


def prices(shop: Shop) -> dict[Any, str]:
    rows = shop.lake.table("silver.orders").select("id", "price").collect()
    return {row.id: str(row.price) for row in rows}


def test_values_are_treated_and_counted(frozen: Shop) -> None:
    frozen.land("b.csv", [*SECOND, "8,A,1,cheap,2026-01-05,1,I"])
    frozen.run()
    assert frozen.reasons("silver.orders") == ["price_cast"]
    rows = {row.id: (str(row.price), row.qty, row.imputed) for row in frozen.lake.table("silver.orders").collect()}
    assert {number: rows[number] for number in (5, 6, 7)} == {
        5: ("4.00", 9, True), 6: ("4.00", 1, True), 7: ("3.00", 1, False),
    }  # fmt: skip
    version = "version 1 of the frozen statistics of silver.orders"
    assert treated(frozen) == {
        ("impute", "price"): (2, f"2 of 4 rows set: median by sku, {version}; median, {version}"),
        ("cap", "qty"): (1, f"1 of 4 rows set: upper quantile 1, {version}"),
    }
    dense = {str(row.day): (row.orders, row.added) for row in frozen.lake.table("gold.dense").collect()}
    assert dense == {
        "2026-01-01": (3, False), "2026-01-02": (0, True), "2026-01-03": (1, False),
        "2026-01-04": (0, True), "2026-01-05": (3, False),
    }  # fmt: skip
    filled = treated(frozen, "gold.dense")
    assert {key: count for key, (count, _) in filled.items()} == {("fill_gaps", "day"): 2, ("forward_fill", "qty"): 2}


def test_a_batch_without_its_statistics_is_not_begun(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop()
    shop.land("a.csv", FIRST)
    shop.run(select=SELECT)
    shop.spec("tables/silver/orders", TREATED)
    shop.land("b.csv", SECOND)
    with pytest.raises(RunFailed, match=r"LS331 .*median of 'price' by sku(.|\n)*quality freeze silver.orders"):
        shop.run(select=SELECT)
    shop.lake.freeze("silver.orders", ["qty"])
    with pytest.raises(RunFailed, match=r"LS332 .*version 1 of the frozen statistics of silver.orders has not"):
        shop.run(select=SELECT)
    shop.lake.freeze("silver.orders", ["qty", "Price"])
    shop.run(select=SELECT)
    assert prices(shop)[5] == "4.00"


@pytest.mark.parametrize("place", PLACES)
def test_a_retry_uses_the_statistics_of_its_intent(frozen: Shop, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    frozen.land("b.csv", MORE)
    frozen.run(select=SELECT)
    crashes = CrashPoints(monkeypatch)
    frozen.land("c.csv", SECOND)
    crashes.due = {(place, "silver.orders")}
    with pytest.raises(Killed):
        frozen.run(select=SELECT)
    assert frozen.lake.freeze("silver.orders").version == 2
    frozen.run(select=SELECT)
    assert (prices(frozen)[5], prices(frozen)[6]) == ("4.00", "4.00")
    count, message = treated(frozen)["impute", "price"]
    assert (count, "version 1 of" in message, "version 2 of" in message) == (2, True, False)

    frozen.land("d.csv", ["8,A,1,,2026-01-06,1,I"])
    frozen.run(select=SELECT)
    assert prices(frozen)[8] == "9.00"
    assert "version 2 of" in treated(frozen)["impute", "price"][1]


def test_what_cannot_be_frozen(frozen: Shop) -> None:
    with pytest.raises(InputError, match=r"LS336 silver.orders has no column 'prize'"):
        frozen.lake.freeze("silver.orders", ["prize"])
    with pytest.raises(InputError, match="LS209"):
        frozen.lake.freeze("silver.nothing")


def test_versions_stay_as_they_were_frozen(frozen: Shop) -> None:
    frozen.land("b.csv", MORE)
    frozen.run(select=SELECT)
    warehouse = f"warehouse={frozen.overrides['warehouse']}"
    shown = invoke("quality", "freeze", "silver.orders", "--conf", str(frozen.root / "conf"), "--set", warehouse)
    assert shown.stdout.startswith("version 2 of the frozen statistics of silver.orders: 14 rows")
    references = References(frozen.spark, frozen.lake.project)
    assert references.versions() == {"silver.orders": 2}
    medians = [references.read("silver.orders", version).values["price", "median", None, ()].text for version in (1, 2)]
    assert medians == ["4.00", "9.00"]
