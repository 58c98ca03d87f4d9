from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.session.batch import batch_session
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.ref import TableRef
from lakesmith.tables.writes import append, replace_all, replace_groups, upsert
from lakesmith.testing import frame

ROWS = "id int, name string, _seq int, _deleted boolean"
GROUPS = "day int, orders int"
EMPTIED = f"{GROUPS}, _emptied boolean"
UPSERT = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}
IGNORE = {"strategy": "upsert", "keys": ["id"], "when_matched": "ignore"}
AGGREGATE = {"strategy": "aggregate", "keys": ["day"]}


def spec(write: dict[str, Any]) -> Table:
    return Table.model_validate({"from": "bronze.a", "write": write})


@pytest.fixture
def table(tmp_path: Path) -> TableRef:
    return TableRef("silver.a", str(tmp_path / "a"))


def create(rows: DataFrame, table: TableRef, write: dict[str, Any]) -> None:
    replace_all(rows.coalesce(1), table, spec(write), CommitId("test", 1, "d"))


def shows(spark: SparkSession, table: TableRef, ddl: str, rows: list[tuple[Any, ...]]) -> None:
    found = table.load(spark)
    assert_df_equality(found, frame(spark, ddl, rows), ignore_row_order=True, ignore_nullable=True)


@dataclass(frozen=True, eq=False)
class Case:
    """Rows of a key before an upsert, the rows of the batch, and those of the table afterwards."""

    before: tuple[Any, ...]
    batch: tuple[Any, ...]
    after: tuple[Any, ...]


def upserts(*cases: tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]) -> pytest.MarkDecorator:
    """Give a test each of some cases as ``case``, which all tests upsert together."""
    return pytest.mark.parametrize("case", [Case(*case) for case in cases])


def keyed(row: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """Return a row with a key of its case; a case of the key NULL keeps it."""
    return (row[0] and number, *row[1:])


@pytest.fixture(scope="module")
def upserted(
    request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Case], list[tuple[Any, ...]]]:
    """Upsert the cases of all tests in one batch, and return the row of a case."""
    items = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    given = [item.callspec.params["case"] for item in items if "case" in getattr(item, "fixturenames", ())]
    table = TableRef("silver.a", str(tmp_path_factory.mktemp("upserted") / "a"))
    numbers = {case: number for number, case in enumerate(given, 1)}
    create(frame(spark, ROWS, [keyed(case.before, number) for case, number in numbers.items()]), table, UPSERT)
    batch = frame(spark, ROWS, [keyed(case.batch, number) for case, number in numbers.items()])
    upsert(batch, table, spec(UPSERT), None)
    found = table.load(spark)
    assert found.dtypes == frame(spark, ROWS, []).dtypes
    rows = [tuple(row) for row in found.collect()]
    assert len(rows) == len(given)

    def rows_of(case: Case) -> list[tuple[Any, ...]]:
        key = keyed(case.before, numbers[case])[0]
        return [(case.before[0], *row[1:]) for row in rows if row[0] == key]

    return rows_of


Upserted = Callable[[Case], list[tuple[Any, ...]]]


def test_append_creates_the_table_with_its_partitions_and_properties(spark: SparkSession, table: TableRef) -> None:
    create(frame(spark, GROUPS, [(1, 5)]), table, {"strategy": "append", "partition_by": ["day"]})
    detail = spark.sql(f"DESCRIBE DETAIL {table.sql_name}").first()
    assert detail is not None
    assert (detail.partitionColumns, detail.properties["delta.enableChangeDataFeed"]) == (["day"], "true")


def test_append_adds_rows(spark: SparkSession, table: TableRef) -> None:
    rows = frame(spark, GROUPS, [(1, 5)])
    create(rows, table, {"strategy": "append"})
    append(rows, table, CommitId("test", 2, "e"))
    shows(spark, table, GROUPS, [(1, 5), (1, 5)])


@upserts(((None, "a", 1, False), (None, "b", 2, False), (None, "b", 2, False)))
def test_keys_are_null_safe(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


OLD, NEW = (1, "old", 1, False), (1, "new", 2, False)


@upserts((NEW, OLD, NEW), (OLD, NEW, NEW))
def test_the_sequence_decides_not_the_arrival(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


@upserts(((1, "a", 1, False), (1, "z", None, False), (1, "a", 1, False)))
def test_null_loses_as_a_sequence(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


@upserts(((1, "a", 1, False), (1, "a", 2, True), (1, "a", 2, True)))
def test_a_delete_leaves_a_tombstone(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


@upserts(((1, "a", 5, True), (1, "b", 4, False), (1, "a", 5, True)))
def test_an_older_update_after_a_tombstone_does_not_resurrect(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


@upserts(((1, "a", 5, True), (1, "b", 6, False), (1, "b", 6, False)))
def test_a_newer_row_after_a_tombstone_is_a_row_again(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


@upserts(((1, "a", 5, True), (1, "z", 5, False), (1, "a", 5, True)))
def test_at_the_same_sequence_the_delete_wins(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


LOW, HIGH = (1, None, 5, False), (1, "b", 5, False)


@upserts((HIGH, LOW, HIGH), (LOW, HIGH, HIGH))
def test_a_tie_has_one_winner_whatever_the_order(upserted: Upserted, case: Case) -> None:
    assert upserted(case) == [case.after]


def test_an_exact_replay_changes_nothing(spark: SparkSession, table: TableRef) -> None:
    rows = frame(spark, ROWS, [(1, "a", 1, False)])
    create(rows, table, UPSERT)
    upsert(rows, table, spec(UPSERT), None)
    shows(spark, table, ROWS, [(1, "a", 1, False)])
    assert newest_commits(spark, table, 1)[0].metrics.get("numTargetRowsUpdated", 0) == 0


def test_ignore_keeps_the_first_row_and_only_adds_files(spark: SparkSession, table: TableRef) -> None:
    create(frame(spark, GROUPS.replace("day", "id"), [(1, 5), (None, 6)]), table, IGNORE)
    rows = frame(spark, GROUPS.replace("day", "id"), [(1, 9), (None, 9), (2, 9)])
    upsert(rows, table, spec(IGNORE), None)
    shows(spark, table, GROUPS.replace("day", "id"), [(1, 5), (None, 6), (2, 9)])
    metrics = newest_commits(spark, table, 1)[0].metrics
    assert (metrics["numTargetRowsInserted"], metrics["numTargetFilesRemoved"]) == (1, 0)


def test_groups_are_updated_inserted_and_deleted(spark: SparkSession, table: TableRef) -> None:
    create(frame(spark, GROUPS, [(1, 1), (2, 2), (3, 3), (None, 4)]), table, AGGREGATE)
    groups = frame(spark, EMPTIED, [(1, 1, False), (2, 9, False), (3, None, True), (None, 8, False), (4, 4, False)])
    replace_groups(groups, table, spec(AGGREGATE).write.keys, None)
    shows(spark, table, GROUPS, [(1, 1), (2, 9), (None, 8), (4, 4)])
    metrics = newest_commits(spark, table, 1)[0].metrics
    assert [metrics[f"numTargetRows{what}"] for what in ("Inserted", "Updated", "Deleted")] == [1, 2, 1]


def test_a_group_that_never_was_is_not_made_by_emptying(spark: SparkSession, table: TableRef) -> None:
    create(frame(spark, GROUPS, [(1, 1)]), table, AGGREGATE)
    replace_groups(frame(spark, EMPTIED, [(7, None, True)]), table, spec(AGGREGATE).write.keys, None)
    shows(spark, table, GROUPS, [(1, 1)])


def test_an_emptied_null_group_that_never_was_disturbs_no_other(spark: SparkSession, table: TableRef) -> None:
    create(frame(spark, GROUPS, [(1, 1), (2, 2)]), table, AGGREGATE)
    replace_groups(
        frame(spark, EMPTIED, [(1, None, True), (None, None, True)]), table, spec(AGGREGATE).write.keys, None
    )
    shows(spark, table, GROUPS, [(2, 2)])


@pytest.fixture
def only_day_one(spark: SparkSession, table: TableRef) -> Iterator[TableRef]:
    """A table with one file a day, of which day 9's is gone: only a MERGE that never opens it succeeds."""
    rows = frame(spark, "id int, day int", [(1, 1)])
    create(rows, table, IGNORE)
    before = set(Path(table.location).glob("*.parquet"))
    append(frame(spark, "id int, day int", [(9, 9)]).coalesce(1), table, CommitId("test", 2, "e"))
    (file,) = set(Path(table.location).glob("*.parquet")) - before
    file.unlink()
    yield table


def test_pruning_reads_only_the_touched_files(spark: SparkSession, only_day_one: TableRef) -> None:
    rows = frame(spark, "id int, day int", [(1, 1), (2, 1)])
    bounds = find_touched(rows, ["day"]).predicate(only_day_one.sql_name)
    upsert(rows, only_day_one, spec(IGNORE), bounds)
    assert newest_commits(spark, only_day_one, 1)[0].metrics["numTargetRowsInserted"] == 1


def test_without_pruning_the_missing_file_is_read(spark: SparkSession, only_day_one: TableRef) -> None:
    with pytest.raises(Exception, match=r"FAILED_READ_FILE|DELTA_FILE_NOT_FOUND|does not exist"):
        upsert(frame(spark, "id int, day int", [(2, 1)]), only_day_one, spec(IGNORE), None)


@pytest.mark.classic("counts the jobs of this process")
def test_a_first_write_looks_for_no_files_that_it_would_replace(spark: SparkSession, table: TableRef) -> None:
    def jobs_of(action: Callable[[], None]) -> int:
        before = len(spark.sparkContext.statusTracker().getJobIdsForGroup(None))
        action()
        return len(spark.sparkContext.statusTracker().getJobIdsForGroup(None)) - before

    rows = frame(batch_session(spark), GROUPS, [(1, 2)])
    # What a killed first write leaves.
    (Path(table.location) / "_delta_log").mkdir(parents=True)
    (Path(table.location) / "part-0.parquet").write_bytes(b"half a file")
    first = jobs_of(lambda: create(rows, table, {}))
    again = jobs_of(lambda: replace_all(rows.coalesce(1), table, spec({}), CommitId("test", 2, "e")))
    print(f"jobs of a first write and of a replacement: {first}, {again}")
    assert (first, first < again) == (1, True)
    shows(spark, table, GROUPS, [(1, 2)])
