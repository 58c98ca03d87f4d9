"""Deletes and truncates that do not say when: they are quarantined, and not forgotten."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.observe.results import RunResult
from tests.shop import Shop, by_table

TABLE, DOWNSTREAM = "silver.orders", "gold.copy"
NUMBERS = itertools.count()
DEBEZIUM = {
    "sources/orders": "format: json\npath: IN\ncolumns: [op, before, after, source]\n",
    "tables/silver/lines": "from: bronze.orders\n",
    "tables/gold/daily": "from: silver.lines\n",
    "tables/silver/orders": """
from: bronze.orders
columns: {id: {type: bigint}, sku: {type: string}, at: {type: int, source: updated_at}}
write: {strategy: cdc, change_format: debezium, keys: [id], sequence_by: [at]}
""",
}
FLAT = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  seq: {type: int, source: SeqMORE}
write: {STRATEGY, keys: [id], sequence_by: [seq]}
"""
DELETES, TRUNCATES = "apply_as_deletes: \"Op = 'D'\"", "apply_as_truncates: \"Op = 'T'\""
COPY = """
from: silver.orders
columns: {id: {type: bigint, nullable: false}, sku: {type: string}, seq: {type: int}}
write: {strategy: upsert, keys: [id], sequence_by: [seq]}
"""
Image = dict[str, Any] | None


def event(op: str, before: Image, after: Image, lsn: int = 0) -> str:
    return json.dumps({"op": op, "before": before, "after": after, "source": {"lsn": lsn}})


def row(key: int, sku: str, at: int | None) -> Image:
    return {"id": key, "sku": sku, "updated_at": at}


def run(shop: Shop, events: Sequence[str], *tables: str) -> RunResult:
    (shop.landing / f"{next(NUMBERS)}.json").write_text("\n".join(events) + "\n", encoding="utf-8")
    return shop.run(select=["bronze.orders", TABLE, *tables])


def flat(root: Path, spark: SparkSession, strategy: str, more: str = "", **downstream: str) -> Shop:
    spec = FLAT.replace("STRATEGY", f"strategy: {strategy}").replace("MORE", more)
    return Shop(root, spark, {"tables/silver/orders": spec, **{f"tables/gold/{k}": v for k, v in downstream.items()}})


def land(shop: Shop, lines: Sequence[str], *tables: str) -> RunResult:
    shop.land(f"{next(NUMBERS)}.csv", lines)
    return shop.run(select=["bronze.orders", TABLE, *tables])


def test_deletes_whose_image_is_the_key_alone_are_quarantined(spark: SparkSession, tmp_path: Path) -> None:
    shop = Shop(tmp_path, spark, DEBEZIUM)
    run(shop, [event("c", None, row(1, "A", 1))])
    result = run(shop, [event("d", {"id": 1}, None), event("t", None, None)])
    assert shop.rows(TABLE) == [(1, "A", 1)]
    assert shop.reasons(TABLE) == ["at_given", "at_given"]
    assert by_table(result)[TABLE].counts.quarantined == 2


def test_a_moved_key_is_deleted_at_the_sequence_of_its_event(spark: SparkSession, tmp_path: Path) -> None:
    shop = Shop(tmp_path, spark, DEBEZIUM)
    run(shop, [event("c", None, row(key, "A", 1)) for key in (1, 3, 4)])
    taken = [event("u", row(key, "A", 1), row(key + 1, "B", 5)) for key in (3, 4)]
    run(shop, [event("u", {"id": 1}, row(2, "B", 5)), *taken])
    run(shop, [event("u", None, row(1, "late", 4)), event("u", {"id": 2}, row(9, "C", None))])
    assert shop.rows(TABLE) == [(2, "B", 5), (4, "B", 5), (5, "B", 5), (9, "C", None)]
    assert shop.reasons(TABLE) == ["at_given"]


def test_the_version_of_a_moved_key_ends_at_its_event(spark: SparkSession, tmp_path: Path) -> None:
    spec = DEBEZIUM["tables/silver/orders"].replace("cdc,", "cdc, stored_as_scd_type: 2,")
    shop = Shop(tmp_path, spark, {**DEBEZIUM, "tables/silver/orders": spec})
    run(shop, [event("c", None, row(1, "A", 1)), event("u", row(1, "A", 1), row(2, "A", 5))])
    assert shop.rows(TABLE) == [(1, "A", 1, 1, 5, False), (2, "A", 5, 5, None, True)]


def test_an_update_whose_new_image_lacks_the_key_deletes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    shop = Shop(tmp_path, spark, DEBEZIUM)
    run(shop, [event("c", None, row(1, "A", 1))])
    run(shop, [event("u", row(1, "A", 1), after) for after in (None, {"sku": "B", "updated_at": 5})])
    run(shop, ['{"op": "u", "before": {"id": 1, "updated_at": 1}, "after": "no JSON"}'])
    assert shop.rows(TABLE) == [(1, "A", 1)]
    assert shop.reasons(TABLE) == ["event_after"] * 2 + ["write_keys_given"] * 3


def test_a_sequence_of_the_envelope_needs_no_image(spark: SparkSession, tmp_path: Path) -> None:
    spec = DEBEZIUM["tables/silver/orders"].replace(", at: {type: int, source: updated_at}", "")
    step = "steps: [with_columns: {at: \"try_cast(get_json_object(source, '$.lsn') AS bigint)\"}]\n"
    shop = Shop(tmp_path, spark, {**DEBEZIUM, "tables/silver/orders": spec + step})
    run(shop, [event("c", None, row(key, "A", None), key) for key in (1, 2, 3)])
    run(shop, [event("u", {"id": 1}, row(9, "B", None), 4), event("d", {"id": 2}, None, 5)])
    assert shop.rows(TABLE) == [(3, "A"), (9, "B")]
    run(shop, [event("t", None, None, 6)])
    assert (shop.rows(TABLE), shop.reasons(TABLE)) == ([], [])


@pytest.mark.parametrize(
    ("strategy", "more"),
    [
        (f"upsert, {DELETES}", ""),
        (f"cdc, {DELETES}, {TRUNCATES}", ", nullable: false"),
        (f"cdc, {TRUNCATES}", ""),
    ],
)
def test_flat_deletes_and_truncates_without_a_sequence_are_quarantined(
    spark: SparkSession, tmp_path: Path, strategy: str, more: str
) -> None:
    shop = flat(tmp_path, spark, strategy, more)
    land(shop, ["1,A,1,1,,1,I", "2,A,1,1,,1,I"])
    land(shop, ["1,,,,,,D"] * (DELETES in strategy) + [",,,,,,T"] * (TRUNCATES in strategy))
    assert shop.rows(TABLE) == [(1, "A", 1), (2, "A", 1)]
    assert shop.reasons(TABLE) == ["seq_given"] * strategy.count("apply_as")


def test_a_downstream_table_follows_a_truncate_and_quarantines_nothing(spark: SparkSession, tmp_path: Path) -> None:
    shop = flat(tmp_path, spark, f"cdc, {TRUNCATES}", copy=COPY)
    land(shop, ["1,A,1,1,,1,I", "2,A,1,1,,1,I"], DOWNSTREAM)
    result = land(shop, [",,,,,4,T", "3,A,1,1,,5,I"], DOWNSTREAM)
    assert shop.rows(DOWNSTREAM) == [(3, "A", 5)]
    assert by_table(result)[DOWNSTREAM].counts.quarantined == 0
