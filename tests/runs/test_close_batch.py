"""Which version a batch closes at, and which versions downstream tables need not read."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.batch.counts import Counts
from lakesmith.batch.record import BatchRecord
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.quality.check_result import CheckResult
from lakesmith.runs import close_batch
from lakesmith.runs.close_batch import closing_event
from lakesmith.sources.version_slices import versions_slice
from lakesmith.tables.delta_log.history import Commit

INTENT = Intent("silver.a", 1, 4, "2026-01-01T00:00:00+00:00", "hash", versions_slice("bronze.a", 2, 5))
FAILED = CheckResult("price_sane", "price", "fail", "fail", 3)


def commit(version: int, operation: str) -> Commit:
    return Commit(version, 0, operation, {}, {})


def closed(
    monkeypatch: pytest.MonkeyPatch,
    state: TableState,
    version: int,
    moved: bool,
    between: tuple[Commit, ...] = (),
    results: tuple[CheckResult, ...] = (),
) -> dict[str, Any]:
    """Close a batch that wrote a version, with commits of others before it."""
    own = commit(version, "MERGE")
    monkeypatch.setattr(close_batch, "newest_version", lambda *args: version)
    monkeypatch.setattr(close_batch, "newest_commits", lambda *args: [own, *between])
    record = BatchRecord(version, Counts(), results, (), False, moved)
    payload = closing_event(MagicMock(), MagicMock(), state, INTENT, record).payload
    return {name: payload[name] for name in ("version", "refused", "void") if name in payload}


def test_a_batch_that_changed_rows_closes_at_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    found = closed(monkeypatch, TableState("silver.a", version=3), 4, moved=True)
    assert found == {"version": 4, "refused": False}


def test_the_first_batch_is_no_void(monkeypatch: pytest.MonkeyPatch) -> None:
    assert closed(monkeypatch, TableState("silver.a"), 0, moved=False) == {"version": 0, "refused": False}


@pytest.mark.parametrize("between", [(), (commit(4, "OPTIMIZE"),)])
def test_a_batch_that_changed_no_row_is_a_void_with_what_came_before(
    monkeypatch: pytest.MonkeyPatch, between: tuple[Commit, ...]
) -> None:
    version = 4 + len(between)
    found = closed(monkeypatch, TableState("silver.a", version=3), version, False, between)
    assert found == {"version": version, "refused": False, "void": [4, version]}


@pytest.mark.parametrize(("results", "version"), [((), 3), ((FAILED,), 5)])
def test_rows_of_another_writer_before_it_are_not_skipped(
    monkeypatch: pytest.MonkeyPatch, results: tuple[CheckResult, ...], version: int
) -> None:
    state = TableState("silver.a", version=3)
    found = closed(monkeypatch, state, 5, False, (commit(4, "DELETE"),), results)
    assert found == {"version": version, "refused": bool(results)}


def test_what_another_writer_took_back_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    state = TableState("silver.a", version=3, voids=[(4, 5)])
    between = (commit(5, "RESTORE"), commit(4, "DELETE"))
    assert closed(monkeypatch, state, 6, False, between)["void"] == [4, 6]
