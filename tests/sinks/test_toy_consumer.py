"""A consumer of another package holds what it has yet to read, and what it cannot take back."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger.open_ledger import open_ledger
from lakesmith.runs.lock import project_lock
from lakesmith.sinks.consumers import record_consumer
from tests.shop import SPECS, Shop

TABLES = ["bronze.orders", "silver.orders"]
SHORT = "properties: {delta.deletedFileRetentionDuration: interval 1 second}\n"


class Feed:
    """A consumer of one table."""

    name = "feed"

    def __init__(self, version: int, follows_changes: bool = False) -> None:
        self.version = version
        self.follows_changes = follows_changes

    def positions(self) -> dict[str, int]:
        return {"silver.orders": self.version}


def record(shop: Shop, feed: Feed) -> None:
    project = shop.lake.project
    with project_lock(shop.spark, project):
        record_consumer(shop.spark, open_ledger(shop.spark, project, "feed"), feed)


def test_vacuum_and_rollback_wait_for_it(spark: SparkSession, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop(tmp_path / "shop", spark, {"tables/silver/orders": SPECS["tables/silver/orders"] + SHORT})
    shop.land("a.csv", ["1,A,1,2.50,2026-01-01,1,I", "2,B,2,2.50,2026-01-01,1,I"])
    shop.run(select=TABLES)
    before = shop.rows("silver.orders")
    shop.land("b.csv", ["1,A,5,2.50,2026-01-01,2,U"])
    second = shop.run(select=TABLES)
    (newest,) = [table.version for table in second.tables if table.table == "silver.orders"]
    record(shop, Feed(0))
    shop.spark.sql(f"OPTIMIZE delta.`{shop.root}/lake/silver/orders`").collect()
    time.sleep(1.5)
    (step,) = [step for step in shop.lake.maintain(["silver.orders"]).steps if step.action == "vacuum"]
    assert (step.state, "consumer 'feed' has read version 0 of silver.orders" in step.reason) == ("skipped", True)

    record(shop, Feed(newest or 0))
    with pytest.raises(LedgerError, match=r"(?s)LS617 consumer 'feed' has read version .*at version 0"):
        shop.lake.rollback(second.run_id)
    record(shop, Feed(newest or 0, follows_changes=True))
    with caplog.at_level(logging.WARNING, "lakesmith"):
        shop.lake.rollback(second.run_id)
    assert "consumer 'feed' has read version" in caplog.text
    assert shop.rows("silver.orders") == before
