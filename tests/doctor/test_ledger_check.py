from __future__ import annotations

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession

from lakesmith.errors import GateRefused
from tests.doctor.damage import all_rows, besides_orphans, die_after_silver, forget, found, root_of
from tests.shop import Shop


def test_open_batches_are_reported_and_the_next_run_finishes_them(
    undamaged_rows: dict[str, object], shop: Shop
) -> None:
    die_after_silver(shop)
    open_batches = besides_orphans(shop.lake.doctor())
    assert sorted(open_batches) == [("info", "LS629", "silver.lines"), ("info", "LS629", "silver.orders")]
    shop.run()
    assert besides_orphans(shop.lake.doctor()) == []
    assert all_rows(shop) == undamaged_rows


def test_a_refused_batch_is_a_warning(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> None:
    shop = Shop(tmp_path_factory.mktemp("refused") / "shop", spark)
    shop.land("dear.csv", ["3,C,1,9999.00,2026-01-02,1,I"])
    with pytest.raises(GateRefused):
        shop.run()
    report = shop.lake.doctor()
    assert report.is_sound
    assert found(report) == [("warning", "LS630", "silver.orders")]


def test_a_table_behind_the_ledger_is_an_error_for_a_person(shop: Shop) -> None:
    forget(shop, "silver.lines")
    report = shop.lake.doctor(fix=True)
    assert ("error", "LS631", "silver.lines") in found(report)
    assert (report.fixed, report.is_sound) == ((), False)


def test_a_ledger_put_back_from_an_older_copy_is_noticed(shop: Shop) -> None:
    forget(shop, "ops.ledger", 5)
    ahead = [finding for finding in found(shop.lake.doctor()) if finding[1] == "LS632"]
    tables = {"bronze.orders", "silver.orders", "silver.lines", "gold.daily"}
    assert {table for _, _, table in ahead} == tables


def test_rows_of_another_writer_are_noticed_and_maintenance_is_not(shop: Shop) -> None:
    lines, bronze = root_of(shop, "silver.lines"), root_of(shop, "bronze.orders")
    DeltaTable(str(lines)).optimize.compact()
    schema = DeltaTable(str(bronze)).schema()
    row = pa.table({field.name: [None] for field in schema.fields}, schema=pa.schema(schema.to_arrow()))
    write_deltalake(str(bronze), row, mode="append")
    assert found(shop.lake.doctor()) == [("warning", "LS633", "bronze.orders")]
