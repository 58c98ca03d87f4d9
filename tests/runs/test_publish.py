from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.ledger import publications as module
from lakesmith.ledger.publications import newest, publish
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import TableRef, table_ref

NOW = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def table(tmp_path: Path) -> TableRef:
    return table_ref(str(tmp_path), None, "ops.published")


def test_nothing_is_published_at_first(spark: SparkSession, table: TableRef) -> None:
    assert newest(spark, table) == {"id": 0, "tables": {}}


def test_each_publication_has_the_next_id_and_replaces_the_one_before(spark: SparkSession, table: TableRef) -> None:
    first = publish(spark, table, "local", "run-1", NOW, {"bronze.a": 0, "silver.b": 4})
    second = publish(spark, table, "local", "run-2", NOW, {"bronze.a": 1, "silver.b": 4})
    assert (first["id"], second["id"]) == (1, 2)
    assert newest(spark, table) == {"id": 2, "tables": {"bronze.a": 1, "silver.b": 4}}


def test_what_is_published_already_is_not_published_again(spark: SparkSession, table: TableRef) -> None:
    made = publish(spark, table, "local", "run-1", NOW, {"bronze.a": 0})
    assert publish(spark, table, "local", "run-2", NOW, {"bronze.a": 0}) == made
    assert len(newest_commits(spark, table)) == 1


def test_of_two_publishers_only_one_wins(spark: SparkSession, table: TableRef, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = newest(spark, table)
    publish(spark, table, "local", "run-1", NOW, {"bronze.a": 0})
    monkeypatch.setattr(module, "newest", lambda spark, table: stale)
    with pytest.raises(WriteError, match=r"publication 1 was taken by another run") as caught:
        publish(spark, table, "local", "run-2", NOW, {"bronze.a": 1})
    assert caught.value.code == "LS505"
    monkeypatch.undo()
    assert newest(spark, table) == {"id": 1, "tables": {"bronze.a": 0}}
