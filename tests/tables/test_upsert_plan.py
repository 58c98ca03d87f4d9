"""The planned upsert gives what Delta's MERGE gives, and counts it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.plan_upsert import plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import replace_all, upsert
from lakesmith.testing import frame

DDL = "id int, code string, name string, _seq int, _deleted boolean"
SPEC = Table.model_validate(
    {"from": "bronze.a", "write": {"strategy": "upsert", "keys": ["id", "code"], "sequence_by": ["at"]}}
)
COMMIT = CommitId("test", 2, "e")
NUMBERS = itertools.count()
Rows = dict[tuple[Any, ...], tuple[Any, ...]]
KEYS = st.tuples(st.none() | st.integers(1, 2), st.sampled_from([None, "a", "it's \\ 'b'"]))
VALUES = st.tuples(st.sampled_from([None, "x", "y"]), st.none() | st.integers(1, 3), st.booleans())


def landed(spark: SparkSession, path: Path, before: Rows) -> TableRef:
    table = TableRef("silver.a", str(path / f"t{next(NUMBERS)}"))
    replace_all(
        frame(spark, DDL, [(*k, *v) for k, v in before.items()]).coalesce(1), table, SPEC, CommitId("test", 1, "d")
    )
    return table


def content(spark: SparkSession, table: TableRef) -> list[str]:
    return sorted(str(tuple(row)) for row in table.load(spark).collect())


def same_as_a_merge(spark: SparkSession, path: Path, before: Rows, batch: Rows) -> None:
    rows = frame(spark, DDL, [(*k, *v) for k, v in batch.items()])
    merged, planned = landed(spark, path, before), landed(spark, path, before)
    upsert(rows, merged, SPEC, None)
    plan = plan_upsert(rows, planned, SPEC)
    if plan.method == "merge":
        assert plan.why == "no row is new or newer"
        assert newest_commits(spark, merged, 1)[0].metrics.get("numTargetRowsUpdated", 0) == 0
        assert newest_commits(spark, merged, 1)[0].metrics.get("numTargetRowsInserted", 0) == 0
        return
    replace_keys(rows, planned, COMMIT, plan)
    assert content(spark, planned) == content(spark, merged)
    mine, theirs = (newest_commits(spark, table, 1)[0].metrics for table in (planned, merged))
    counted = {name: theirs.get(name, 0) for name in ("numTargetRowsInserted", "numTargetRowsUpdated")}
    assert {name: plan.counts[name] for name in counted} == counted
    assert mine["numOutputRows"] - mine.get("numCopiedRows", 0) == sum(counted.values())
    assert mine.get("numDeletedRows", 0) == counted["numTargetRowsUpdated"]


def test_it_is_the_merge(spark: SparkSession, tmp_path: Path) -> None:
    @given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=6), st.dictionaries(KEYS, VALUES, min_size=1, max_size=6))
    @settings(max_examples=6, deadline=None, derandomize=True, database=None)
    def law(before: Rows, batch: Rows) -> None:
        same_as_a_merge(spark, tmp_path, before, batch)

    law()


def test_the_plan_of_a_tie_a_loser_and_new_rows(spark: SparkSession, tmp_path: Path) -> None:
    before = {
        (1, "a"): ("x", 1, False),
        (2, "a"): ("x", 5, False),
        (None, None): ("x", 1, False),
        (3, "a"): ("y", 1, True),
    }
    batch = {
        (1, "a"): ("y", 1, False),
        (2, "a"): ("z", 4, False),
        (None, None): ("n", 2, True),
        (4, "a"): ("w", 1, True),
        (3, "a"): ("y", 1, True),
    }
    same_as_a_merge(spark, tmp_path, before, batch)
    plan = plan_upsert(frame(spark, DDL, [(*k, *v) for k, v in batch.items()]), landed(spark, tmp_path, before), SPEC)
    assert (plan.method, plan.all_win) == ("replace_where", False)
    assert plan.counts == {
        "numSourceRows": 5, "numTargetRowsInserted": 1, "numTargetRowsUpdated": 2, "numTargetRowsDeleted": 0,
        "insertedTombstones": 1, "updatedTombstones": 1,
    }  # fmt: skip


def test_a_table_that_moved_is_not_written(spark: SparkSession, tmp_path: Path) -> None:
    rows = frame(spark, DDL, [(1, "a", "y", 2, False)])
    table = landed(spark, tmp_path, {(1, "a"): ("x", 1, False)})
    plan = plan_upsert(rows, table, SPEC)
    upsert(rows, table, SPEC, None)
    with pytest.raises(WriteError, match="LS506"):
        replace_keys(rows, table, COMMIT, plan)
