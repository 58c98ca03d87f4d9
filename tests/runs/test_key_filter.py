"""A run with key filters gives the tables that a run without gives, also after a kill, a rollback and a rebuild."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.write.strategies import key_filter
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import project_table
from lakesmith.tables.upsert.filter_header import usable_filter
from tests.shop import SPECS, Shop, by_table

FILTER = "key_filter: {fpr: 0.000001, expected_keys: 1000}"
FILTERED = {
    f"tables/silver/{name}": SPECS[f"tables/silver/{name}"].replace("write: {", f"write: {{{FILTER}, ")
    for name in ("orders", "lines")
}
DAYS = (
    ["1,A,2,1.00,2026-01-01,1,I", "2,A,1,2.50,2026-01-01,1,I"],
    ["3,B,1,1.00,2026-01-02,1,I", "4,B,7,1.00,2026-01-02,1,D", "1,A,2,1.00,2026-01-01,1,I"],
    ["5,B,1,1.00,2026-01-03,1,I", "6,A,7,1.00,2026-01-03,1,I"],
)
SELECT = ["bronze.orders", "silver.orders", "silver.lines"]


def newest(shop: Shop, table: str) -> str:
    commit = newest_commits(shop.spark, project_table(shop.lake.project, table), 1)[0]
    return commit.operation


def is_on(shop: Shop, table: str) -> bool:
    project = shop.lake.project
    return usable_filter(shop.spark, project_table(project, table), project.table(table)) is not None


def test_days_with_and_without_give_the_same_tables(spark: SparkSession, tmp_path: Path) -> None:
    plain, shop = Shop(tmp_path / "plain", spark), Shop(tmp_path / "filtered", spark, FILTERED)
    for number, lines in enumerate(DAYS):
        for one in (plain, shop):
            one.land(f"{number}.csv", lines)
        counts = [
            {name: found.counts for name, found in by_table(one.run(select=SELECT)).items()} for one in (plain, shop)
        ]
        assert counts[0] == counts[1]
        assert [shop.rows(table) for table in SELECT] == [plain.rows(table) for table in SELECT]
    assert newest(shop, "silver.orders") == newest(shop, "silver.lines") == "WRITE"
    keys = shop.lake.profile("silver.orders").filter("type = 'key'").orderBy("batch")
    assert [tuple(row) for row in keys.select("column", "rows", "seen", "seen_low", "seen_high").collect()] == [
        ("id", 3, 1, 1, 1),
        ("id", 2, 0, 0, 0),
    ]
    assert not any(row["recomputed"] for run in shop.lake.status() for row in run["tables"])


def test_a_kill_before_the_filter_is_written(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, spark, FILTERED)
    shop.land("0.csv", DAYS[0])
    shop.run(select=SELECT)
    shop.land("1.csv", DAYS[1])
    with monkeypatch.context() as killed:
        killed.setattr(key_filter, "refresh", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            shop.run(select=SELECT)
    shop.land("2.csv", DAYS[1])  # the same lines again: none may be doubled
    shop.run(select=SELECT)
    assert [row[0] for row in shop.rows("silver.orders")] == [1, 2, 3]
    assert len(shop.rows("silver.lines")) == 4
    assert is_on(shop, "silver.orders")


def test_a_rollback_puts_it_off_for_one_batch(spark: SparkSession, tmp_path: Path) -> None:
    shop = Shop(tmp_path, spark, FILTERED)
    shop.land("0.csv", DAYS[0])
    shop.run(select=SELECT)
    shop.land("1.csv", DAYS[1])
    second = shop.run(select=SELECT)
    shop.lake.rollback(second.run_id)
    assert not is_on(shop, "silver.orders")
    shop.run(select=SELECT)
    assert [row[0] for row in shop.rows("silver.orders")] == [1, 2, 3]
    assert is_on(shop, "silver.orders")


def test_a_partition_named_as_spark_names_a_count(spark: SparkSession, tmp_path: Path) -> None:
    filtered = FILTERED["tables/silver/lines"].replace("day: {", "count: {").replace("[day]", "[count]")
    shop = Shop(tmp_path, spark, {"tables/silver/lines": filtered})
    shop.land("0.csv", DAYS[0])
    shop.run(select=["bronze.orders", "silver.lines"])
    assert is_on(shop, "silver.lines")
