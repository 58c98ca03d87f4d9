"""Every strategy after a kill: the next run ends with the tables of an uninterrupted one, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.runs.crash_injection import PLACES, CrashPoints
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
    # The row that truncates has no key, and a snapshot with it could delete any.
    "tables/silver/lines": f"{COLUMNS}steps: [{{filter: \"Op <> 'T'\"}}, "
    "{with_columns: {extracted_on: try_cast(Day AS date)}}]\n"
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
def expected(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The tables of runs that nobody disturbed."""
    shop = Shop(tmp_path_factory.mktemp("expected"), spark, SPECS)
    for number, lines in enumerate((FIRST, SECOND, THIRD)):
        shop.land(f"{number}.csv", lines)
        shop.run()
    return tables(shop)


def test_the_tables_of_uninterrupted_runs(expected: dict[str, list[tuple[object, ...]]]) -> None:
    assert expected["silver.orders"] == [(1, "A", 5), (2, "C", 6), (3, "B", 4)]
    assert expected["silver.lines"] == [(1, "A"), (2, "C")]
    assert expected["gold.daily"] == [("A", 3), ("B", 3), ("C", 2), (None, 1)]
    assert len(expected["silver.arrived"]) == 10
    assert expected["silver.newest"] == [(1, "A", 5), (2, "C", 6), (3, "B", 4), (4, "C", 1)]
    assert expected["gold.tally"] == [("A", 1), ("B", 1), ("C", 2)]
    assert expected["gold.skus"] == [(1, "A"), (2, "C"), (3, "B")]


def land_with_crashes(
    shop: Shop, crashes: CrashPoints, *due: Sequence[tuple[str, str]]
) -> dict[str, list[tuple[object, ...]]]:
    """Land the three files, each with a run that crashes at these points."""
    for number, (lines, its) in enumerate(zip((FIRST, SECOND, THIRD), due, strict=True)):
        shop.land(f"{number}.csv", lines)
        crashes.run(shop, its)
        assert crashes.due == set()
    return tables(shop)


def test_four_tables_die_after_their_commit(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: dict[str, list[tuple[object, ...]]]
) -> None:
    due = [
        ("batch.run.record", table) for table in ("silver.versions", "silver.orders", "silver.arrived", "gold.tally")
    ]
    assert land_with_crashes(Shop(tmp_path, spark, SPECS), CrashPoints(monkeypatch), [], due, []) == expected


@pytest.mark.prove
@pytest.mark.parametrize("place", PLACES)
def test_each_table_dies_once_before_and_after_its_commit(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: dict[str, list[tuple[object, ...]]],
    place: str,
) -> None:
    # Half of them in each of two batches: every crash costs a run of all tables.
    due = [[(place, table) for table in half] for half in ([], TABLES[::2], TABLES[1::2])]
    assert land_with_crashes(Shop(tmp_path, spark, SPECS), CrashPoints(monkeypatch), *due) == expected
