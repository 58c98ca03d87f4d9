"""Tables in the session's catalog: the same tables, ledger and publication as on paths, by Spark alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import EnvironmentProblem, GateRefused, RunFailed
from lakesmith.ledger.store import Ledger, read_ledger
from lakesmith.observe.results import RunResult
from lakesmith.runs import finish as runs
from lakesmith.tables.create import create_schemas
from lakesmith.tables.ref import project_table
from tests.shop import SPECS, TABLES, Shop, by_table

FIRST = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I"]
SECOND = ["3,C,4,1.00,2026-01-02,2,D", "1,A,9,2.50,2026-01-03,2,U"]
DEAR = ["4,D,1,9999.00,2026-01-04,1,I"]
FIXED = SPECS["tables/silver/orders"].replace("max: 1000, on_fail: fail", "max: 1000, on_fail: quarantine")
Make = Callable[..., Shop]


@pytest.fixture
def catalog_shop(tmp_path: Path, spark: SparkSession) -> Iterator[Make]:
    """Open shops in schemas of the test's own."""
    prefix = f"t{uuid4().hex[:8]}_"

    def make(name: str = "shop") -> Shop:
        return Shop(tmp_path / name, spark, catalog="spark_catalog", schema_prefix=prefix)

    yield make
    for schema in spark.catalog.listDatabases(f"{prefix}*"):
        spark.sql(f"DROP SCHEMA {schema.name} CASCADE")


def published(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {table: shop.rows(table) for table in TABLES}


def test_tables_by_name_are_those_by_path(catalog_shop: Make, tmp_path: Path, spark: SparkSession) -> None:
    by_path, by_name = Shop(tmp_path / "by_path", spark), catalog_shop()
    for shop in (by_path, by_name):
        for name, lines in (("a.csv", FIRST), ("b.csv", SECOND)):
            shop.land(name, lines)
            assert shop.run(run_date="2026-02-01").state == "done"
    assert published(by_name) == published(by_path)
    assert by_name.reasons("silver.orders") == ["qty_not_negative"]
    assert len(by_name.lake.status()) == 2
    assert [row["batch"] for row in by_name.lake.history("silver.orders")] == [2, 1]
    assert {row["check"] for row in by_name.lake.quality("silver.orders")} >= {"qty_not_negative", "price_sane"}
    assert by_name.run().state == "nothing_new"
    assert not (by_name.root / "lake").exists()


def test_columns_change_by_name_as_by_path(catalog_shop: Make, spark: SparkSession) -> None:
    shop, tables = catalog_shop(), ["bronze.orders", "silver.orders", "gold.daily"]
    shop.spec("tables/silver/orders", SPECS["tables/silver/orders"] + "on_schema_change: widen\n")
    shop.land("a.csv", FIRST)
    shop.run(select=tables)
    named = SPECS["tables/silver/orders"].replace("  sku: {", "  article: {renamed_from: sku, ")
    wider = named.replace("  seq: {type: int,", "  op: {type: string, source: Op, default: I}\n  seq: {type: bigint,")
    shop.spec("tables/silver/orders", wider + "on_schema_change: widen\n")
    plan = {table.table: table.schema for table in shop.lake.plan().tables}
    assert plan["silver.orders"] == ("> sku -> article", "~ seq int -> bigint", "+ op string")
    shop.land("b.csv", SECOND)
    assert shop.run(select=tables).state == "done"
    assert [row[:3] for row in shop.rows("silver.orders")] == [(1, "A", 9)]
    assert [row[1:3] for row in shop.rows("gold.daily")] == [(1, 9)]
    shop.lake.register_views(spark)
    assert spark.table("silver_orders_v1").columns == ["id", "sku", "qty", "price", "day", "seq"]


@pytest.mark.prove
def test_a_refused_batch_is_undone_by_name(catalog_shop: Make) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    shop.run()
    shop.land("b.csv", DEAR)
    with pytest.raises(GateRefused, match=r"silver.orders: price_sane"):
        shop.run()
    assert [row[0] for row in shop.rows("silver.orders")] == [1, 3]
    shop.spec("tables/silver/orders", FIXED)
    assert shop.run().state == "done"
    assert [row[0] for row in shop.rows("silver.orders", "latest")] == [1, 3]
    assert shop.reasons("silver.orders") == ["price_sane", "qty_not_negative"]


def test_a_plan_and_a_dry_run_before_the_first_run_create_no_schema(catalog_shop: Make, spark: SparkSession) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    prefix = shop.overrides["schema_prefix"]
    assert [table.new.split(",")[0] for table in shop.lake.plan().tables] == [
        "1 file(s)", "what bronze.orders will write", "what bronze.orders will write", "what silver.orders will write",
    ]  # fmt: skip
    assert shop.lake.maintain(dry_run=True).steps == ()
    assert spark.catalog.listDatabases(f"{prefix}*") == []


def test_a_schema_that_cannot_be_made_is_named(spark: SparkSession, tmp_path: Path) -> None:
    project = Shop(tmp_path / "shop", spark, catalog="nowhere").lake.project
    with pytest.raises(EnvironmentProblem, match=r"LS811 schema nowhere\.bronze"):
        create_schemas(spark, project)


def together(shop: Shop, *selections: list[str]) -> list[RunResult | Exception]:
    """Start a run of each selection at the same moment."""
    ready = Barrier(len(selections))

    def start(select: list[str]) -> RunResult | Exception:
        lake = shop.lake
        ready.wait()
        try:
            return lake.run(select=select)
        except RunFailed as error:
            return error

    with ThreadPoolExecutor() as pool:
        return list(pool.map(start, selections))


@pytest.mark.prove
def test_two_runs_of_the_same_tables_at_once_end_with_the_tables_of_one(catalog_shop: Make) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    shop.run()
    shop.land("b.csv", SECOND)
    for result in together(shop, [], []):
        assert isinstance(result, RunResult) or {t.error[:5] for t in result.result.tables if t.error} >= {"LS502"}
    shop.run()
    assert [row[:3] for row in shop.rows("silver.orders")] == [(1, "A", 9)]
    assert (len(shop.rows("bronze.orders")), len(shop.rows("silver.lines"))) == (5, 5)
    assert shop.run().state == "nothing_new"


@pytest.mark.prove
def test_two_runs_of_other_tables_at_once_both_land_and_are_public(catalog_shop: Make) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    shop.run(select=["bronze.orders"])
    results = together(shop, ["silver.orders"], ["silver.lines"])
    assert [result.state for result in results if isinstance(result, RunResult)] == ["done", "done"]
    assert (len(shop.rows("silver.orders")), len(shop.rows("silver.lines"))) == (2, 3)
    assert by_table(shop.run())["silver.lines"].state == "nothing_new"


def test_what_another_run_published_meanwhile_stays_public(catalog_shop: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    shop.run(select=["bronze.orders"])
    publish_beside = runs.publish_beside

    def late(*arguments: object) -> object:
        monkeypatch.undo()
        shop.run(select=["silver.lines"])
        return publish_beside(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "publish_beside", late)
    shop.run(select=["silver.orders"])
    assert (len(shop.rows("silver.orders")), len(shop.rows("silver.lines"))) == (2, 3)


def test_a_ledger_that_another_run_wrote_meanwhile_is_not_compacted(
    catalog_shop: Make, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = catalog_shop()
    shop.land("a.csv", FIRST)
    shop.run(select=["bronze.orders"])
    monkeypatch.setattr("lakesmith.ledger.store.COMPACT_ABOVE", 0)

    def ledger() -> Ledger:
        return read_ledger(spark, project_table(shop.lake.project, "ops.ledger"), "test")

    stale = ledger()
    stale.rows += 100
    stale.compact(spark)
    assert ledger().rows == stale.rows - 100
