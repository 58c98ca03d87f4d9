"""A truncate deletes what is older than itself, also rows that come after it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write.truncates import Marks, after_truncates, find_marks, newest_truncate
from lakesmith.spec.model import Table
from lakesmith.testing import frame

ROWS = "id int, at int, _seq struct<at:int>, _deleted boolean"
SPEC = Table.model_validate(
    {
        "from": "bronze.a",
        "write": {"strategy": "cdc", "keys": ["id"], "sequence_by": ["at"], "apply_as_truncates": "op = 't'"},
    }
)


def event(id: int | None, at: int, deleted: bool = False) -> tuple[Any, ...]:
    return (id, at, (at,), deleted)


def frames_of(rows: DataFrame, stored: DataFrame, first: bool = False, spec: Table = SPEC) -> BatchFrames:
    table = SimpleNamespace(load=lambda session: stored)
    batch = SimpleNamespace(spec=spec, table=table, session=None, intent=SimpleNamespace(first=first))
    return cast(BatchFrames, SimpleNamespace(batch=batch, rows=rows, replay=SimpleNamespace(final=rows)))


def shown(rows: DataFrame) -> list[tuple[Any, ...]]:
    return sorted(((row.id, row.at, row._deleted) for row in rows.collect()), key=repr)


def test_older_rows_are_left_out_and_those_of_the_table_deleted(spark: SparkSession) -> None:
    rows = frame(spark, ROWS, [event(None, 5, True), event(1, 4), event(2, 6)])
    stored = frame(spark, ROWS, [event(3, 1), event(4, 7)])
    batch = frames_of(rows, stored)
    assert find_marks(batch) == Marks(truncates=True)
    found = shown(after_truncates(batch, rows, truncates=True))
    assert found == [(2, 6, False), (3, 5, True), (None, 5, True)]


def test_the_mark_in_the_table_holds_for_later_batches(spark: SparkSession) -> None:
    rows = frame(spark, ROWS, [event(1, 4), event(2, 6)])
    stored = frame(spark, ROWS, [event(None, 5, True), event(3, 5, True)])
    batch = frames_of(rows, stored)
    assert find_marks(batch) == Marks()
    assert shown(after_truncates(batch, rows, truncates=False)) == [(2, 6, False)]


def test_a_first_batch_does_not_read_the_table(spark: SparkSession) -> None:
    rows = frame(spark, ROWS, [event(None, 5, True), event(2, 6)])
    batch = frames_of(rows, cast(DataFrame, None), first=True)
    assert newest_truncate(batch.batch, rows).collect()[0][0].at == 5
    assert shown(after_truncates(batch, rows, truncates=True)) == [(2, 6, False), (None, 5, True)]


def test_a_table_that_cannot_be_truncated_keeps_its_rows(spark: SparkSession) -> None:
    write = SPEC.write.model_copy(update={"apply_as_truncates": None})
    rows = frame(spark, ROWS, [event(1, 4)])
    batch = frames_of(rows, cast(DataFrame, None), spec=SPEC.model_copy(update={"write": write}))
    assert find_marks(batch) == Marks()
    assert after_truncates(batch, rows, truncates=True) is rows
