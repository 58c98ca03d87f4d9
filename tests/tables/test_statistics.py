"""What is read of a log, and where it is left to Spark."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from deltalake import DeltaTable, write_deltalake

from lakesmith.tables.statistics.read import table_statistics
from tests.observe.logs import added, logged, of, statistics


def test_a_removed_file_counts_no_more(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", added(of(3)), added(of(2), "b.parquet"))
    removal = {"remove": {"path": "a.parquet", "deletionTimestamp": 1}}
    (table / "_delta_log" / f"{1:020d}.json").write_text(json.dumps(removal))
    assert statistics(table).rows == 2
    before = table_statistics(table, 0)
    assert before is not None and before.rows == 5


def test_a_checkpoint_is_read_with_the_commits_after_it(tmp_path: Path) -> None:
    table = str(tmp_path / "t")
    rows = pa.table({"id": [1, 2, None], "day": ["a", "a", "b"]})
    write_deltalake(table, rows, partition_by=["day"])
    DeltaTable(table).create_checkpoint()
    write_deltalake(table, rows, mode="append")
    (tmp_path / "t" / "_delta_log" / f"{0:020d}.json").unlink()
    found = statistics(tmp_path / "t")
    assert (found.version, found.rows) == (1, 6)
    assert sum(one.nulls or 0 for one in found.column("id") or []) == 2
    assert {one.least for one in found.column("day") or []} == {("a", "a"), ("b", "b")}


@pytest.mark.parametrize("text", ["", '{"add": {"pa', '{"commitInfo": {}}\n'])
def test_a_damaged_log_says_nothing(tmp_path: Path, text: str) -> None:
    table = logged(tmp_path, "integer", added(of(3)))
    (table / "_delta_log" / f"{0:020d}.json").write_text(text)
    assert table_statistics(table) is None


def test_a_missing_commit_and_a_version_that_is_not_there_say_nothing(tmp_path: Path) -> None:
    table = logged(tmp_path, "integer", added(of(3)))
    (table / "_delta_log" / f"{2:020d}.json").write_text(json.dumps(added(of(1), "b.parquet")))
    assert table_statistics(table) is None
    assert table_statistics(table, 7) is None
    assert statistics_at(table, 0) == 3


def statistics_at(table: Path, version: int) -> int | None:
    found = table_statistics(table, version)
    return found.rows if found else None


def test_an_unknown_feature_says_nothing(tmp_path: Path) -> None:
    assert table_statistics(logged(tmp_path / "t", "integer", features=("rowHiding",))) is None
    assert statistics(logged(tmp_path / "u", "integer", features=("deletionVectors",))).rows == 0


def test_broken_statistics_of_a_file_are_none(tmp_path: Path) -> None:
    table = logged(tmp_path / "t", "integer", added(None, stats="[]"))
    assert statistics(table).rows is None
    torn = logged(tmp_path / "u", "integer", added(None, stats="{"))
    assert table_statistics(torn) is None


@pytest.mark.parametrize("nulls", [-1, 4, "0", True, {"x": 1}])
def test_a_count_that_cannot_be_is_none(tmp_path: Path, nulls: object) -> None:
    found = {"numRecords": 3, "nullCount": {"a": nulls}}
    (column,) = statistics(logged(tmp_path, "integer", added(found))).column("A") or []
    assert (column.rows, column.nulls) == (3, None)
