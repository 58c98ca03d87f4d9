"""Changes are written by a replacement of few rows, or by a merge; both leave the same table."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.write import change_set
from lakesmith.batch.write.change_set import Changes, few_changes, keeping, write_changes
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, identify
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import TableRef
from lakesmith.tables.writes import replace_all
from lakesmith.testing import frame

SPEC = Table.model_validate(
    {"from": "bronze.a", "write": {"strategy": "snapshot", "keys": ["id"], "sequence_by": ["at"]}}
)
CHANGES = [(1, "new", "update"), (2, "b", "delete"), (3, "c", "insert")]
AFTER = [(1, "new"), (3, "c"), (4, "d")]


@pytest.fixture
def batch(tmp_path: Path, spark: SparkSession) -> BatchContext:
    table = TableRef("silver.a", str(tmp_path / "a"))
    rows = frame(spark, "id int, name string", [(1, "a"), (2, "b"), (4, "d")])
    replace_all(rows, table, SPEC, CommitId("test", 1, "d"))
    return cast(BatchContext, SimpleNamespace(session=spark, table=table, spec=SPEC))


def changes(spark: SparkSession, rows: list[tuple[Any, ...]], is_few: bool) -> Changes:
    changed = frame(spark, "id int, name string, _change string", rows)
    few = few_changes(changed, ["id"]) if is_few else None
    return Changes(changed, ("id",), len(rows), {}, version=0, few=few)


def written(batch: BatchContext, found: Changes) -> tuple[list[tuple[Any, ...]], str]:
    commit = CommitId("test", 2, "e")
    identify(batch.session, commit)
    write_changes(batch, found, commit)
    rows: DataFrame = batch.table.load(batch.session)
    operation = newest_commits(batch.session, batch.table, 1)[0].operation
    return sorted(tuple(row) for row in rows.collect()), operation


@pytest.mark.parametrize(("is_few", "operation"), [(True, "WRITE"), (False, "MERGE")])
def test_both_ways_leave_the_same_table(spark: SparkSession, batch: BatchContext, is_few: bool, operation: str) -> None:
    assert written(batch, changes(spark, CHANGES, is_few)) == (AFTER, operation)


def test_no_change_is_a_commit_without_rows(spark: SparkSession, batch: BatchContext) -> None:
    assert written(batch, changes(spark, [], True)) == ([(1, "a"), (2, "b"), (4, "d")], "WRITE")


def test_many_changes_are_not_collected(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_set, "MAX_KEYS", 1)
    assert few_changes(frame(spark, "id int, _change string", [(1, "insert"), (2, "insert")]), ["id"]) is None


def test_frames_are_cached_until_the_end(spark: SparkSession) -> None:
    with keeping() as keep:
        kept = keep(spark.range(3))
        assert kept.storageLevel.useMemory
    assert not kept.storageLevel.useMemory
