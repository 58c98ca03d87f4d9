"""Tables that keep versions: through the whole way of a batch, equal to a plain model in any order."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.errors import RunFailed
from tests.runs.versions import SPECS, Event, line, shop, versions
from tests.shop import Shop, by_table

TABLE = "silver.lines"
BARE = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
on_schema_change: rescue
steps: [{with_columns: {at: try_cast(Seq AS int)}}]
write:
  strategy: scd2
  keys: [id]
  sequence_by: [at]
"""
NUMBERS = itertools.count()
EVENTS = st.tuples(
    st.sampled_from([1, 2, None]), st.sampled_from("AB"), st.integers(1, 2), st.integers(1, 6), st.booleans()
)


def landed(shop: Shop, *batches: list[Event]) -> list[object]:
    """Land and run batch after batch."""
    for batch in batches:
        shop.land(f"{next(NUMBERS)}.csv", map(line, batch))
        shop.run(select=["bronze.orders", TABLE])
    return list(shop.rows(TABLE))


def test_batches_in_order(spark: SparkSession, tmp_path: Path) -> None:
    batches: list[list[Event]] = [
        [(1, "A", 1, 1, False), (2, "A", 1, 1, False), (None, "A", 1, 1, False)],
        [(1, "A", 2, 2, False), (2, "B", 1, 2, False), (3, "A", 1, 2, False)],
        [(2, "B", 1, 3, True), (1, "A", 2, 3, False), (None, "B", 1, 3, False)],
        [],
        [(2, "A", 1, 5, False), (9, "A", 1, 5, True)],
    ]
    assert landed(shop(tmp_path, spark), *batches) == versions(itertools.chain(*batches))


def test_a_late_event_finds_the_equal_one_that_was_suppressed(spark: SparkSession, tmp_path: Path) -> None:
    first: list[Event] = [(1, "A", 1, 1, False), (1, "A", 1, 5, False), (2, "A", 1, 5, False)]
    late: list[Event] = [(1, "B", 1, 3, False), (2, "B", 1, 6, False)]
    assert landed(shop(tmp_path, spark), first, late) == versions([*first, *late])


def test_any_order_and_batching_is_the_model(spark: SparkSession, tmp_path: Path) -> None:
    @given(st.lists(EVENTS, min_size=3, max_size=10), st.integers(1, 3))
    @settings(max_examples=3, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(events: list[Event], batches: int) -> None:
        mine = shop(tmp_path / f"{next(NUMBERS)}", spark)
        assert landed(mine, *[events[n::batches] for n in range(batches)]) == versions(events)

    law()


@pytest.mark.prove
def test_any_order_and_batching_is_always_the_model(spark: SparkSession, tmp_path: Path) -> None:
    @given(st.lists(EVENTS, min_size=3, max_size=16), st.integers(1, 4))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def law(events: list[Event], batches: int) -> None:
        mine = shop(tmp_path / f"{next(NUMBERS)}", spark)
        assert landed(mine, *[events[n::batches] for n in range(batches)]) == versions(events)

    law()


def test_the_accounting_of_events(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    landed(mine, [(1, "A", 1, 1, False), (2, "A", 1, 1, False), (3, "A", 1, 1, False)])
    batch: list[Event] = [(1, "A", 1, 2, False), (2, "B", 1, 2, False), (3, "A", 1, 2, True), (2, "A", 1, 2, False)]
    mine.land("more.csv", map(line, batch))
    counts = by_table(mine.run(select=["bronze.orders", TABLE]))[TABLE].counts
    assert (counts.read, counts.dropped, counts.accepted) == (4, 1, 3)
    assert (counts.inserted, counts.updated, counts.deleted, counts.unchanged) == (1, 0, 1, 1)


def test_a_run_that_is_rolled_back_takes_its_instants_with_it(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    first: list[Event] = [(1, "A", 1, 1, False), (2, "A", 1, 2, False)]
    second: list[Event] = [(1, "B", 1, 9, False), (2, "A", 1, 9, False)]
    third: list[Event] = [(1, "C", 1, 5, False)]
    landed(mine, first)
    mine.land("second.csv", map(line, second))
    run = mine.run(select=["bronze.orders", TABLE])
    mine.lake.rollback(run.run_id)
    assert mine.rows(TABLE) == versions(first)
    assert landed(mine, third) == versions([*first, *second, *third])


def test_an_event_that_only_changes_what_is_not_tracked_is_published(spark: SparkSession, tmp_path: Path) -> None:
    events: list[Event] = [(1, "A", 1, 1, False), (1, "A", 2, 5, False)]
    assert landed(shop(tmp_path, spark), events[:1], events[1:]) == versions(events)


def test_a_rollback_keeps_the_instants_of_a_batch_that_changed_nothing(spark: SparkSession, tmp_path: Path) -> None:
    bare = (
        SPECS["tables/silver/lines"].replace("  qty: {type: int, source: Qty}\n", "").replace("at, sku, qty", "at, sku")
    )
    bare = bare.replace("  at: {type: int, source: Seq, nullable: false}\n", "").replace(
        "write:", "steps: [{with_columns: {at: try_cast(Seq AS int)}}]\nwrite:"
    )
    mine = Shop(tmp_path, spark, {**SPECS, "tables/silver/lines": bare})
    landed(mine, [(1, "A", 1, 1, False)], [(1, "A", 1, 10, False)])
    mine.land("undone.csv", [line((2, "A", 1, 11, False))])
    run = mine.run(select=["bronze.orders", TABLE])
    mine.lake.rollback(run.run_id)
    (mine.landing / "undone.csv").unlink()
    assert landed(mine, [(1, "B", 1, 5, False)]) == [
        (1, "A", 1, 5, False),
        (1, "A", 10, None, True),
        (1, "B", 5, 10, False),
    ]


def test_a_wider_instant_does_not_make_late_events_early(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    first: list[Event] = [(1, "A", 1, 9, False), (2, "A", 1, 9, False)]
    landed(mine, first)
    wider = SPECS["tables/silver/lines"].replace("at: {type: int", "at: {type: bigint")
    mine.spec("tables/silver/lines", wider.replace("\ncolumns:", "\non_schema_change: widen\ncolumns:"))
    late: list[list[Event]] = [[(1, "B", 1, 3, False)], [(2, "B", 1, 5, False)]]
    assert landed(mine, *late) == versions(itertools.chain(first, *late))


def test_a_new_column_of_a_table_of_versions(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    landed(mine, [(1, "A", 1, 1, False), (2, "A", 1, 1, False)])
    wider = SPECS["tables/silver/lines"].replace(
        "\ncolumns:", "\non_schema_change: add\ncolumns:\n  day: {type: date, source: Day}"
    )
    mine.spec("tables/silver/lines", wider)
    landed(mine, [(1, "B", 1, 2, False)])
    rows = mine.lake.table(TABLE).select("id", "sku", "day", "valid_to").collect()
    found = sorted((row.id, row.sku, row.day is None, row.valid_to) for row in rows)
    assert found == [(1, "A", True, 2), (1, "B", False, None), (2, "A", True, None)]


def test_a_late_event_keeps_the_values_of_a_column_that_left_the_contract(spark: SparkSession, tmp_path: Path) -> None:
    mine, less = shop(tmp_path, spark), SPECS["tables/silver/lines"]
    mine.spec("tables/silver/lines", less.replace("\ncolumns:", "\ncolumns:\n  day: {type: date, source: Day}"))
    landed(mine, [(1, "A", 1, 5, False)])
    mine.spec("tables/silver/lines", less.replace("\ncolumns:", "\non_schema_change: add\ncolumns:"))
    landed(mine, [(1, "B", 1, 3, False)])
    rows = mine.lake.table(TABLE).select("sku", "valid_from", "valid_to", "day").collect()
    assert sorted(map(tuple, rows)) == [("A", 5, None, dt.date(2026, 1, 1)), ("B", 3, 5, None)]


@pytest.mark.parametrize("policy", ["add", "widen", "rescue"])
def test_a_late_event_finds_the_suppressed_one_when_a_column_left_the_contract(
    spark: SparkSession, tmp_path: Path, policy: str
) -> None:
    mine, less = shop(tmp_path, spark), SPECS["tables/silver/lines"]
    mine.spec("tables/silver/lines", less.replace("\ncolumns:", "\ncolumns:\n  day: {type: date, source: Day}"))
    landed(mine, [(1, "A", 1, 1, False), (1, "A", 1, 5, False), (2, "A", 1, 1, False)])
    mine.spec("tables/silver/lines", less.replace("\ncolumns:", f"\non_schema_change: {policy}\ncolumns:"))
    landed(mine, [(1, "B", 1, 3, False), (2, "A", 1, 1, False)], [(1, "C", 1, 4, False)])
    rows = mine.lake.table(TABLE).select("id", "sku", "valid_from", "valid_to", "is_current", "day").collect()
    day = dt.date(2026, 1, 1)
    assert sorted(map(tuple, rows)) == [
        (1, "A", 1, 3, False, day),
        (1, "A", 5, None, True, day),
        (1, "B", 3, 4, False, None),
        (1, "C", 4, 5, False, None),
        (2, "A", 1, None, True, day),
    ]


def test_a_late_event_changes_a_version_from_before_the_column_that_its_key_implies(
    spark: SparkSession, tmp_path: Path
) -> None:
    mine, spec = shop(tmp_path, spark), SPECS["tables/silver/lines"]
    landed(mine, [(1, "A", 1, 5, False)])
    more = spec.replace("\ncolumns:", "\non_schema_change: add\ncolumns:\n  day: {type: date, source: Day}")
    mine.spec("tables/silver/lines", more)
    landed(mine, [(2, "A", 1, 5, False)])
    mine.spec("tables/silver/lines", more.replace("keys: [id]", "keys: [id]\n  key_implies: [day]"))
    landed(mine, [(1, "B", 1, 3, False)])
    rows = mine.lake.table(TABLE).select("id", "sku", "valid_from", "valid_to").collect()
    assert sorted(map(tuple, rows)) == [(1, "A", 5, None), (1, "B", 3, 5), (2, "A", 5, None)]


def test_what_is_rescued_begins_a_version_however_it_is_batched(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    mine.spec("tables/silver/lines", BARE)
    landed(mine, [(9, "A", 1, 1, False)])
    mine.spec("tables/silver/lines", BARE.replace("qty: {type: int", "qty: {type: bigint"))
    three, four = 3_000_000_000, 4_000_000_000
    together: list[Event] = [(1, "A", three, 1, False), (1, "A", four, 5, False)]
    landed(mine, [*together, (2, "A", three, 1, False), (3, "A", four, 5, False)])
    landed(mine, [(2, "A", four, 5, False), (3, "A", three, 1, False)])
    rows = mine.lake.table(TABLE).filter("id < 9").select("id", "valid_from", "valid_to", "qty", "_rescued").collect()
    both = [(1, 5, None, '{"qty":3000000000}'), (5, None, None, '{"qty":4000000000}')]
    assert sorted(map(tuple, rows)) == [(key, *version) for key in (1, 2, 3) for version in both]


def test_to_track_a_column_that_is_rescued_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    mine.spec("tables/silver/lines", BARE)
    landed(mine, [(1, "A", 1, 1, False)])
    more = BARE.replace("\ncolumns:", "\ncolumns:\n  day: {type: date, source: Day}")
    mine.spec("tables/silver/lines", f"{more}  track_history_columns: [sku, day]\n")
    with pytest.raises(RunFailed, match=r"LS511 write\.track_history_columns names day, .* in _rescued"):
        landed(mine, [(1, "B", 1, 2, False)])


def test_keys_named_as_what_is_counted_by_them(spark: SparkSession, tmp_path: Path) -> None:
    mine, spec = shop(tmp_path, spark), SPECS["tables/silver/lines"]
    for name, other in (("id", '"N"'), ("sku", "newest"), ("qty", "late")):
        spec = spec.replace(f"  {name}: {{", f"  {other}: {{")
    spec = spec.replace("  track_history_columns: [sku]\n", "").replace("[at, sku, qty]", "[at, newest, late]")
    mine.spec("tables/silver/lines", spec.replace("keys: [id]", 'keys: ["N", newest, late]'))
    assert landed(mine, [(1, "A", 1, 5, False)]) == [(1, "A", 1, 5, 5, None, True)]


def test_versions_of_upserted_rows(spark: SparkSession, tmp_path: Path) -> None:
    mine = shop(tmp_path, spark)
    for number, event in enumerate([(1, "A", 1, 1, False), (1, "B", 1, 3, False), (1, "A", 1, 2, False)]):
        mine.land(f"{number}.csv", [line(event)])
        mine.run(select=["bronze.orders", "silver.orders", "gold.daily"])
    # The upsert never passed on the event of instant 2, which came late.
    assert mine.rows("gold.daily") == [(1, "A", 1, 1, 3, False), (1, "B", 1, 3, None, True)]
