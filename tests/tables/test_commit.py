from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.errors import WriteError
from lakesmith.session.batch import batch_session
from lakesmith.tables.commit import CommitId, Outcome, WriteResult, find, write, writer
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import TableRef

APP = "lakesmith/local/silver.a/1/main"


@pytest.fixture
def table(tmp_path: Path) -> TableRef:
    return TableRef("silver.a", str(tmp_path / "a"))


@pytest.fixture
def session(spark: SparkSession) -> SparkSession:
    return batch_session(spark)


@pytest.fixture(scope="module")
def first(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[TableRef, Outcome]:
    """A table with three rows of batch 1, and how they were written; only to be read and copied."""
    table = TableRef("silver.a", str(tmp_path_factory.mktemp("first") / "a"))
    return table, append(batch_session(spark), table, batch(1), rows=3)


@pytest.fixture
def written(first: tuple[TableRef, Outcome], table: TableRef) -> TableRef:
    """A copy of that table."""
    shutil.copytree(first[0].location, table.location)
    return table


def batch(version: int, digest: str = "", app_id: str = APP) -> CommitId:
    return CommitId(app_id, version, digest or f"digest-{version}")


def append(session: SparkSession, table: TableRef, commit: CommitId, rows: int = 1) -> Outcome:
    frame = session.range(rows).toDF("id")
    return write(session, table, commit, lambda: table.save(writer(frame, commit)))


def merge(session: SparkSession, table: TableRef, commit: CommitId) -> Outcome:
    def action() -> None:
        same = F.col(f"{table.sql_name}.id") == F.col("s.id")
        session.range(5, 6).toDF("id").alias("s").mergeInto(table.sql_name, same).whenNotMatched().insertAll().merge()

    return write(session, table, commit, action)


def fail_after(action: Callable[[], object]) -> Callable[[], object]:
    def act() -> None:
        action()
        raise TimeoutError("the answer was lost")

    return act


def test_a_write_is_written(first: tuple[TableRef, Outcome]) -> None:
    _, outcome = first
    assert (outcome.result, outcome.version, outcome.metrics["numOutputRows"]) == (WriteResult.WRITTEN, 0, 3)


def test_the_same_batch_again_is_skipped_and_keeps_its_metrics(session: SparkSession, written: TableRef) -> None:
    append(session, written, batch(2), rows=1)
    again = append(session, written, batch(1), rows=3)
    assert (again.result, again.version, again.metrics["numOutputRows"]) == (WriteResult.SKIPPED, 0, 3)
    assert written.load(session).count() == 4


def test_a_merge_carries_the_identity_too(session: SparkSession, written: TableRef) -> None:
    results = [merge(session, written, batch(2)).result for _ in range(2)]
    assert results == [WriteResult.WRITTEN, WriteResult.SKIPPED]
    assert written.load(session).count() == 4


def test_a_batch_of_another_run_with_the_same_id_is_an_error(session: SparkSession, written: TableRef) -> None:
    with pytest.raises(WriteError, match=r"batch 1 of silver.a was written by another run") as caught:
        append(session, written, batch(1, "mine"))
    assert caught.value.code == "LS502"


def test_an_older_batch_than_the_newest_is_an_error(session: SparkSession, written: TableRef) -> None:
    with pytest.raises(WriteError, match=r"LS502"):
        append(session, written, batch(0, "mine"))


def test_the_same_number_under_another_identity_is_another_batch(session: SparkSession, written: TableRef) -> None:
    outcome = append(session, written, batch(1, app_id="lakesmith/local/silver.a/2/main"))
    assert (outcome.result, outcome.version) == (WriteResult.WRITTEN, 1)


def test_an_exception_when_nothing_landed_is_passed_on(session: SparkSession, written: TableRef) -> None:
    def action() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match=r"disk full"):
        write(session, written, batch(2), action)


def test_an_exception_after_the_commit_landed_is_a_written_batch(session: SparkSession, table: TableRef) -> None:
    commit = batch(1)
    lost = fail_after(lambda: table.save(writer(session.range(2).toDF("id"), commit)))
    outcome = write(session, table, commit, lost)
    assert (outcome.result, outcome.version) == (WriteResult.WRITTEN, 0)


def test_a_retry_is_looked_for_before_it_is_written(session: SparkSession, written: TableRef) -> None:
    again = replace(batch(1), is_retry=True)
    outcome = write(session, written, again, lambda: pytest.fail("it was written again"))
    assert (outcome.result, outcome.version) == (WriteResult.SKIPPED, 0)


def test_a_write_that_did_nothing_is_an_error(session: SparkSession, table: TableRef) -> None:
    with pytest.raises(WriteError, match=r"its commit is not in the table's history") as caught:
        write(session, table, batch(1), lambda: None)
    assert caught.value.code == "LS503"


def test_the_digest_is_found_behind_newer_commits(
    spark: SparkSession, session: SparkSession, written: TableRef
) -> None:
    for _ in range(3):
        spark.range(1).toDF("id").write.format("delta").mode("append").save(written.location)
    found = find(session, written, batch(1))
    assert found is not None
    assert (found.result, found.version) == (WriteResult.SKIPPED, 0)


def test_nothing_is_found_where_there_is_no_table(session: SparkSession, table: TableRef) -> None:
    assert find(session, table, batch(1)) is None


def test_commits_record_their_writer_and_counts(spark: SparkSession, session: SparkSession, table: TableRef) -> None:
    commit = CommitId(APP, 1, "d", {"run_id": "r"})
    append(session, table, commit, rows=2)
    by_hand = spark.range(1).toDF("id").write.format("delta").mode("append").option("userMetadata", "by hand")
    by_hand.save(table.location)
    foreign, mine = newest_commits(session, table)
    about = {"app_id": APP, "batch": 1, "digest": "d", "attempt": commit.attempt, "run_id": "r"}
    assert (mine.version, mine.operation, mine.metadata, mine.metrics["numOutputRows"]) == (0, "WRITE", about, 2)
    assert (foreign.version, foreign.metadata) == (1, {})
