"""With `audit: stage` a batch is judged before its commit: who reads the Delta path sees no refused row."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from lakesmith.errors import ConfigError, GateRefused
from lakesmith.ledger.events import LedgerEvent, compacted, done_event, fold, intent_event
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.sources.slices import Slice
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.ref import table_ref
from tests.shop import SPECS, Shop, by_table

GOOD = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"]
DEAR = ["3,C,1,9999.00,2026-01-02,1,I", "4,D,-1,1.00,2026-01-02,1,I"]
ORDERS = "tables/silver/orders"
STAGED = f"audit: stage\n{SPECS[ORDERS]}"
FIXED = STAGED.replace("max: 1000, on_fail: fail", "max: 1000, on_fail: quarantine")
CHAIN = ["bronze.orders", "silver.orders"]


class Crash(BaseException):
    """As from a killed process: nothing catches it."""


@pytest.fixture
def refused(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with one published run, and a second one whose silver orders were refused in the stage."""
    shop = make_shop({ORDERS: STAGED})
    shop.land("a.csv", GOOD)
    shop.run(select=CHAIN)
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused, match=r"silver.orders: price_sane .1 failed."):
        shop.run(select=CHAIN)
    return shop


def ids(shop: Shop, version: str = "published") -> list[object]:
    return [row[0] for row in shop.rows("silver.orders", version)]


def head(shop: Shop) -> int:
    return newest_version(shop.spark, table_ref(str(shop.root / "lake"), None, "silver.orders"))


def crash_in(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def crash(*args: object, **options: object) -> None:
        raise Crash(place)

    module, _, name = place.rpartition(".")
    monkeypatch.setattr(importlib.import_module(f"lakesmith.{module}"), name, crash)


def test_a_refused_batch_reaches_neither_the_table_nor_its_quarantine(refused: Shop) -> None:
    assert (ids(refused, "latest"), ids(refused), head(refused)) == ([1], [1], 0)
    assert refused.reasons("silver.orders") == ["qty_not_negative"]
    refused.spec(ORDERS, FIXED)
    assert refused.run(select=CHAIN).state == "done"
    assert (ids(refused, "latest"), head(refused)) == ([1], 1)
    assert refused.reasons("silver.orders") == ["price_sane", "qty_not_negative", "qty_not_negative"]
    assert refused.run(select=CHAIN).state == "nothing_new"


@pytest.mark.parametrize("place", ["", "batch.run.write_rows", "runs.close_batch.done_event", "runs.finish.publish"])
def test_an_accepted_batch_is_written_from_the_stage_also_after_a_crash(
    refused: Shop, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place:
        crash_in(monkeypatch, place)
        with pytest.raises(Crash):
            refused.run(select=CHAIN, accept=["silver.orders"])
        monkeypatch.undo()
        refused.run(select=CHAIN)
    else:
        accepted = by_table(refused.run(select=CHAIN, accept=["silver.orders"]))
        assert accepted["silver.orders"].state == "done"
    assert (ids(refused), ids(refused, "latest"), head(refused)) == ([1, 3], [1, 3], 1)
    assert refused.reasons("silver.orders") == ["qty_not_negative", "qty_not_negative"]
    assert refused.run(select=CHAIN).state == "nothing_new"


def test_a_staged_batch_is_given_up(refused: Shop) -> None:
    refused.lake.rollback(refused=["silver.orders"])
    assert head(refused) == 0
    with pytest.raises(GateRefused):
        refused.run(select=CHAIN)
    assert ids(refused, "latest") == [1]


@pytest.mark.parametrize(
    "place", ["batch.run.evolve_schema", "batch.run.write_quarantine", "runs.close_batch.done_event"]
)
def test_a_good_batch_is_one_commit_also_after_a_crash(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    shop = make_shop({ORDERS: STAGED})
    shop.land("a.csv", GOOD)
    shop.run(select=CHAIN[:1])
    crash_in(monkeypatch, place)
    with pytest.raises(Crash):
        shop.run(select=CHAIN)
    monkeypatch.undo()
    shop.run(select=CHAIN)
    assert (ids(shop), head(shop), shop.reasons("silver.orders")) == ([1], 0, ["qty_not_negative"])


def test_a_first_batch_that_is_refused_makes_no_table(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({ORDERS: f"on_refusal: keep_last_good\n{STAGED}"})
    shop.land("b.csv", DEAR)
    result = by_table(shop.run(select=CHAIN))
    assert (result["silver.orders"].state, result["silver.orders"].version) == ("kept_last_good", None)
    assert not (shop.root / "lake" / "silver" / "orders").exists()
    shop.spec(ORDERS, FIXED)
    shop.land("a.csv", GOOD)
    shop.run(select=CHAIN)
    assert ids(shop) == [1]


def test_with_publish_and_alert_a_staged_batch_is_written_all_the_same(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({ORDERS: f"on_refusal: publish_and_alert\n{STAGED}"})
    shop.land("b.csv", DEAR)
    result = by_table(shop.run(select=CHAIN))
    assert (result["silver.orders"].state, ids(shop)) == ("alerted", [3])


ALL = """
from: silver.orders
audit: stage
columns: {id: {type: bigint}, qty: {type: int}}
checks: [{id: one_qty, check: unique, columns: [qty]}]
write: {strategy: replace_all}
"""


def test_a_recomputed_table_is_judged_by_all_its_rows_in_the_stage(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"tables/gold/all": ALL})
    chain = [*CHAIN, "gold.all"]
    shop.land("a.csv", GOOD)
    shop.run(select=chain)
    shop.land("b.csv", ["5,E,1,1.00,2026-01-02,1,I"])
    with pytest.raises(GateRefused, match="one_qty"):
        shop.run(select=chain)
    assert shop.rows("gold.all", "latest") == [(1, 1)]
    shop.land("c.csv", ["1,A,1,2.50,2026-01-01,2,D", "5,E,1,1.00,2026-01-02,2,D"])
    with pytest.raises(GateRefused, match="not_emptied"):
        shop.run(select=chain)
    assert shop.rows("gold.all", "latest") == [(1, 1)]


def test_a_table_that_lands_a_source_may_be_staged(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"tables/bronze/orders": "from: sources.orders\naudit: stage\n"})
    shop.land("a.csv", GOOD)
    shop.run(select=CHAIN[:1])
    shop.land("b.csv", DEAR[:1])
    assert by_table(shop.run(select=CHAIN[:1]))["bronze.orders"].counts.accepted == 1
    assert len(shop.rows("bronze.orders")) == 3


def test_a_plan_says_what_a_stage_costs(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({ORDERS: STAGED})
    shop.land("a.csv", GOOD)
    (scans,) = [one.extra_scans for one in shop.lake.plan(select=CHAIN).tables if one.table == "silver.orders"]
    assert [scan.partition(",")[0] for scan in scans] == ["audit: stage: one more write and read of the batch"]


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ("  - {id: one_sku, check: unique, columns: [sku]}\nwrite:", "checks.2"),
        ("write: {strategy: snapshot, keys: [id], sequence_by: [seq]}\n_:", "audit"),
    ],
)
def test_a_verdict_that_needs_the_commit_is_refused(make_shop: Callable[..., Shop], extra: str, key: str) -> None:
    text = STAGED.replace("write:", extra).partition("_:")[0]
    shop = make_shop({ORDERS: text})
    with pytest.raises(ConfigError, match=rf"LS157(.|\n)*tables.silver.orders.{key}"):
        shop.lake.validate()


def refused_state() -> dict[str, TableState]:
    """Return the ledger's view of a table whose second batch was refused in the stage."""
    piece = Slice("files", "orders", {"files": []})
    intent = Intent("bronze.orders", 1, 2, "2026-01-01T00:00:00+00:00", "hash", piece, audited=True)
    states = {"bronze.orders": TableState("bronze.orders", batch=1, closed=1, version=3)}
    fold(states, intent_event(intent))
    fold(states, done_event(intent, 3, refused=True, record={"staged": True}))
    return states


def test_an_accepted_staged_batch_is_open_again_also_in_a_compacted_ledger() -> None:
    states = refused_state()
    fold(states, LedgerEvent("accepted", "bronze.orders", 1, 2, {}))
    kept: dict[str, TableState] = {}
    for event in compacted(states.values()):
        fold(kept, event)
    for state in (states["bronze.orders"], kept["bronze.orders"]):
        assert state.open is not None
        assert (state.open.audited, state.refused, state.waived, state.version) == (True, None, 2, 3)


def test_a_staged_batch_that_is_given_up_leaves_the_table_as_it_is() -> None:
    states = refused_state()
    fold(states, LedgerEvent("dropped", "bronze.orders", 1, 2, {}))
    state = states["bronze.orders"]
    assert (state.refused, state.open, state.version, state.batch, state.epoch) == (None, None, 3, 2, 1)


HIST = """
from: bronze.orders
columns: {id: {type: bigint, source: OrderId}, sku: {type: string, source: Sku}, day: {type: date, source: Day}}
write: {strategy: scd2, keys: [id], sequence_by: [day], track_history_columns: [sku]}
"""


def test_late_events_and_merged_groups_come_out_of_the_stage_as_without_it(make_shop: Callable[..., Shop]) -> None:
    found = []
    for audit in ("commit", "stage"):
        texts = {"tables/silver/hist": HIST, "tables/gold/daily": SPECS["tables/gold/daily"]}
        shop = make_shop({name: f"audit: {audit}\n{text}" for name, text in texts.items()}, audit)
        shop.land("a.csv", ["1,A,1,2.50,2026-01-01,1,I", "1,C,1,2.50,2026-01-05,3,I"])
        shop.run()
        shop.land("b.csv", ["1,B,1,2.50,2026-01-03,2,I", "7,B,1,2.50,2026-01-05,2,I"])
        shop.run()
        found.append((shop.rows("silver.hist"), shop.rows("gold.daily")))
    assert found[0] == found[1]
    assert len(found[0][0]) == 4
