"""One feed, cut into batches in three ways, one of them killed ten times: the same tables, those of the truth."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from random import Random

import pytest
from pyspark.sql import SparkSession

from lakesmith.lake import Lake
from tests.benchmarks.feed import find_feed
from tests.jobs.test_sample import WITHOUT_CRM, differences, sample, worst_estimate
from tests.prove.killing import ROOT, kill_at_instant, run_command, why_no_kills
from tests.prove.points import SEED, first_ledger_commit
from tests.truth import Truth

pytestmark = pytest.mark.prove
DAYS = "LAKESMITH_PROVE_DAYS"
KILLS = 10
WEEK = 6  # days with a file
LONGEST_SECONDS = 20.0


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of the feed, one a day: the first few of them where ``LAKESMITH_PROVE_DAYS`` says how many."""
    files = find_feed(tmp_path_factory.mktemp("feed")).files
    return files[: int(os.environ.get(DAYS, len(files)))]


@pytest.fixture(scope="module")
def orders(days: Sequence[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with all the days."""
    return land(days, tmp_path_factory.mktemp("orders"))


@pytest.fixture(scope="module")
def truth(orders: Path) -> Truth:
    return Truth(orders)


def land(files: Sequence[Path], to: Path) -> Path:
    to.mkdir(exist_ok=True)
    for file in files:
        shutil.copy2(file, to)
    return to


def assert_true(lake: Lake, truth: Truth) -> None:
    assert differences(lake, truth, WITHOUT_CRM) == {}
    assert lake.quarantine("silver.order_lines").count() == truth.quarantined("silver.order_lines")
    assert worst_estimate(lake) <= 0.02


def test_all_days_in_one_batch(spark: SparkSession, tmp_path: Path, orders: Path, truth: Truth) -> None:
    lake = sample(spark, tmp_path / "lake", orders, tmp_path / "none")
    assert lake.run().state == "done"
    assert_true(lake, truth)


def test_each_week_a_batch(spark: SparkSession, tmp_path: Path, orders: Path, truth: Truth, days: list[Path]) -> None:
    lake = sample(spark, tmp_path / "lake", orders, tmp_path / "none", {"sources.retail_orders.batch.max_files": WEEK})
    bronze = next(table for table in lake.run().tables if table.table == "bronze.order_lines")
    assert bronze.batches == ceil(len(days) / WEEK)
    assert_true(lake, truth)


def test_shuffled_days_with_ten_kills(spark: SparkSession, tmp_path: Path, days: list[Path], truth: Truth) -> None:
    if why_no_kills():
        pytest.skip(why_no_kills())
    dice, warehouse, landing = Random(SEED), tmp_path / "lake", tmp_path / "orders"
    shuffled = dice.sample(days, len(days))
    places = {"sources.retail_orders.path": landing, "sources.crm_changes.path": tmp_path / "none"}
    options = [part for key, value in places.items() for part in ("--set", f"{key}={value}")]
    kills = min(KILLS, len(days) - 1)
    for kill in range(kills):
        land(shuffled[kill :: kills + 1], landing)
        first = warehouse / first_ledger_commit(warehouse)
        command = [*run_command(ROOT / "conf", warehouse), *options]
        kill_at_instant(command, first, dice.uniform(0, LONGEST_SECONDS), "both", tmp_path / "killed.log")
    land(shuffled[kills :: kills + 1], landing)
    lake = sample(spark, warehouse, landing, tmp_path / "none")
    assert lake.run().state == "done"
    assert_true(lake, truth)
