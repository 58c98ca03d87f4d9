"""A strategy of an installed package is found by its entry point, and runs as those of Lakesmith do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.write.strategies import register, strategy_of
from lakesmith.batch.write.strategies import registry as writers
from lakesmith.spec.model import Write
from lakesmith.spec.strategies import GROUP, strategy_names
from lakesmith.spec.strategies import registry as declared
from tests.shop import Shop, by_table

SIGHTED = """
from: bronze.orders
columns:
  sku: {type: string, source: Sku}
  qty: {type: int, source: Qty}
write: {strategy: append_unseen}
"""
SELECT = ["bronze.orders", "silver.sighted"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package that has the strategy, and remove it again."""
    info = tmp_path / "site" / "unseen-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: unseen\nVersion: 1.0\n")
    point = "unseen = tests.batch.write.append_unseen:APPEND_UNSEEN"
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{point}\n")
    monkeypatch.syspath_prepend(str(info.parent))
    monkeypatch.setattr(declared, "_declarations", dict(declared._declarations))
    monkeypatch.setattr(writers, "_strategies", dict(writers._strategies))


@pytest.mark.usefixtures("package")
def test_it_runs_end_to_end(tmp_path: Path, spark: SparkSession) -> None:
    shop = Shop(tmp_path / "shop", spark, {"tables/silver/sighted": SIGHTED})
    shop.land("a.csv", ["1,A,1,1.00,2026-01-01,1,I", "2,B,2,1.00,2026-01-01,1,I"])
    shop.run(select=SELECT)
    shop.land("b.csv", ["3,B,2,1.00,2026-01-02,1,I", "4,C,,1.00,2026-01-02,1,I"])
    planned = {table.table: table for table in shop.lake.plan(SELECT).tables}
    assert planned["silver.sighted"].reads == "the new input once; all of the table"
    counts = by_table(shop.run(select=SELECT))["silver.sighted"].counts
    assert shop.rows("silver.sighted") == [("A", 1), ("B", 2), ("C", None)]
    assert (counts.accepted, counts.inserted, counts.unchanged) == (2, 1, 1)


@pytest.mark.parametrize("name", strategy_names())
def test_each_strategy_that_is_declared_has_what_writes_it(name: str) -> None:
    strategy = strategy_of(Write(strategy=name))
    assert strategy.declaration.name == name
    assert type(strategy).__module__ == f"lakesmith.batch.write.strategies.{name}"


def test_the_strategy_of_the_page_works(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "extending.md").read_text("utf-8")
    monkeypatch.setattr(declared, "_declarations", dict(declared._declarations))
    monkeypatch.setattr(writers, "_strategies", dict(writers._strategies))
    (code,) = re.findall(r"```python\n(from functools.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    register(names["STRATEGY"])
    assert Write(strategy="append_unseen").emits == "appends"
    assert strategy_of(Write(strategy="append_unseen")) is names["STRATEGY"]
