"""The sample project against the independent computation: on a generated feed, and on the real one where it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import lakesmith
from lakesmith.lake import Lake
from retail.generate import generate
from tests.benchmarks.feed import real_feed
from tests.truth import KEYS, Truth

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_CRM = tuple(name for name in KEYS if name != "silver.customer_profiles")


def sample(
    spark: SparkSession, warehouse: Path, orders: Path, crm: Path, more: Mapping[str, object] | None = None
) -> Lake:
    places = {
        "warehouse": str(warehouse),
        "sources.retail_orders.path": str(orders),
        "sources.crm_changes.path": str(crm),
    }
    return lakesmith.open(ROOT / "conf", overrides=places | dict(more or {}), spark=spark)


def differences(lake: Lake, truth: Truth, names: Sequence[str]) -> dict[str, list[str]]:
    found = {name: truth.differences(name, lake.table(name).toArrow()) for name in names}
    return {name: some for name, some in found.items() if some}


def worst_estimate(lake: Lake) -> float:
    """Return how far the sketch of all days is from the exact number of customers, as a share of it."""
    sales = lake.table("gold.daily_sales")
    row = sales.agg(F.expr("hll_sketch_estimate(hll_union_agg(customers_hll))").alias("estimate")).first()
    exact = lake.table("silver.customers").count()
    assert row is not None
    return abs(row["estimate"] - exact) / exact


def reasons(lake: Lake, name: str) -> dict[str, int]:
    each = lake.quarantine(name).select(F.explode("_reasons.check").alias("reason"))
    return {row["reason"]: row["count"] for row in each.groupBy("reason").count().collect()}


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("feed")
    generate(out, seed=11)
    return out


@pytest.fixture(scope="module")
def truth(feed: Path) -> Truth:
    return Truth(feed / "retail_orders", feed / "crm_changes")


@pytest.fixture(scope="module")
def daily(spark: SparkSession, feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The sample after one run for the first three files of each feed, and one for the rest."""
    place = tmp_path_factory.mktemp("daily")
    lake = sample(spark, place / "warehouse", place / "retail_orders", place / "crm_changes")
    for part in (slice(0, 3), slice(3, None)):
        for source in ("retail_orders", "crm_changes"):
            (place / source).mkdir(exist_ok=True)
            for file in sorted((feed / source).iterdir(), reverse=True)[part]:
                shutil.copy(file, place / source)
        lake.run()
    yield lake


def test_late_and_split_input_gives_the_tables_of_the_truth(daily: Lake, truth: Truth) -> None:
    assert differences(daily, truth, tuple(KEYS)) == {}


def test_each_bad_row_is_in_quarantine_with_its_reasons(daily: Lake, truth: Truth) -> None:
    for name in ("silver.order_lines", "silver.customer_profiles"):
        assert reasons(daily, name) == truth.reasons(name)
        assert daily.quarantine(name).count() == truth.quarantined(name)


def test_the_accounting_closes(daily: Lake, truth: Truth) -> None:
    rows = [table for run in daily.status() for table in run["tables"]]
    assert all(row["read"] == row["dropped"] + row["quarantined"] + row["accepted"] for row in rows)
    upserts = [row for row in rows if not row["table"].startswith("bronze")]
    parts = ("inserted", "updated", "deleted", "unchanged")
    assert all(row["accepted"] == sum(row[part] for part in parts) for row in upserts)
    assert sum(row["read"] for row in rows if row["table"] == "silver.order_lines") == truth.rows_read(
        "silver.order_lines"
    )


def test_no_metric_was_recomputed(daily: Lake) -> None:
    assert [row["table"] for run in daily.status() for row in run["tables"] if row["recomputed"]] == []


def test_the_sketches_merge_to_the_number_of_customers(daily: Lake) -> None:
    assert worst_estimate(daily) <= 0.02


def test_a_run_with_nothing_new_starts_no_job(daily: Lake, spark: SparkSession) -> None:
    scheduler = spark.sparkContext._jsc.sc().dagScheduler()
    before = scheduler.nextJobId()
    assert daily.run().state == "nothing_new"
    assert scheduler.nextJobId() == before


@pytest.mark.prove
def test_the_real_feed_gives_the_tables_of_the_truth(spark: SparkSession, tmp_path: Path) -> None:
    orders = real_feed()
    if orders is None:
        pytest.skip("the real feed is not beside the project: set LAKESMITH_RETAIL_DATA to its directory")
    lake = sample(spark, tmp_path / "warehouse", orders, tmp_path / "no_crm")
    assert lake.run().state == "done"
    truth = Truth(orders)
    assert differences(lake, truth, WITHOUT_CRM) == {}
    assert lake.quarantine("silver.order_lines").count() == truth.quarantined("silver.order_lines")
    assert worst_estimate(lake) <= 0.02
