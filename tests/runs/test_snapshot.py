"""Tables that are what the newest full snapshot says."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused
from tests.shop import Shop, by_table

SPEC = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, nullable: false, source: Sku}
steps:
  - with_columns: {extracted_on: try_cast(Day AS date)}
write: {strategy: snapshot, keys: [id], sequence_by: [extracted_on]MORE}
"""
TABLE = "silver.orders"
NUMBERS = itertools.count()
Snapshot = dict[int | None, str]
Part = tuple[int, int | None, str]
SNAPSHOTS = st.dictionaries(st.sampled_from([1, 2, None]), st.sampled_from(["A", "B", ""]), min_size=1, max_size=3)


def shop_of(root: Path, spark: SparkSession, more: str = ", max_delete_share: 1") -> Shop:
    return Shop(root, spark, {"tables/silver/orders": SPEC.replace("MORE", more)})


def land(shop: Shop, day: int, rows: Iterable[tuple[int | None, str]]) -> None:
    """Land a part of the snapshot of a day."""
    lines = [f"{'' if key is None else key},{sku},1,1,2026-01-0{day},1,I" for key, sku in rows]
    shop.land(f"{next(NUMBERS)}.csv", lines)


def model(parts: Sequence[Part]) -> list[tuple[int | None, str]]:
    """Return what the table holds after these rows; those without a sku are quarantined, and name their key."""
    table: Snapshot = {}
    for now in sorted({day for day, _, sku in parts if sku}):
        named = {key: sku for day, key, sku in parts if day == now}
        table = {key: sku or table[key] for key, sku in named.items() if sku or key in table}
    return sorted(table.items(), key=repr)


def run(shop: Shop) -> list[tuple[Any, ...]]:
    shop.run(select=["bronze.orders", TABLE])
    return shop.rows(TABLE)


def test_the_table_is_the_newest_snapshot(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 3, {1: "A", 2: "A", None: "A"}.items())
    assert run(shop) == [(1, "A"), (2, "A"), (None, "A")]
    land(shop, 5, {1: "B", 3: "A"}.items())
    assert run(shop) == [(1, "B"), (3, "A")]
    land(shop, 4, {7: "late"}.items())
    assert run(shop) == [(1, "B"), (3, "A")]
    land(shop, 6, {2: "back", 3: "A"}.items())
    assert run(shop) == [(2, "back"), (3, "A")]


def test_the_accounting_of_a_snapshot(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 1, {1: "A", 2: "A", 3: "A", 4: "A"}.items())
    run(shop)
    land(shop, 2, [(1, "A"), (2, "B"), (5, "A"), (5, "A")])
    counts = by_table(shop.run(select=["bronze.orders", TABLE]))[TABLE].counts
    assert (counts.read, counts.dropped, counts.accepted) == (4, 1, 3)
    assert (counts.inserted, counts.updated, counts.deleted, counts.unchanged) == (1, 1, 2, 1)


def test_a_part_of_a_snapshot_is_refused_and_the_next_part_completes_it(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, "")
    land(shop, 1, {1: "A", 2: "A", None: "A"}.items())
    run(shop)
    land(shop, 2, {1: "B"}.items())
    with pytest.raises(GateRefused, match="2 of 3 rows are not in the snapshot"):
        run(shop)
    assert shop.rows(TABLE) == [(1, "A"), (2, "A"), (None, "A")]
    land(shop, 2, {2: "A", None: "A"}.items())
    assert run(shop) == [(1, "B"), (2, "A"), (None, "A")]


def test_rows_without_a_snapshot_are_quarantined(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    shop.land("0.csv", ["1,A,1,1,,1,I", "2,A,1,1,2026-01-01,1,I"])
    assert run(shop) == [(2, "A")]
    assert shop.reasons(TABLE) == ["extracted_on_given"]


def test_a_row_that_is_quarantined_is_not_deleted(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 1, {1: "A", 2: "A", 3: "A"}.items())
    run(shop)
    land(shop, 2, {1: "", 2: "B"}.items())
    assert run(shop) == [(1, "A"), (2, "B")]
    assert shop.reasons(TABLE) == ["sku_given"]


@pytest.mark.parametrize("line", ["x2,A,1,1,2026-01-04,1,I", "2,A,1,1,never,1,I"], ids=["key", "time"])
def test_a_snapshot_deletes_nothing_that_an_unread_row_may_stand_for(
    spark: SparkSession, tmp_path: Path, line: str
) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 3, {1: "A", 2: "A"}.items())
    run(shop)
    shop.land("bad.csv", ["1,A,1,1,2026-01-04,1,I", line])
    with pytest.raises(GateRefused, match="1 rows of the snapshot have a key or a time that cannot be read"):
        shop.run(select=["bronze.orders", TABLE])
    assert shop.rows(TABLE) == [(1, "A"), (2, "A")]


def test_a_row_that_was_quarantined_alone_is_not_deleted_when_the_rest_comes(
    spark: SparkSession, tmp_path: Path
) -> None:
    shop = shop_of(tmp_path, spark)
    for day, rows in ((1, {1: "A", 2: "A", 3: "A"}), (2, {1: ""}), (2, {2: "B"})):
        land(shop, day, rows.items())
        found = run(shop)
    assert found == [(1, "A"), (2, "B")]


def test_a_row_quarantined_beside_an_older_snapshot_is_not_deleted_when_the_rest_comes(
    spark: SparkSession, tmp_path: Path
) -> None:
    shop = shop_of(tmp_path, spark)
    land(shop, 1, {1: "A", 2: "A", 3: "A"}.items())
    land(shop, 2, {1: ""}.items())
    assert run(shop) == [(1, "A"), (2, "A"), (3, "A")]
    land(shop, 2, {2: "B"}.items())
    assert run(shop) == [(1, "A"), (2, "B")]


def test_versions_downstream_of_a_snapshot_end_with_the_snapshot_that_lacks_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    spec = SPEC.replace("MORE", ", max_delete_share: 1").replace(
        "source: Sku}", "source: Sku}\n  day: {type: date, source: Day}"
    )
    spec = spec.replace("try_cast(Day AS date)", "day").replace("extracted_on]", "day]")
    downstream = "from: silver.orders\ncolumns: {id: {type: bigint}, sku: {type: string}}\n"
    downstream += "write: {strategy: scd2, keys: [id], sequence_by: [day]}\n"
    shop = Shop(tmp_path, spark, {"tables/silver/orders": spec, "tables/gold/daily": downstream})
    for day, rows in ((1, {1: "A", 2: "A"}), (2, {2: "A"})):
        land(shop, day, rows.items())
        shop.run(select=["bronze.orders", TABLE, "gold.daily"])
    found = [
        (row.id, row.valid_from.day, row.valid_to and row.valid_to.day)
        for row in shop.lake.table("gold.daily").collect()
    ]
    assert sorted(found) == [(1, 1, 2), (2, 1, None)]


def test_equal_snapshots_for_longer_than_the_retention_leave_it_readable(spark: SparkSession, tmp_path: Path) -> None:
    qty = "source: Sku}\n  qty: {type: int, source: Qty}"
    short = SPEC.replace("MORE", "").replace("source: Sku}", qty)
    short += "properties: {delta.deletedFileRetentionDuration: interval 1 second}\n"
    downstream = "from: silver.orders\ncolumns: {id: {type: bigint}, sku: {type: string}, qty: {type: int}}\n"
    downstream += "write: {strategy: upsert, keys: [id], sequence_by: [qty]}\n"
    shop = Shop(tmp_path, spark, {"tables/silver/orders": short, "tables/gold/daily": downstream})
    names, states = ["bronze.orders", TABLE, "gold.daily"], []
    for day, sku, units in ((1, "A", 1), (2, "A", 1), (3, "B", 2)):
        shop.land(f"{day}.csv", [f"1,{sku},{units},1,2026-01-0{day},1,I"])
        states.append([table.state for table in shop.run(select=names).tables])
        assert shop.rows(TABLE) == [(1, sku, units)]
        time.sleep(1.5)
    assert states == [["done"] * 3, ["done", "done", "nothing_new"], ["done"] * 3]
    assert shop.rows("gold.daily") == [(1, "B", 2)]
    assert shop.run(select=names).state == "nothing_new"


def test_any_order_of_parts_is_the_newest_snapshot(spark: SparkSession, tmp_path: Path) -> None:
    @given(st.lists(SNAPSHOTS, min_size=2, max_size=3), st.randoms(use_true_random=False))
    @settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(snapshots: list[Snapshot], random: Random) -> None:
        shop = shop_of(tmp_path / f"{next(NUMBERS)}", spark)
        parts = [(day, *row) for day, snapshot in enumerate(snapshots, 1) for row in snapshot.items()]
        random.shuffle(parts)
        for batch in (parts[::2], parts[1::2]):
            for day, *row in batch:
                land(shop, day, [tuple(row)])
            found = run(shop)
        assert found == model(parts)

    law()
