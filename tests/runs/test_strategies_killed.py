"""Every strategy after a kill: the next run ends with the tables of a calm one, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.runs.dying import PLACES, Deaths
from tests.shop import Shop

COLUMNS = """
from: bronze.orders
columns:
  id: {type: bigint, source: OrderId}
  sku: {type: string, source: Sku}
"""
SPECS = {
    "tables/silver/versions": f"{COLUMNS}steps: [{{with_columns: {{at: try_cast(Seq AS int)}}}}]\n"
    "write: {strategy: scd2, keys: [id], sequence_by: [at]}\n",
    "tables/silver/lines": f"{COLUMNS}steps: [{{with_columns: {{extracted_on: try_cast(Day AS date)}}}}]\n"
    "write: {strategy: snapshot, keys: [id], sequence_by: [extracted_on], max_delete_share: 1}\n",
    "tables/silver/orders": f"{COLUMNS}  seq: {{type: int, source: Seq}}\n"
    "write: {strategy: cdc, keys: [id], sequence_by: [seq], apply_as_truncates: \"Op = 'T'\"}\n",
    "tables/gold/daily": "from: silver.versions\ncolumns: {sku: {type: string}, n: {type: bigint}}\n"
    "steps: [aggregate: {by: [sku], measures: {n: count(*)}}]\nwrite: {strategy: replace_all}\n",
    "tables/gold/skus": "from: silver.orders\ncolumns: {id: {type: bigint}, sku: {type: string}}\n"
    "write: {strategy: replace_partitions, partition_by: [sku]}\n",
    "tables/silver/arrived": f"{COLUMNS}write: {{strategy: append}}\n",
    "tables/silver/newest": f"{COLUMNS}  seq: {{type: int, source: Seq}}\n"
    "write: {strategy: upsert, keys: [id], sequence_by: [seq], apply_as_deletes: \"Op = 'T'\"}\n",
    "tables/gold/tally": "from: silver.newest\ncolumns: {sku: {type: string}, n: {type: bigint}}\n"
    "steps: [aggregate: {by: [sku], measures: {n: count(*)}}]\nwrite: {strategy: aggregate, keys: [sku]}\n",
}
TABLES = (
    *("silver.versions", "silver.lines", "silver.orders", "silver.arrived", "silver.newest"),
    *("gold.daily", "gold.skus", "gold.tally"),
)
FIRST = ["1,A,1,1,2026-01-01,1,I", "2,A,1,1,2026-01-01,1,I", "3,B,1,1,2026-01-01,3,I"]
SECOND = ["1,B,1,1,2026-01-02,2,U", ",,,,,2,T", "3,B,1,1,2026-01-02,4,U", "4,C,1,1,2026-01-02,1,I"]
THIRD = ["1,A,1,1,2026-01-03,5,U", "2,C,1,1,2026-01-03,6,U", "2,B,1,1,2026-01-02,0,U"]


def tables(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {name: shop.rows(name) for name in TABLES}


@pytest.fixture(scope="module")
def calm(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The tables of runs that nobody disturbed."""
    shop = Shop(tmp_path_factory.mktemp("calm"), spark, SPECS)
    for number, lines in enumerate((FIRST, SECOND, THIRD)):
        shop.land(f"{number}.csv", lines)
        shop.run()
    return tables(shop)


def test_the_tables_of_calm_runs(calm: dict[str, list[tuple[object, ...]]]) -> None:
    assert calm["silver.orders"] == [(1, "A", 5), (2, "C", 6), (3, "B", 4)]
    assert calm["silver.lines"] == [(1, "A"), (2, "C")]
    assert calm["gold.daily"] == [("A", 3), ("B", 3), ("C", 2), (None, 1)]
    assert len(calm["silver.arrived"]) == 10
    assert calm["silver.newest"] == [(1, "A", 5), (2, "C", 6), (3, "B", 4), (4, "C", 1)]
    assert calm["gold.tally"] == [("A", 1), ("B", 1), ("C", 2)]
    assert calm["gold.skus"] == [(1, "A"), (2, "C"), (3, "B")]


def dying(shop: Shop, deaths: Deaths, *due: Sequence[tuple[str, str]]) -> dict[str, list[tuple[object, ...]]]:
    """Land the three files, each with a run that dies these deaths."""
    for number, (lines, its) in enumerate(zip((FIRST, SECOND, THIRD), due, strict=True)):
        shop.land(f"{number}.csv", lines)
        deaths.run(shop, its)
        assert deaths.due == set()
    return tables(shop)


def test_four_tables_die_after_their_commit(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calm: dict[str, list[tuple[object, ...]]]
) -> None:
    due = [
        ("batch.run.record", table) for table in ("silver.versions", "silver.orders", "silver.arrived", "gold.tally")
    ]
    assert dying(Shop(tmp_path, spark, SPECS), Deaths(monkeypatch), [], due, []) == calm


@pytest.mark.prove
@pytest.mark.parametrize("place", PLACES)
def test_each_table_dies_once_before_and_after_its_commit(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    calm: dict[str, list[tuple[object, ...]]],
    place: str,
) -> None:
    # Half of them in each of two batches: every death costs a run of all tables.
    due = [[(place, table) for table in half] for half in ([], TABLES[::2], TABLES[1::2])]
    assert dying(Shop(tmp_path, spark, SPECS), Deaths(monkeypatch), *due) == calm
