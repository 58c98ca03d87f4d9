from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lakesmith.ledger.state import TableState
from lakesmith.runs.batch_planner import Planned, Planner
from lakesmith.sources.slices import Span
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.fingerprint import spec_hash
from tests.positions import read_files, read_to
from tests.shop import Shop

LOOKUP = """
from: bronze.orders
inputs: {lines: silver.lines}
columns: {id: {type: bigint, source: OrderId}}
write: {strategy: upsert, keys: [id], when_matched: ignore}
"""
ROW = ["1,A,1,2.50,2026-01-01,1,I"]


def plan(shop: Shop, table: str, *states: TableState) -> Planned:
    lake = shop.lake
    return Planner(shop.spark, lake.project, {state.table: state for state in states}, "2026-01-01").next_batch(table)


def test_files_are_new_until_they_were_seen(shop: Shop) -> None:
    file = shop.land("a.csv", ROW)
    planned = plan(shop, "bronze.orders")
    assert planned.intent is not None
    (entry,) = planned.intent.input.data["files"]
    assert (entry[0], planned.intent.batch, planned.intent.first) == (str(file), 1, True)
    assert plan(
        shop, "bronze.orders", TableState("bronze.orders", positions=read_files({entry[0]: (entry[1], entry[2])}))
    ) == Planned(None)


def test_bad_files_are_parked_beside_the_intent(shop: Shop) -> None:
    shop.land("a.csv", ROW)
    shop.land("b.csv", [], header="OrderId")
    planned = plan(shop, "bronze.orders")
    assert planned.intent is not None
    (parked,) = planned.parked
    assert parked.part.endswith("b.csv")
    assert parked.reason.startswith("column(s) Sku, Qty")


def test_nothing_is_planned_downstream_of_a_table_without_a_version(shop: Shop) -> None:
    assert plan(shop, "silver.orders") == Planned(None)


@pytest.mark.parametrize(("since", "read"), [(None, (None, 4)), (2, (2, 4)), (4, None)])
def test_a_table_reads_from_its_position_to_the_newest_version(
    shop: Shop, since: int | None, read: tuple[int | None, int] | None
) -> None:
    downstream = TableState(
        "silver.orders", positions=read_to(since), version=None if since is None else 9, batch=3, epoch=2
    )
    intent = plan(shop, "silver.orders", TableState("bronze.orders", version=4, voids=[(3, 3)]), downstream).intent
    if read is None:
        assert intent is None
    else:
        assert intent is not None
        assert intent.input == versions_slice("bronze.orders", *read, ((3, 3),), {})
        assert (intent.batch, intent.epoch, intent.first) == (4, 2, since is None)


def test_versions_that_only_maintenance_made_are_nothing_new(shop: Shop) -> None:
    upstream = TableState("bronze.orders", version=7, voids=[(5, 7)])
    downstream = TableState("silver.orders", positions=read_to(4), version=9, batch=3)
    assert plan(shop, "silver.orders", upstream, downstream).intent is None
    upstream.version = 8
    intent = plan(shop, "silver.orders", upstream, downstream).intent
    assert intent is not None
    assert intent.input == versions_slice("bronze.orders", 4, 8, ((5, 7),), {})


def test_an_open_intent_comes_first_as_it_was_written(shop: Shop) -> None:
    shop.land("a.csv", ROW)
    opened = plan(shop, "bronze.orders").intent
    assert opened is not None
    shop.land("b.csv", ROW)
    planned = plan(shop, "bronze.orders", TableState("bronze.orders", batch=1, open=opened))
    assert (planned.intent, planned.is_retry, planned.more) == (opened, True, True)


def test_an_intent_names_the_spec(shop: Shop) -> None:
    shop.land("a.csv", ROW)
    intent = plan(shop, "bronze.orders").intent
    assert intent is not None
    assert intent.spec_hash == spec_hash(shop.lake.project.table("bronze.orders"))


@pytest.fixture
def with_lookup(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop({"tables/silver/joined": LOOKUP})


def test_a_table_waits_for_all_its_inputs(with_lookup: Shop) -> None:
    assert plan(with_lookup, "silver.joined", TableState("bronze.orders", version=4)) == Planned(None)


COUNTED = """
from: bronze.orders
inputs: {lines: silver.lines}
columns: {OrderId: {type: string}, orders: {type: bigint}}
steps: [{aggregate: {by: [OrderId], measures: {orders: count(*)}}}]
write: {strategy: aggregate, keys: [OrderId]}
"""


def test_an_input_that_moved_recomputes_all_groups(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"tables/gold/counted": COUNTED})
    states = [TableState("bronze.orders", version=4), TableState("silver.lines", version=6)]
    downstream = TableState("gold.counted", positions=read_to(4), version=9, lookups={"lines": 6})
    assert plan(shop, "gold.counted", *states, downstream) == Planned(None)
    maintained = [states[0], replace(states[1], version=8, voids=[(7, 8)])]
    assert plan(shop, "gold.counted", *maintained, downstream) == Planned(None)
    moved = plan(shop, "gold.counted", *states, replace(downstream, lookups={"lines": 5})).intent
    assert moved is not None
    read = {"lines": Span("silver.lines", 5, 6)}
    assert (moved.input, moved.lookups) == (versions_slice("bronze.orders", None, 4, (), {}, read), (("lines", 6),))


def test_another_table_as_an_input_recomputes_all_groups(make_shop: Callable[..., Shop]) -> None:
    """Its versions say nothing of how far the table before it was read."""
    shop = make_shop({"tables/gold/counted": COUNTED})
    states = [TableState("bronze.orders", version=4), TableState("silver.lines", version=6)]
    ((key, position),) = read_to(4).items()
    other, same = (
        {**position, "inputs": {"lines": {"table": name, "to": 6}}} for name in ("silver.old", "silver.lines")
    )
    downstream = TableState("gold.counted", positions={key: other}, version=9, lookups={"lines": 6})
    planned = plan(shop, "gold.counted", *states, downstream).intent
    assert planned is not None
    assert planned.input.data["since"] is None
    unmoved = replace(downstream, positions={key: same})
    assert plan(shop, "gold.counted", *states, unmoved) == Planned(None)


def test_an_input_that_moved_leaves_rows_as_they_came(with_lookup: Shop) -> None:
    states = [TableState("bronze.orders", version=4), TableState("silver.lines", version=6)]
    downstream = TableState("silver.joined", positions=read_to(4), version=9, lookups={"lines": 5})
    assert plan(with_lookup, "silver.joined", *states, downstream) == Planned(None)


def test_a_bounded_source_says_that_more_waits(make_shop: Callable[..., Shop]) -> None:
    orders = "format: csv\npath: IN\ncolumns: [OrderId, Sku, Qty, Price, Day, Seq, Op]\nbatch: {max_files: 1}\n"
    shop = make_shop({"sources/orders": orders})
    shop.land("a.csv", ROW)
    shop.land("b.csv", ROW)
    planned = plan(shop, "bronze.orders")
    assert planned.more
    assert planned.intent is not None
    assert planned.intent.input.kind == "files"
    assert len(planned.intent.input.data["files"]) == 1
