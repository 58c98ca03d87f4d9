"""A history that tracks all columns gets a new one only where a rebuild would give the same versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import RunFailed
from tests.runs.versions import SPECS, line
from tests.shop import HEADER, Shop
from tests.shop import SPECS as SHOP

TABLE = "silver.lines"
READ = ["bronze.orders", TABLE]
ALL = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
write: {strategy: scd2, keys: [id], sequence_by: [Seq]}
"""
MORE = ALL.replace("\ncolumns:", "\non_schema_change: add\ncolumns:\n  NEW: {type: string, source: SOURCE}")
BRONZE = "from: sources.orders\non_schema_change: add\n"
BARE = """
from: bronze.orders
on_schema_change: add
steps: [{STEPSrename: {OrderId: id, Seq: at}}]
write: {strategy: scd2, keys: [id], sequence_by: [at]}
"""


def shop_of(root: Path, spark: SparkSession, spec: str) -> Shop:
    shop = Shop(root, spark, SPECS | {"tables/silver/lines": spec, "tables/bronze/orders": BRONZE})
    shop.land("a.csv", [line((1, "A", 1, 5, False)), line((2, "A", 1, 5, False))])
    shop.run(select=READ)
    return shop


def more(name: str) -> str:
    return MORE.replace("NEW", name.lower()).replace("SOURCE", name)


def shown(shop: Shop, *names: str) -> list[tuple[object, ...]]:
    rows = shop.lake.table(TABLE).select("id", "sku", *names, "valid_from", "valid_to").collect()
    return sorted((tuple(row) for row in rows), key=repr)


def test_a_column_that_the_upstream_had_needs_a_rebuild(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, ALL)
    shop.spec("tables/silver/lines", more("Day"))
    shop.land("b.csv", [line((1, "A", 1, 6, False))])
    planned = next(table for table in shop.lake.plan().tables if table.table == TABLE)
    assert planned.notes[-1].endswith("values there: the next batch ends with LS511")
    with pytest.raises(RunFailed, match=r"LS511 track_history_columns is all columns.* all but day, "):
        shop.run(select=READ)
    assert shop.rows(TABLE) == [(1, "A", "5", None, True), (2, "A", "5", None, True)]

    shop.run(select=[TABLE], rebuild=True)
    assert shown(shop, "day") == [(1, "A", "2026-01-01", "5", None), (2, "A", "2026-01-01", "5", None)]


def test_a_column_that_is_new_upstream_too_begins_versions(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark, ALL)
    shop.spec("sources/orders", SHOP["sources/orders"].replace("Op]", "Op, Note]"))
    shop.spec("tables/silver/lines", more("Note"))
    assert not any("LS511" in note for table in shop.lake.plan().tables for note in table.notes)
    shop.land("b.csv", [line((1, "A", 1, 7, False)) + ",n", line((2, "A", 1, 3, False)) + ","], f"{HEADER},Note")
    shop.run(select=READ)
    versions = [(1, "A", "n", "7", None), (1, "A", None, "5", "7"), (2, "A", None, "3", None)]
    assert shown(shop, "note") == versions
    shop.run(select=[TABLE], rebuild=True)
    assert shown(shop, "note") == versions


def test_a_column_that_a_step_adds_to_a_table_without_a_contract_needs_a_rebuild(
    spark: SparkSession, tmp_path: Path
) -> None:
    shop = shop_of(tmp_path, spark, BARE.replace("STEPS", ""))
    shop.spec("tables/silver/lines", BARE.replace("STEPS", "with_columns: {code: lower(Sku)}}, {"))
    shop.land("b.csv", [line((1, "A", 1, 6, False))])
    with pytest.raises(RunFailed, match=r"LS511 .* all but code, "):
        shop.run(select=READ)
