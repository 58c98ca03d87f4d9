from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import LedgerError
from lakesmith.ledger import store as module
from lakesmith.ledger.events import LEDGER, done_event, intent_event
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.store import Ledger, published_event, read_ledger
from lakesmith.sources.files.position import files_slice
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef, table_ref
from tests.positions import files_seen


@pytest.fixture
def table(tmp_path: Path) -> TableRef:
    return table_ref(str(tmp_path), None, "ops.ledger")


def intent(batch: int) -> Intent:
    files = files_slice("orders", ((f"file-{batch}", batch, 5),))
    return Intent("bronze.a", 1, batch, "2026-01-01T00:00:00+00:00", "hash", files)


def batches(spark: SparkSession, ledger: Ledger, numbers: range) -> None:
    for number in numbers:
        ledger.stage(intent_event(intent(number)), done_event(intent(number), number, refused=False))
    ledger.flush(spark)


def test_a_new_ledger_is_empty(spark: SparkSession, table: TableRef) -> None:
    ledger = read_ledger(spark, table, "run")
    assert (ledger.states, ledger.published, ledger.seq) == ({}, {"id": 0, "tables": {}}, 0)


def test_what_was_written_is_read_back(spark: SparkSession, table: TableRef) -> None:
    ledger = read_ledger(spark, table, "run")
    batches(spark, ledger, range(1, 3))
    ledger.stage(intent_event(intent(3)), published_event({"id": 1, "tables": {"bronze.a": 2}}))
    ledger.flush(spark)
    again = read_ledger(spark, table, "other")
    assert (again.states, again.published, again.seq) == (ledger.states, ledger.published, ledger.seq)


def test_staged_events_are_one_commit_and_none_without_events(spark: SparkSession, table: TableRef) -> None:
    ledger = read_ledger(spark, table, "run")
    batches(spark, ledger, range(1, 4))
    ledger.flush(spark)
    assert len(newest_commits(spark, table)) == 1


def test_staged_events_count_before_they_are_written(spark: SparkSession, table: TableRef) -> None:
    ledger = read_ledger(spark, table, "run")
    ledger.stage(intent_event(intent(1)))
    assert ledger.state("bronze.a").open == intent(1)


def test_a_ledger_of_a_newer_version_is_refused(
    spark: SparkSession, table: TableRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = intent_event(intent(1)).row(1, "run") | {"schema_version": module.SCHEMA_VERSION + 1, "event": "unheard_of"}
    OpsTable(table, LEDGER).append(spark, [row])
    with pytest.raises(LedgerError, match=f"the ledger has schema version {module.SCHEMA_VERSION + 1}") as caught:
        read_ledger(spark, table, "run")
    assert caught.value.code == "LS603"


@pytest.mark.parametrize("edit", [{"payload": "{"}, {"payload": "{}"}, {"event": "unheard_of"}])
def test_a_row_that_somebody_edited_is_named(spark: SparkSession, table: TableRef, edit: dict[str, str]) -> None:
    OpsTable(table, LEDGER).append(spark, [intent_event(intent(1)).row(1, "run") | edit])
    with pytest.raises(LedgerError, match=r"LS615 row 1 of the ledger .* of bronze.a. makes no sense"):
        read_ledger(spark, table, "run")


def test_a_long_ledger_is_compacted_and_says_the_same(
    spark: SparkSession, table: TableRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMPACT_ABOVE", 10)
    ledger = read_ledger(spark, table, "run")
    batches(spark, ledger, range(1, 8))
    ledger.stage(published_event({"id": 4, "tables": {"bronze.a": 7}}))
    ledger.flush(spark)
    ledger.compact(spark)
    again = read_ledger(spark, table, "other")
    assert (again.rows, again.states, again.published) == (3, ledger.states, ledger.published)
    batches(spark, again, range(8, 9))
    assert set(files_seen(read_ledger(spark, table, "third").state("bronze.a"))) == {f"file-{n}" for n in range(1, 9)}


def test_a_short_ledger_is_left_alone(spark: SparkSession, table: TableRef) -> None:
    ledger = read_ledger(spark, table, "run")
    batches(spark, ledger, range(1, 3))
    ledger.compact(spark)
    assert len(newest_commits(spark, table)) == 1
