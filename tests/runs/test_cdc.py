"""Change events: creates, updates, deletes, moved keys and truncates, in any order."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from tests.shop import Shop, by_table

TABLE = "silver.orders"
NUMBERS = itertools.count()
SPECS = {
    "sources/orders": "format: json\npath: IN\ncolumns: [op, before, after, ts_ms]\n",
    "tables/silver/lines": "from: bronze.orders\n",
    "tables/gold/daily": "from: silver.lines\n",
    "tables/silver/orders": """
from: bronze.orders
columns:
  id: {type: bigint}
  sku: {type: string, source: article}
steps:
  - with_columns: {at: try_cast(ts_ms AS bigint)}
write: {strategy: cdc, change_format: debezium, keys: [id], sequence_by: [at]MORE}
""",
}
Event = tuple[str, int | None, str | None, int, int | None]  # op, id, sku, at, old id
OPS = st.sampled_from("crudt")


def shop_of(root: Path, spark: SparkSession, more: str = "") -> Shop:
    specs = {name: text.replace("MORE", more) for name, text in SPECS.items()}
    return Shop(root, spark, specs)


def line(event: Event) -> str:
    op, key, sku, at, old = event
    image = {"id": key, "article": sku}
    before = image if op == "d" else {"id": old, "article": None} if old is not None else None
    return json.dumps({"op": op, "before": before, "after": None if op in "dt" else image, "ts_ms": at})


def run(shop: Shop, *batches: Sequence[Event]) -> list[tuple[Any, ...]]:
    for batch in batches:
        lines = [*map(line, batch)]
        shop.land(f"{next(NUMBERS)}.json", lines[1:], header=lines[0])
        shop.run(select=["bronze.orders", TABLE])
    return shop.rows(TABLE)


def model(events: Sequence[Event]) -> list[tuple[Any, ...]]:
    """Apply the events in the order of their sequence."""
    table: dict[int, str | None] = {}
    for op, key, sku, _, old in sorted(events, key=lambda event: event[3]):
        if op == "t":
            table.clear()
        elif key is not None and op == "d":
            table.pop(key, None)
        elif key is not None:
            if op == "u" and old is not None and old != key:
                table.pop(old, None)
            table[key] = sku
    return sorted(table.items(), key=repr)


def test_each_kind_of_event(spark: SparkSession, tmp_path: Path) -> None:
    events: list[Event] = [
        ("r", 1, "A", 1, None), ("c", 2, "A", 2, None), ("c", 3, "A", 3, None), ("u", 1, "B", 4, 1),
        ("u", 9, "A", 5, 2), ("d", 3, "A", 6, None),
    ]  # fmt: skip
    assert run(shop_of(tmp_path, spark), events) == model(events) == [(1, "B"), (9, "A")]


def test_a_truncate_wipes_out_what_is_older_also_when_it_comes_later(spark: SparkSession, tmp_path: Path) -> None:
    first: list[Event] = [("c", 1, "A", 1, None), ("c", 2, "A", 8, None)]
    truncate: list[Event] = [("t", None, None, 5, None), ("c", 3, "A", 4, None)]
    late: list[Event] = [("c", 4, "A", 3, None), ("c", 1, "C", 9, None), ("c", 5, "A", 6, None)]
    assert run(shop_of(tmp_path, spark), first, truncate, late) == model([*first, *truncate, *late])


@pytest.mark.parametrize("together", [True, False])
def test_a_truncate_wins_over_a_row_of_the_same_instant(spark: SparkSession, tmp_path: Path, together: bool) -> None:
    created: list[Event] = [("c", 1, "A", 5, None), ("c", 2, "A", 6, None)]
    truncate: list[Event] = [("t", None, None, 5, None)]
    batches = [[*created, *truncate]] if together else [created, truncate]
    assert run(shop_of(tmp_path, spark), *batches) == [(2, "A")]


def test_events_that_name_no_row_are_quarantined(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    broken: list[Event] = [("c", None, "A", 1, None), ("x", 1, "A", 2, None), ("c", 1, "A", 3, None)]
    assert run(shop, broken) == [(1, "A")]
    assert shop.reasons(TABLE) == ["event_op", "write_keys_given", "write_keys_given"]


def test_the_sequence_is_that_of_the_envelope_and_a_delete_needs_its_key_only(
    spark: SparkSession, tmp_path: Path
) -> None:
    spec = SPECS["tables/silver/orders"].replace("MORE", "").replace("sequence_by: [at]", "sequence_by: [ts_ms]")
    spec = spec.replace("source: article}", "source: article, nullable: false}\n  ts_ms: {type: bigint}")
    shop = Shop(tmp_path, spark, {**SPECS, "tables/silver/orders": spec})
    events: list[Event] = [("c", 1, "A", 1000, None), ("u", 1, "B", 999, 1), ("c", 2, "A", 5, None)]
    assert run(shop, events) == [(1, "A", 1000), (2, "A", 5)]
    assert run(shop, [("d", 2, None, 10, None)]) == [(1, "A", 1000)]


@pytest.mark.parametrize("field", ["op: {type: string}", "operation: {type: string, source: op}"])
def test_a_truncate_is_recognised_by_the_envelope_whatever_becomes_of_the_column_op(
    spark: SparkSession, tmp_path: Path, field: str
) -> None:
    spec = SPECS["tables/silver/orders"].replace("MORE", "").replace("article}", f"article}}\n  {field}")
    shop = Shop(tmp_path, spark, {**SPECS, "tables/silver/orders": spec})
    image = '{"id": 1, "article": "A", "op": "t"}'
    shop.land("first.json", [f'{{"op": "c", "after": {image}, "ts_ms": 1}}'], header='{"op": "x", "ts_ms": 0}')
    shop.run(select=["bronze.orders", TABLE])
    assert shop.rows(TABLE) == [(1, "A", "t")]
    assert run(shop, [("t", None, None, 2, None)]) == []
    assert shop.reasons(TABLE) == ["event_op", "write_keys_given"]


def test_versions_of_change_events(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, ", stored_as_scd_type: 2")
    found = run(shop, [("c", 1, "A", 1, None), ("u", 2, "A", 5, 1)], [("d", 2, "A", 7, None), ("u", 1, "B", 3, 1)])
    assert found == [(1, "A", 1, 3, False), (1, "B", 3, 5, False), (2, "A", 5, 7, False)]


def test_any_order_is_the_model(spark: SparkSession, tmp_path: Path) -> None:
    keys = st.integers(1, 2)
    drawn = st.lists(st.tuples(OPS, keys, st.sampled_from("AB"), keys), min_size=3, max_size=9)

    @given(drawn, st.randoms(use_true_random=False))
    @settings(max_examples=3, deadline=None, derandomize=True, database=None, phases=(Phase.generate,))
    def law(kinds: list[tuple[str, int, str, int]], random: Any) -> None:
        events = [(op, key, sku, at, old if op == "u" else None) for at, (op, key, sku, old) in enumerate(kinds)]
        shuffled = random.sample(events, len(events))
        found = run(shop_of(tmp_path / f"{next(NUMBERS)}", spark), *filter(None, (shuffled[::2], shuffled[1::2])))
        assert found == model(events)

    law()


@pytest.mark.parametrize("flat", ["apply_as_truncates: \"Op = 'T'\""])
def test_flat_events_truncate(spark: SparkSession, tmp_path: Path, flat: str) -> None:
    spec = f"""
from: bronze.orders
columns:
  id: {{type: bigint, source: OrderId, nullable: false}}
  sku: {{type: string, source: Sku}}
  seq: {{type: int, source: Seq}}
write: {{strategy: cdc, keys: [id], sequence_by: [seq], apply_as_deletes: "Op = 'D'", {flat}}}
"""
    shop = Shop(tmp_path, spark, {"tables/silver/orders": spec})
    shop.land("0.csv", ["1,A,1,1,,1,I", "2,A,1,1,,2,I", "2,A,1,1,,3,D", ",,,,,4,T", "3,A,1,1,,5,I"])
    result = shop.run(select=["bronze.orders", TABLE])
    assert shop.rows(TABLE) == [(3, "A", 5)]
    assert by_table(result)[TABLE].counts.quarantined == 0
