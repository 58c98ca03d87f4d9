"""Clustering and Z-order, on paths; and maintenance of tables by name, where sums alone are known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession

from tests.maintain.conftest import FIRST, SECOND, SPECS_OF, TABLES, THIRD, rows_of
from tests.maintain.test_maintain import states
from tests.shop import SPECS, Shop

ORDERS = SPECS["tables/silver/orders"]


def test_a_table_is_clustered_and_written_to_and_rebuilt(shop: Shop, after_third: dict[str, object]) -> None:
    shop.spec("tables/silver/orders", ORDERS + "maintenance: {cluster_by: [day]}\n")
    shop.spec("tables/gold/copy", SPECS_OF["tables/gold/copy"] + "maintenance: {zorder_by: [qty]}\n")
    result = shop.lake.maintain(["silver.orders", "gold.copy"])
    assert states(result, "silver.orders")["cluster"] == "done"
    assert {row["operation"] for row in shop.lake.history("silver.orders")} >= {"CLUSTER BY", "OPTIMIZE"}
    commits = shop.spark.sql(f"DESCRIBE HISTORY delta.`{shop.root}/lake/gold/copy`").collect()
    (ordered,) = [row["operationParameters"] for row in commits if row["operation"] == "OPTIMIZE"]
    assert "qty" in ordered["zOrderBy"]
    shop.land("c.csv", THIRD)
    shop.run(select=TABLES)
    assert rows_of(shop) == after_third
    assert "cluster" not in states(shop.lake.maintain(["silver.orders"]), "silver.orders")
    shop.run(select=["silver.orders"], rebuild=True)
    assert shop.rows("silver.orders") == after_third["silver.orders"]


@pytest.fixture
def by_name(tmp_path: Path, spark: SparkSession) -> Iterator[Shop]:
    prefix = f"t{uuid4().hex[:8]}_"
    yield Shop(tmp_path / "shop", spark, SPECS_OF, catalog="spark_catalog", schema_prefix=prefix)
    for schema in spark.catalog.listDatabases(f"{prefix}*"):
        spark.sql(f"DROP SCHEMA {schema.name} CASCADE")


@pytest.mark.prove
def test_tables_of_a_catalog_are_maintained(by_name: Shop, after_third: dict[str, object]) -> None:
    for name, lines in {"a.csv": FIRST, "b.csv": SECOND}.items():
        by_name.land(name, lines)
        by_name.run(select=TABLES)
    before = rows_of(by_name)
    result = by_name.lake.maintain(["silver.orders", "bronze.orders"])
    assert states(result, "silver.orders")["optimize"] == "done"
    assert rows_of(by_name) == before
    assert by_name.run(select=TABLES).state == "nothing_new"
    by_name.land("c.csv", THIRD)
    by_name.run(select=TABLES)
    assert rows_of(by_name) == after_third
