"""What the ledger keeps of consumers, and what it forbids because of them."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.errors import LedgerError
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.maintain.retained_versions import reader_behind, readers
from lakesmith.sinks.consumers import guard_backfill, guard_rollback, positions_on, record_consumer
from lakesmith.spec.model import Project

PROJECT = Project.model_validate(
    {
        "name": "p",
        "sources": {"s": {"format": "csv", "path": "in", "columns": ["x"]}},
        "tables": {"bronze": {"a": {"from": "sources.s"}}},
    }
)


class Feed:
    """A consumer with positions as given."""

    name = "feed"

    def __init__(self, follows_changes: bool = False, **versions: int) -> None:
        self.follows_changes = follows_changes
        self._versions = {table.replace("_", "."): version for table, version in versions.items()}

    def positions(self) -> dict[str, int]:
        return self._versions


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MagicMock(), "run")


def record(ledger: Ledger, feed: Feed) -> None:
    record_consumer(MagicMock(), ledger, feed)


def versions(ledger: Ledger, table: str = "bronze.a") -> list[int]:
    return [position.version for position in positions_on(ledger.consumers, table)]


def test_the_newest_positions_count(ledger: Ledger) -> None:
    record(ledger, Feed(bronze_a=3))
    record(ledger, Feed(bronze_a=5))
    assert versions(ledger) == [5]
    record(ledger, Feed())
    assert versions(ledger) == []


def test_a_compacted_ledger_keeps_them_and_forgets_who_left(ledger: Ledger) -> None:
    written: list[dict[str, Any]] = []
    ledger.table.replace = lambda spark, rows: written.extend(rows)  # type: ignore[method-assign]
    record(ledger, Feed(bronze_a=3))
    gone = Feed()
    gone.name = "gone"
    record(ledger, gone)
    ledger.rows = 1000
    ledger.table.read = lambda spark: range(1000)  # type: ignore[assignment,method-assign,return-value]
    ledger.compact(MagicMock())
    kept = [json.loads(row["payload"]) for row in written if row["event"] == "consumer"]
    assert kept == [{"name": "feed", "follows_changes": False, "tables": {"bronze.a": 3}}]


def test_tombstones_and_files_wait_for_them(ledger: Ledger) -> None:
    record(ledger, Feed(bronze_a=3))
    held = readers(PROJECT, ledger, "bronze.a")
    assert reader_behind(held, 4) == "consumer 'feed' has read version 3 of bronze.a"
    assert reader_behind(held, 3) == ""


@pytest.mark.parametrize(
    ("read", "to", "refused"), [(5, 3, True), (3, 3, False), (2, 3, False), (5, None, True), (4, 3, False)]
)
def test_a_rollback_of_rows_that_were_read_is_refused(ledger: Ledger, read: int, to: int | None, refused: bool) -> None:
    ledger.states["bronze.a"] = TableState("bronze.a", version=5, voids=[(4, 4)])
    record(ledger, Feed(bronze_a=read))
    if not refused:
        guard_rollback(ledger, {"bronze.a": to})
        return
    with pytest.raises(LedgerError, match=r"LS617 consumer 'feed' has read version 5 of bronze\.a"):
        guard_rollback(ledger, {"bronze.a": to})


def test_who_follows_changes_is_only_named(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    record(ledger, Feed(follows_changes=True, bronze_a=5))
    guard_rollback(ledger, {"bronze.a": 3})
    assert "consumer 'feed' has read version 5 of bronze.a, which is undone" in caplog.text
    guard_backfill(ledger, ["bronze.a"])


def test_a_backfill_of_rows_that_only_are_added_is_refused(ledger: Ledger) -> None:
    record(ledger, Feed(bronze_a=5))
    guard_backfill(ledger, ["silver.b"])
    with pytest.raises(LedgerError, match=r"LS617.*only takes added rows"):
        guard_backfill(ledger, ["bronze.a"])
