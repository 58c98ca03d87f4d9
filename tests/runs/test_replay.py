"""Quarantined rows go through their table again: each once, in its place, and on to the tables downstream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch import run as batch_run
from lakesmith.errors import InputError, LedgerError
from tests.shop import SPECS, Shop, by_table

ORDERS = SPECS["tables/silver/orders"]
RELAXED = ORDERS.replace("column: qty, min: 0", "column: qty, min: -10")
ROWS = [
    "1,A,1,2.50,2026-01-01,1,I", "2,B,-2,2.50,2026-01-01,1,I", "3,C,-4,1.00,2026-01-02,1,I",
    "4,D,x,1.00,2026-01-02,1,I", "2,B,3,2.50,2026-01-01,5,U",
]  # fmt: skip


@pytest.fixture(scope="module")
def lasting(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose first file has rows that are quarantined; only to be copied."""
    shop = Shop(tmp_path_factory.mktemp("replayed") / "shop", spark)
    shop.land("a.csv", ROWS)
    shop.run()
    return shop


@pytest.fixture
def bad(make_shop: Callable[..., Shop], lasting: Shop) -> Shop:
    """A shop with three quarantined rows: two with a negative quantity, one with a text."""
    return make_shop().take_over(lasting)


def ids(shop: Shop) -> list[tuple[Any, Any]]:
    return [(row[0], row[2]) for row in shop.rows("silver.orders")]


def states(shop: Shop) -> dict[str, str]:
    rows = shop.lake.quarantine("silver.orders").collect()
    return {row["_raw"].split('"')[3] + ":" + row["_raw"].split('"')[11]: row["_state"] for row in rows}


def test_rows_that_a_new_rule_lets_pass_reach_silver_and_gold_once(bad: Shop) -> None:
    assert ids(bad) == [(1, 1), (2, 3)]
    bad.spec("tables/silver/orders", RELAXED)
    result = by_table(bad.lake.replay("silver.orders"))
    counts = result["silver.orders"].counts
    assert (counts.read, counts.quarantined, counts.accepted, counts.dropped) == (3, 1, 2, 0)
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]  # the older row of 2 does not win
    assert [(str(row[0]), row[1], row[2]) for row in bad.rows("gold.daily")] == [
        ("2026-01-01", 2, 4), ("2026-01-02", 1, -4),
    ]  # fmt: skip
    assert states(bad) == {"2:-2": "replayed", "3:-4": "replayed", "4:x": "waiting"}

    again = bad.lake.replay("silver.orders", where="array_contains(_reasons.check, 'qty_not_negative')")
    assert again.state == "nothing_new"
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]
    assert bad.run().state == "nothing_new"


def test_a_corrected_value_is_replayed(bad: Shop) -> None:
    file = bad.root / "fix.yml"
    file.write_text("- where: {OrderId: '4'}\n  set: {Qty: '7'}\n")
    bad.lake.replay("silver.orders", patch=file)
    assert ids(bad) == [(1, 1), (2, 3), (4, 7)]
    assert bad.reasons("silver.orders").count("qty_cast") == 1
    assert states(bad)["4:x"] == "replayed"
    assert bad.lake.replay("silver.orders", patch=file).state == "done"


def test_a_replay_that_dies_between_its_data_and_its_mark_is_ended_by_the_next(
    bad: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad.spec("tables/silver/orders", RELAXED)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch_run, "mark_replayed", die)
        with pytest.raises(KeyboardInterrupt):
            bad.lake.replay("silver.orders")
    result = by_table(bad.lake.replay("silver.orders", where="_batch_id < 0"))
    assert result["silver.orders"].counts.accepted == 2
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]
    assert states(bad) == {"2:-2": "replayed", "3:-4": "replayed", "4:x": "waiting"}


def test_an_undone_replay_waits_again(bad: Shop) -> None:
    bad.spec("tables/silver/orders", RELAXED)
    run_id = bad.lake.replay("silver.orders").run_id
    bad.lake.rollback(run_id)
    assert ids(bad) == [(1, 1), (2, 3)]
    assert set(states(bad).values()) == {"waiting"}
    bad.lake.replay("silver.orders")
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]
