"""Two different rows of one key and sequence, where the table says that this is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import RunFailed
from tests.shop import SPECS, Shop, by_table

FAILING = SPECS["tables/silver/orders"].replace("sequence_by: [seq]", "sequence_by: [seq], on_tie: fail")
ROW = "1,A,1,1,2026-01-01,1,I"
SELECTED = ["bronze.orders", "silver.orders"]


def shop_of(root: Path, spark: SparkSession) -> Shop:
    return Shop(root, spark, {"tables/silver/orders": FAILING})


def test_a_tie_within_a_batch_names_the_key(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    shop.land("0.csv", [ROW, ROW.replace("A", "B"), "2,A,1,1,2026-01-01,1,I"])
    with pytest.raises(RunFailed, match=r'LS507 .*"id":1,"_seq":\{"seq":1\}'):
        shop.run(select=SELECTED)


def test_a_tie_with_the_table_names_the_key_and_a_repeated_row_is_none(spark: SparkSession, tmp_path: Path) -> None:
    shop = shop_of(tmp_path, spark)
    shop.land("0.csv", [ROW, ROW])
    shop.run(select=SELECTED)
    shop.land("1.csv", [ROW, "2,A,1,1,2026-01-01,1,I"])
    shop.run(select=SELECTED)
    assert len(shop.rows("silver.orders")) == 2
    shop.land("2.csv", [ROW.replace("A", "B")])
    with pytest.raises(RunFailed, match=r'LS507 .*"id":1'):
        shop.run(select=SELECTED)
    assert len(shop.rows("silver.orders")) == 2


def test_a_table_whose_metrics_are_recomputed_warns_of_ties_too(spark: SparkSession, tmp_path: Path) -> None:
    silver = SPECS["tables/silver/orders"] + "nondeterministic: true\n"
    shop = Shop(tmp_path, spark, {"tables/silver/orders": silver})
    shop.land("0.csv", [ROW, ROW.replace("A", "B"), "2,A,1,1,2026-01-01,1,I"])
    run = shop.run(select=SELECTED)
    found = {one.check: one.status for one in by_table(run)["silver.orders"].verdicts}
    assert found["write_ties"] == "warn"
