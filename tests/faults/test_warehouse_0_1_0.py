"""A warehouse that version 0.1.0 wrote runs on without a rebuild.

``data/warehouse_0_1_0.tar.gz`` is a project of `lakesmith init` after one run at ``ROOT``: a ledger of schema 4, and
commits that record what that version recorded.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.lake import Lake, open_lake

ARCHIVE = Path(__file__).with_name("data") / "warehouse_0_1_0.tar.gz"
# The ledger names the files of the source by this path.
ROOT = Path("/tmp/lakesmith-0.1.0")


@pytest.fixture
def lake(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(ROOT, filter="data")
    monkeypatch.chdir(ROOT)
    yield open_lake(ROOT / "conf", spark=spark)
    shutil.rmtree(ROOT)


def test_it_runs_on_and_reads_only_what_is_new(lake: Lake) -> None:
    assert lake.run().state == "nothing_new"
    before = {row["order_date"]: row["orders"] for row in lake.table("gold.daily_orders").collect()}
    text = (ROOT / "in/orders/2024-03-02.csv").read_text(encoding="utf-8")
    header, first, *_ = text.splitlines()
    number = first.split(",")[0]
    new = ROOT / "in/orders/2024-03-03.csv"
    new.write_text("\n".join([header, first.replace(number, "9001", 1)]) + "\n", encoding="utf-8")
    os.utime(new)
    result = lake.run()
    assert [(table.table, table.state, table.counts.read) for table in result.tables] == [
        ("bronze.orders", "done", 1),
        ("silver.orders", "done", 1),
        ("gold.daily_orders", "done", 1),
    ]
    after = {row["order_date"]: row["orders"] for row in lake.table("gold.daily_orders").collect()}
    assert sum(after.values()) == sum(before.values()) + 1
    assert lake.validate() == ()
    assert not [note for table in lake.plan().tables for note in table.notes if "spec changed" in note]
