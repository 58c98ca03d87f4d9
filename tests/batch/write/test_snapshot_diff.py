"""A full snapshot is compared with all rows of its table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.write.snapshot_diff import Snapshot, _compare, _counts, _is_next
from lakesmith.spec.model import Table
from lakesmith.tables.watermark import Watermark
from lakesmith.testing import frame

ROWS = "id int, name string, day int, _seq struct<day:int>"
STORED = f"{ROWS}, _deleted boolean"
SPEC = Table.model_validate(
    {"from": "bronze.a", "write": {"strategy": "snapshot", "keys": ["id"], "sequence_by": ["day"]}}
)
NEWEST = Watermark("int", "2")


def row(id: int, name: str, day: int, *deleted: bool) -> tuple[Any, ...]:
    return (id, name, day, (day,), *deleted)


def compared(stored: DataFrame, rows: DataFrame, stays: DataFrame) -> dict[int, tuple[Any, ...]]:
    table = SimpleNamespace(load=lambda session, **options: stored)
    batch = SimpleNamespace(spec=SPEC, table=table, session=None, intent=SimpleNamespace(first=False))
    found = _compare(cast(BatchContext, batch), Snapshot(rows, stays, NEWEST), 0)
    return {row.id: (row._change, row.name, row.day, row._seq.day, row._deleted) for row in found.collect()}


def test_each_row_with_what_becomes_of_it(spark: SparkSession) -> None:
    stored = frame(
        spark,
        STORED,
        [
            row(1, "same", 1, False),
            row(2, "old", 1, False),
            row(3, "missing", 1, False),
            row(4, "quarantined", 1, False),
            row(5, "deleted", 1, True),
            row(6, "deleted", 1, True),
        ],
    )
    rows = frame(spark, ROWS, [row(1, "same", 1), row(2, "new", 2), row(6, "again", 2), row(7, "first", 2)])
    assert compared(stored, rows, frame(spark, "id int", [(4,)])) == {
        1: ("same", "same", 1, 1, False),
        2: ("update", "new", 2, 2, False),
        3: ("delete", "missing", 2, 2, True),
        4: ("same", "quarantined", 2, 2, True),
        5: ("still missing", "deleted", 2, 2, True),
        6: ("back", "again", 2, 2, False),
        7: ("insert", "first", 2, 2, False),
    }


def test_changes_are_counted_as_a_merge_counts_them() -> None:
    kinds = {"insert": 1, "update": 2, "delete": 3, "back": 4, "same": 5, "still missing": 6}
    assert _counts(12, kinds) == {
        "numSourceRows": 12,
        "numTargetRowsInserted": 1,
        "numTargetRowsUpdated": 9,
        "numTargetRowsDeleted": 0,
        "insertedTombstones": 0,
        "updatedTombstones": 3,
        "numUnchangedRows": 5,
        "numRowsBefore": 10,
    }


def test_a_snapshot_is_the_next_one_until_a_batch_has_seen_it() -> None:
    assert _is_next(Watermark("int", "1", ahead=()), NEWEST)
    assert not _is_next(Watermark("int", "2", ahead=()), NEWEST)
    assert not _is_next(Watermark("int", "1", ahead=("2",)), NEWEST)
    assert not _is_next(Watermark("int", "1"), NEWEST)
    assert not _is_next(None, NEWEST)
