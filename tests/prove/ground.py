"""Where the kills happen: the shop over three layers, a warehouse before a run, and the tables it must come to."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.lake import Lake, open_lake
from lakesmith.ledger.publications import newest
from lakesmith.pytest_plugin import SMALL
from lakesmith.session.start import read_properties
from lakesmith.tables.ref import table_ref
from tests.prove.killing import ROOT, run_command
from tests.shop import TABLES, Shop

BEFORE = {
    "a.csv": [
        "1,A,1,2.50,2026-01-01,1,I",
        "2,B,2,2.50,2026-01-01,1,I",
        "3,C,-3,2.50,2026-01-01,1,I",  # to the quarantine
        "4,D,4,1.00,2026-01-02,1,I",
        "5,E,5,1.00,2026-01-02,4,I",
    ],
}
AFTER = {
    "b.csv": [
        "1,A,7,2.50,2026-01-01,2,U",
        "2,B,2,2.50,2026-01-01,3,D",
        "4,D,4,1.00,2026-01-02,1,I",  # a repeat
        "6,F,6,3.00,2026-01-03,1,I",
        "7,G,-7,3.00,2026-01-03,1,I",  # to the quarantine
    ],
    "c.csv": [
        "2,B,9,2.50,2026-01-01,2,U",  # older than its delete
        "5,E,1,1.00,2026-01-02,3,U",  # older than what is there
        "8,H,x,3.00,2026-01-04,1,I",
        "9,I,9,3.00,2026-01-04,1,I",
        "9,I,9,3.00,2026-01-04,1,I",  # a repeat within the batch
    ],
}
QUARANTINE = "silver.orders quarantine"
Rows = Counter[tuple[Any, ...]]
Contents = dict[str, Rows]


@dataclass
class Ground:
    """The project, the warehouses to copy, and what their tables must hold.

    `start` is ``upsert``, a warehouse with one uninterrupted run behind it and new files waiting, or ``first``, none at
    all.
    """

    root: Path
    spark: SparkSession
    before: dict[str, Contents] = field(default_factory=dict)
    after: Contents = field(default_factory=dict)

    @property
    def conf(self) -> Path:
        """The project's specs."""
        return self.root / "conf"

    def lake(self, warehouse: Path) -> Lake:
        """Open the project on a warehouse with the session of the tests."""
        return open_lake(self.conf, overrides={"warehouse": str(warehouse)}, spark=self.spark)

    def copy(self, start: str, name: str) -> Path:
        """Make a warehouse as it is before the run that will be killed."""
        warehouse = self.root / "lakes" / name
        shutil.rmtree(warehouse, ignore_errors=True)
        if start == "upsert":
            shutil.copytree(self.root / "before", warehouse)
        return warehouse

    def command(self, warehouse: Path) -> list[str]:
        """Return the command of a run on a warehouse."""
        return run_command(self.conf, warehouse)

    def contents(self, warehouse: Path) -> Contents:
        """Return the published rows of all tables and the rows of the quarantine."""
        bad = self.lake(warehouse).quarantine("silver.orders")
        rows = bad.selectExpr("get_json_object(_raw, '$.OrderId')", "sort_array(_reasons.check)").collect()
        found = self.published(warehouse, newest_tables(warehouse))
        return found | {QUARANTINE: Counter((row[0], *row[1]) for row in rows)}

    def published(self, warehouse: Path, tables: dict[str, int]) -> Contents:
        """Return the rows of tables at versions, without technical columns; one that is not public has none."""
        lake, found = self.lake(warehouse), {name: Counter[tuple[Any, ...]]() for name in TABLES}
        frames = [_as_json(lake.table(name, version), name) for name, version in tables.items()]
        for name, row in reduce(DataFrame.union, frames).collect() if frames else []:
            found[name][(row,)] += 1
        return found


def _as_json(frame: DataFrame, name: str) -> DataFrame:
    """Return one JSON text a row, so that the rows of all tables come in one job."""
    kept = [column for column in frame.columns if not column.startswith("_")]
    return frame.select(F.lit(name), F.to_json(F.struct(*kept), {"ignoreNullFields": "false"}))


def newest_tables(warehouse: Path) -> dict[str, int]:
    """Return the versions that are public."""
    tables: dict[str, int] = newest(None, table_ref(str(warehouse), None, "ops.published"))["tables"]
    return tables


def make_ground(root: Path, spark: SparkSession) -> Ground:
    """Build the project and run it without interruption: once for the state before, once more for the state after."""
    shop = Shop(root, spark, {"base": "name: shop\nlock_wait_seconds: 300\n"})
    settings = read_properties(ROOT / "conf" / "spark" / "local.conf") | SMALL
    (shop.root / "conf" / "spark").mkdir()
    lines = [f"{key}={value}" for key, value in settings.items()]
    (shop.root / "conf" / "spark" / "local.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ground = Ground(root, spark)
    _land(shop, BEFORE)
    ground.lake(root / "before").run(run_date="2026-01-01")
    ground.before = {"upsert": ground.contents(root / "before"), "first": {name: Counter() for name in TABLES}}
    _land(shop, AFTER)
    ground.lake(ground.copy("upsert", "expected")).run()
    ground.after = ground.contents(root / "lakes" / "expected")
    return ground


def _land(shop: Shop, files: dict[str, list[str]]) -> None:
    for name, lines in files.items():
        shop.land(name, lines)
