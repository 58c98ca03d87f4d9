from __future__ import annotations

from pathlib import Path

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from lakesmith.spec.model import Project
from lakesmith.tables.ref import TableRef, project_table, table_ref, visible
from lakesmith.testing import frame


def test_a_path_table_lies_below_the_warehouse(tmp_path: Path) -> None:
    table = table_ref(str(tmp_path), None, "silver.orders")
    assert (table.location, table.by_name) == (f"{tmp_path}/silver/orders", False)


def test_a_relative_warehouse_is_below_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert table_ref("./lake", None, "gold.a").location == f"{tmp_path}/lake/gold/a"


def test_a_remote_warehouse_is_kept_as_written() -> None:
    table = table_ref("s3a://bucket/lake/", None, "gold.a")
    assert (table.location, table.local) == ("s3a://bucket/lake/gold/a", None)


def test_a_catalog_names_tables() -> None:
    table = table_ref("./lake", "main", "silver.orders")
    assert (table.location, table.by_name, table.local) == ("main.silver.orders", True, None)


def test_the_same_tables_can_lie_side_by_side_under_prefixes(tmp_path: Path) -> None:
    by_name = table_ref("./lake", "main", "silver.orders", "dev_ann_")
    by_path = table_ref(str(tmp_path), None, "silver.orders", "dev_ann_")
    assert (by_name.name, by_name.location) == ("silver.orders", "main.dev_ann_silver.orders")
    assert (by_path.name, by_path.location) == ("silver.orders", f"{tmp_path}/dev_ann_silver/orders")


def test_a_project_says_where_its_tables_lie() -> None:
    project = Project(name="shop", catalog="main", schema_prefix="dev_ann_")
    assert project_table(project, "ops.ledger").location == "main.dev_ann_ops.ledger"


def test_the_quarantine_lies_beside_its_table() -> None:
    quarantine = table_ref("/lake", None, "silver.orders").quarantine
    assert (quarantine.name, quarantine.location) == ("silver.orders__quarantine", "/lake/silver/orders__quarantine")


def test_a_table_exists_once_it_is_saved_and_its_versions_can_be_loaded(spark: SparkSession, tmp_path: Path) -> None:
    table = table_ref(str(tmp_path), None, "bronze.a")
    assert not table.exists(spark)
    rows = frame(spark, "id int", [(1,)])
    table.save(rows.write.format("delta"))
    table.save(rows.write.format("delta").mode("append"))
    assert table.exists(spark)
    assert_df_equality(table.load(spark, versionAsOf=0), rows, ignore_nullable=True)


def test_a_directory_without_a_log_is_no_table(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "bronze" / "a").mkdir(parents=True)
    assert not table_ref(str(tmp_path), None, "bronze.a").exists(spark)


def test_visible_hides_tombstones_and_hidden_columns(spark: SparkSession) -> None:
    rows = frame(spark, "id int, _seq int, _deleted boolean, _file string", [(1, 1, False, "a"), (2, 1, True, "b")])
    assert_df_equality(visible(rows), frame(spark, "id int, _file string", [(1, "a")]))


def test_a_named_table_is_saved_and_loaded_by_name(spark: SparkSession) -> None:
    table = TableRef("bronze.named_in_test", "spark_catalog.default.named_in_test", by_name=True)
    rows = frame(spark, "id int", [(1,)])
    table.save(rows.write.format("delta").mode("overwrite"))
    try:
        assert table.exists(spark)
        assert_df_equality(table.load(spark), rows, ignore_nullable=True)
    finally:
        spark.sql(f"DROP TABLE {table.location}")
