"""The key filter beside a table: it is asked only when it stands for the table as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, write
from lakesmith.tables.key_filter import load_filter, refresh, usable_filter
from lakesmith.tables.key_screen import append_new, screen, surely_new
from lakesmith.tables.ref import TableRef
from lakesmith.tables.strategies import replace_all, upsert
from lakesmith.testing import frame

DDL = "id int, name string, _seq int"
FILTER = {"fpr": 1e-6, "expected_keys": 1000}
UPDATE = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"], "key_filter": FILTER}
IGNORE = {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore", "key_filter": FILTER}
DAYS = {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore", "partition_by": ["day"], "key_implies": ["day"]}


def spec(write: dict[str, Any], **more: Any) -> Table:
    return Table.model_validate({"from": "bronze.a", "write": write | more})


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> TableRef:
    """A table of three keys, its filter built."""
    ref = TableRef("silver.a", str(tmp_path / "a"))
    rows = frame(spark, DDL, [(1, "a", 1), (2, "b", 1), (None, "n", 1)]).coalesce(1)
    replace_all(rows, ref, spec(UPDATE), CommitId("test", 1, "d"))
    refresh(spark, ref, spec(UPDATE))
    return ref


def maybe(spark: SparkSession, table: TableRef, ids: list[int | None]) -> list[int | None]:
    marked = surely_new(frame(spark, "id int", [(i,) for i in ids]), table, spec(UPDATE))
    assert marked is not None
    return [row["id"] for row in marked.filter("_maybe").collect()]


def upserted(spark: SparkSession, table: TableRef, rows: list[tuple[Any, ...]], number: int = 2) -> None:
    commit = CommitId("test", number, str(number))
    batch = frame(spark, DDL, rows)
    write(spark, table, commit, lambda: upsert(batch, table, spec(UPDATE), None))


def names(spark: SparkSession, table: TableRef) -> list[str]:
    return sorted(row["name"] for row in table.load(spark).collect())


def test_it_knows_the_keys_of_the_table_null_among_them(spark: SparkSession, table: TableRef) -> None:
    assert sorted(maybe(spark, table, [1, 2, None, 3, 4]), key=repr) == [1, 2, None]


def test_it_catches_up_with_the_keys_that_came(spark: SparkSession, table: TableRef) -> None:
    upserted(spark, table, [(2, "c", 2), (3, "d", 1)])
    assert usable_filter(spark, table, spec(UPDATE)) is None  # as after a kill between the two commits
    header = refresh(spark, table, spec(UPDATE))
    assert header is not None
    assert (header.table_version, header.fullest, header.parts) == (1, 4, 2)
    assert maybe(spark, table, [1, 3, 4]) == [1, 3]
