"""A little shop on disk: one CSV feed, one bronze, two silver and one gold table; and steps for its tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.lake import Lake, open_lake
from lakesmith.observe.results import RunResult, TableResult

HEADER = "OrderId,Sku,Qty,Price,Day,Seq,Op"
SPECS = {
    "base": "name: shop\nlock_wait_seconds: 0\ndurable: false\n",
    "sources/orders": "format: csv\npath: IN\ncolumns: [OrderId, Sku, Qty, Price, Day, Seq, Op]\n",
    "tables/bronze/orders": "from: sources.orders\n",
    "tables/silver/orders": """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
  price: {type: "decimal(8,2)", source: Price}
  day: {type: date, source: Day}
  seq: {type: int, source: Seq}
checks:
  - {id: qty_not_negative, check: between, column: qty, min: 0, on_fail: quarantine}
  - {id: price_sane, check: between, column: price, max: 1000, on_fail: fail}
write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: "Op = 'D'"}
""",
    "tables/silver/lines": """
from: bronze.orders
columns:
  line_id: {type: string, nullable: false}
  sku: {type: string, source: Sku}
  day: {type: date, source: Day}
steps:
  - hash_key: {name: line_id, of: raw}
write: {strategy: upsert, keys: [line_id], when_matched: ignore, partition_by: [day], key_implies: [day]}
""",
    "tables/gold/daily": """
from: silver.orders
columns:
  day: {type: date}
  orders: {type: bigint}
  qty: {type: bigint}
  revenue: {type: "decimal(28,2)"}
steps:
  - aggregate:
      by: [day]
      measures: {orders: count(*), qty: sum(qty), revenue: "cast(sum(qty * price) AS decimal(28,2))"}
write: {strategy: aggregate, keys: [day]}
""",
}
TABLES = ("bronze.orders", "silver.orders", "silver.lines", "gold.daily")


class Shop:
    """The shop's specs, its landing directory, and its lake."""

    def __init__(
        self, root: Path, spark: SparkSession, specs: Mapping[str, str] | None = None, **overrides: str
    ) -> None:
        self.root, self.spark = root, spark
        self.overrides = {"warehouse": str(root / "lake"), **overrides}
        self.landing = root / "in"
        self.landing.mkdir(parents=True)
        for name, text in (SPECS | dict(specs or {})).items():
            self.spec(name, text)

    @classmethod
    def existing(cls, root: Path, spark: SparkSession) -> Shop:
        """Return the shop that another object made in this directory."""
        shop = object.__new__(cls)
        shop.root = root
        shop.spark = spark
        shop.landing = root / "in"
        shop.overrides = {"warehouse": str(root / "lake")}
        return shop

    def copied(self, root: Path) -> Shop:
        """Return a shop with a copy of the specs and of the lake; it has the same feed, so nothing is new to it."""
        copy = Shop.existing(root, self.spark)
        copy.landing = self.landing
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns("in"))
        return copy

    def take_over(self, built: Shop) -> Shop:
        """Take a copy of the lake that another shop built; the files that it read need not be landed again."""
        shutil.copytree(built.root / "lake", self.root / "lake")
        return self

    def spec(self, name: str, text: str) -> None:
        """Write one spec; ``IN`` stands for the landing directory."""
        file = self.root / "conf" / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("IN", str(self.landing)), encoding="utf-8")

    def land(self, name: str, lines: Iterable[str], header: str = HEADER) -> Path:
        """Write one CSV file of the feed."""
        file = self.landing / name
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return file

    @property
    def lake(self) -> Lake:
        """The lake, with its specs read again."""
        return open_lake(self.root / "conf", overrides=self.overrides, spark=self.spark)

    def run(self, **options: Any) -> RunResult:
        """Run the main job."""
        return self.lake.run(**options)

    def rows(self, table: str, version: str | int = "published") -> list[tuple[Any, ...]]:
        """Return the rows of a table in a fixed order, without technical columns."""
        return plain_rows(self.lake.table(table, version))

    def reasons(self, table: str) -> list[str]:
        """Return the checks that rows of the quarantine failed, one entry a reason, sorted."""
        rows = self.lake.quarantine(table).selectExpr("explode(_reasons.check) AS check").collect()
        return sorted(row["check"] for row in rows)


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return a directory that one of the workers builds for all of them; only to be read and copied."""
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    done = place.with_name(f"{name}.done")
    with place.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            build(place)
            done.touch()
    return place


def plain_rows(frame: DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a frame in a fixed order, without technical columns."""
    kept = frame.select([name for name in frame.columns if not name.startswith("_")])
    return sorted((tuple(row) for row in kept.collect()), key=repr)


def by_table(result: RunResult) -> dict[str, TableResult]:
    """Return the results of a run by table."""
    return {table.table: table for table in result.tables}


def explode_when_flagged(df: DataFrame, flag: str) -> DataFrame:
    """Raise while the file `flag` exists: a step of a user with a mistake that is fixed later."""
    if Path(flag).exists():
        raise ValueError("the moon is full")
    return df
