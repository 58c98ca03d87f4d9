"""What the gate refuses is committed but not published, and undone or accepted by the next run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from lakesmith.errors import GateRefused, LedgerError
from lakesmith.ledger.store import read_ledger
from lakesmith.session.batch import YOUNG_ONLY, batch_session
from lakesmith.tables.ref import TableRef, table_ref
from tests.shop import SPECS, Shop, by_table

GOOD = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"]
DEAR = ["3,C,1,9999.00,2026-01-02,1,I", "4,D,-1,1.00,2026-01-02,1,I"]
FIXED = SPECS["tables/silver/orders"].replace("max: 1000, on_fail: fail", "max: 1000, on_fail: quarantine")


@pytest.fixture
def refused(shop: Shop) -> Shop:
    """A shop with one published run, and a second one whose silver orders were refused."""
    shop.land("a.csv", GOOD)
    shop.run()
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused, match=r"silver.orders: price_sane .1 failed.") as caught:
        shop.run()
    result = by_table(caught.value.result)
    assert {name: table.state for name, table in result.items()} == {
        "bronze.orders": "done", "silver.orders": "refused", "silver.lines": "done", "gold.daily": "skipped",
    }  # fmt: skip
    return shop


def ids(shop: Shop, table: str = "silver.orders") -> list[object]:
    return [row[0] for row in shop.rows(table)]


def test_a_refused_batch_is_undone_or_accepted(refused: Shop) -> None:
    assert ids(refused) == [1]
    assert len(refused.rows("silver.orders", "latest")) == 2
    assert len(refused.rows("silver.lines")) == 4
    assert len(refused.rows("gold.daily")) == 1

    with pytest.raises(LedgerError, match=r"LS604"):
        refused.run(accept=["silver.lines"])

    refused.spec("tables/silver/orders", FIXED)
    assert refused.run().state == "done"
    assert ids(refused) == [1]
    assert refused.reasons("silver.orders") == ["price_sane", "qty_not_negative", "qty_not_negative"]
    ledger = table_ref(str(refused.root / "lake"), None, "ops.ledger")
    state = read_ledger(refused.spark, ledger, "test").state("silver.orders")
    assert (state.epoch, state.refused, len(state.voids)) == (2, None, 1)

    refused.land("c.csv", ["5,E,1,1.00,2026-01-03,1,I"])
    refused.run()
    assert (ids(refused), len(refused.rows("gold.daily"))) == ([1, 5], 2)


def test_half_of_an_undone_batch_is_not_accepted(refused: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TableRef, "restore", die)
        refused.run()
    with pytest.raises(LedgerError, match=r"LS604"):
        refused.run(accept=["silver.orders"])
    refused.spec("tables/silver/orders", FIXED)
    assert refused.run().state == "done"
    assert ids(refused) == [1]
    assert refused.reasons("silver.orders") == ["price_sane", "qty_not_negative", "qty_not_negative"]


def test_a_batch_refused_after_the_retention_is_undone(make_shop: Callable[..., Shop]) -> None:
    short = "properties: {delta.deletedFileRetentionDuration: interval 1 second}\n"
    shop = make_shop({"tables/silver/orders": SPECS["tables/silver/orders"] + short})
    shop.land("a.csv", GOOD)
    shop.run()
    shop.land("b.csv", DEAR)
    time.sleep(1.5)
    with pytest.raises(GateRefused):
        shop.run()
    assert ids(shop) == [1]
    views = batch_session(shop.spark)
    views.conf.set(YOUNG_ONLY, "true")
    shop.lake.register_views(views)
    assert views.sql("SELECT id FROM silver_orders JOIN (SELECT 1 AS id) USING (id)").count() == 1
    shop.spec("tables/silver/orders", FIXED + short)
    assert [shop.run().state, shop.run().state] == ["done", "nothing_new"]
    assert ids(shop) == [1]
    assert shop.spark.conf.get(YOUNG_ONLY) == "true"


def test_an_accepted_batch_is_published_with_what_is_downstream(refused: Shop) -> None:
    assert refused.run(accept=["silver.orders"]).state == "done"
    assert (ids(refused), len(refused.rows("gold.daily"))) == ([1, 3], 2)
    assert refused.run().state == "nothing_new"


def test_a_refused_first_batch_leaves_an_empty_table(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop()
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused):
        shop.run(select=["bronze.orders", "silver.orders"])
    shop.spec("tables/silver/orders", FIXED)
    shop.land("a.csv", GOOD)
    shop.run(select=["bronze.orders", "silver.orders"])
    assert ids(shop) == [1]
