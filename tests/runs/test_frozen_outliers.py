"""A batch is judged by the quantiles that were frozen before it, and refused where none were."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith import check_frame
from lakesmith.errors import GateRefused
from tests.shop import SPECS, Shop

ORDERS = "tables/silver/orders"
SELECT = ["bronze.orders", "silver.orders"]
CHECK = "  - {id: few, check: outlier_share, column: qty, method: quantile, upper: 0.9, max: 60 %}\nwrite:"
CHECKED = SPECS[ORDERS].replace("write:", CHECK)
FIRST = [f"{n},A,{n},1.00,2026-01-01,1,I" for n in range(1, 11)]


def test_outliers_are_those_beyond_what_was_frozen(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({ORDERS: CHECKED})
    shop.land("a.csv", FIRST)
    with pytest.raises(GateRefused, match=r"no statistics of silver\.orders are frozen: run `lakesmith quality freeze"):
        shop.run(select=SELECT)
    shop.run(select=SELECT, accept=["silver.orders"])
    made = shop.lake.freeze("silver.orders")
    asked = [row["value"] for row in made.statistics if (row["column"], row["params"]) == ("qty", '{"rank": 0.9}')]
    assert asked == ["9"]

    shop.land("b.csv", [f"{n},A,{qty},1.00,2026-01-02,1,I" for n, qty in ((21, 9), (22, 50))])
    shop.run(select=SELECT)
    assert [row["status"] for row in shop.lake.quality("silver.orders") if row["check"] == "few"] == ["pass"]

    shop.land("c.csv", [f"{n},A,99,1.00,2026-01-03,1,I" for n in (31, 32, 33)])
    with pytest.raises(GateRefused, match=r"beyond quantile 0.9 of version 1 of .* is 1, expected at most 60 %"):
        shop.run(select=SELECT)
    shop.run(select=SELECT, accept=["silver.orders"])
    (now,) = [one for one in shop.lake.check("silver.orders") if one.check == "few"]
    assert (now.status, now.message) == ("pass", "")
    given = {"id": "few", "check": "outlier_share", "column": "qty", "method": "quantile", "upper": 0.9, "max": 0}
    (of_frame,) = check_frame(
        shop.lake.table("silver.orders"), [given], frozen=shop.lake.frozen("silver.orders"), name="silver.orders"
    )
    assert of_frame.status == "fail"
    shop.lake.freeze("silver.orders", ["price"])
    (now,) = [one for one in shop.lake.check("silver.orders") if one.check == "few"]
    assert (now.status, "version 2" in now.message, "--columns qty" in now.message) == ("error", True, True)
