"""Tables whose rows are recomputed: as a whole, or by partition."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused
from tests.shop import HEADER, Shop, by_table
from tests.shop import SPECS as SHOP

COLUMNS = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  day: {type: date, source: Day}
"""
CHECK = "checks: [{id: qty_not_negative, check: between, column: qty, min: 0}]\n"
SPECS = {
    "tables/silver/orders": f"{COLUMNS}{CHECK}write: {{strategy: upsert, keys: [id], sequence_by: [qty]}}",
    "tables/silver/lines": f"{COLUMNS}{CHECK}write: {{strategy: replace_partitions, partition_by: [day]}}",
    "tables/gold/daily": """
from: silver.orders
columns:
  sku: {type: string}
  n: {type: bigint}
steps:
  - aggregate: {by: [sku], measures: {n: count(*)}}
write: {strategy: replace_all}
""",
}
DAY, NEXT = "2026-01-01", "2026-01-02"
FILES = (
    [f"1,A,1,1,{DAY},1,I", f"2,B,1,1,{NEXT},1,I"],
    [f"1,B,2,1,{NEXT},2,I"],
    [f"3,C,-1,1,{NEXT},1,I", "4,D,1,1,,1,I"],
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_any_order_of_files_gives_the_tables_of_one_batch(
    spark: SparkSession, tmp_path: Path, order: tuple[int, ...]
) -> None:
    one_batch, shuffled = Shop(tmp_path / "one_batch", spark, SPECS), Shop(tmp_path / "shuffled", spark, SPECS)
    one_batch.land("all.csv", itertools.chain(*FILES))
    one_batch.run()
    for number in order:
        shuffled.land(f"{number}.csv", FILES[number])
        shuffled.run()
    for table in ("silver.lines", "gold.daily"):
        assert shuffled.rows(table) == one_batch.rows(table)
        assert shuffled.reasons("silver.lines") == ["qty_not_negative"]


def test_only_touched_partitions_are_written(spark: SparkSession, tmp_path: Path) -> None:
    shop, names = Shop(tmp_path, spark, SPECS), ["bronze.orders", "silver.lines"]
    shop.land("0.csv", FILES[0])
    shop.run(select=names)
    shop.land("1.csv", [f"5,E,1,1,{NEXT},1,I"])
    result = by_table(shop.run(select=names))
    assert (result["silver.lines"].counts.read, result["silver.lines"].counts.accepted) == (2, 2)
    assert len(shop.rows("silver.lines")) == 3
    assert by_table(shop.run(select=names))["silver.lines"].state == "nothing_new"


def test_a_replacement_that_takes_all_rows_away_is_refused_until_it_is_accepted(
    spark: SparkSession, tmp_path: Path
) -> None:
    deletes = "sequence_by: [qty], apply_as_deletes: \"Op = 'D'\""
    upstream = SPECS["tables/silver/orders"].replace("sequence_by: [qty]", deletes)
    shop = Shop(tmp_path, spark, SPECS | {"tables/silver/orders": upstream})
    shop.land("0.csv", [f"1,A,1,1,{DAY},1,I"])
    shop.run()
    shop.land("1.csv", [f"1,A,2,1,{DAY},2,D"])
    with pytest.raises(GateRefused, match="allow_empty"):
        shop.run()
    assert shop.rows("gold.daily") == [("A", 1)]
    shop.run(accept=["gold.daily"])
    assert shop.rows("gold.daily") == []


def test_a_replacement_that_may_be_empty_is_read_and_passed_on(spark: SparkSession, tmp_path: Path) -> None:
    deletes = "sequence_by: [qty], apply_as_deletes: \"Op = 'D'\""
    pairs = "columns: {id: {type: bigint}, sku: {type: string}}\n"
    parts = "write: {strategy: replace_partitions, partition_by: [sku], allow_empty: true}\n"
    specs = {
        "tables/silver/orders": SPECS["tables/silver/orders"].replace("sequence_by: [qty]", deletes),
        "tables/silver/lines": f"from: silver.orders\n{pairs}{parts}",
        "tables/gold/daily": "from: silver.lines\nwrite: {strategy: replace_all, allow_empty: true}\n",
    }
    shop = Shop(tmp_path, spark, specs)
    shop.land("0.csv", [f"1,A,1,1,{DAY},1,I"])
    shop.run()
    assert shop.rows("silver.lines") == shop.rows("gold.daily") == [(1, "A")]
    shop.land("1.csv", [f"1,A,2,1,{DAY},2,D"])
    shop.run()
    assert shop.rows("silver.lines") == shop.rows("gold.daily") == []


def test_a_bad_row_stays_one_when_the_upstream_adds_a_column(spark: SparkSession, tmp_path: Path) -> None:
    bronze = {"tables/bronze/orders": "from: sources.orders\non_schema_change: add\n"}
    shop, names = Shop(tmp_path, spark, SPECS | bronze), ["bronze.orders", "silver.lines"]
    shop.land("0.csv", [f"1,A,1,1,{DAY},1,I", f"3,C,-1,1,{DAY},1,I", f"4,D,-1,1,{NEXT},1,I"])
    shop.run(select=names)
    shop.spec("sources/orders", SHOP["sources/orders"].replace("Seq, Op]", "Seq, Op, Colour]"))
    shop.land("1.csv", [f"2,B,1,1,{DAY},1,I,red", f"5,E,-1,1,{DAY},1,I,"], f"{HEADER},Colour")
    shop.run(select=names)
    assert len(shop.rows("silver.lines")) == 2
    raw = [row["_raw"] for row in shop.lake.quarantine("silver.lines").select("_raw").collect()]
    assert sorted(json.loads(text)["OrderId"] for text in raw) == ["3", "4", "5"]
