"""The order of batches, and what an error of one does to the others; no Spark."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.batch.counts import Counts
from lakesmith.batch.record import BatchRecord
from lakesmith.errors import InputError, WriteError
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.store import Ledger
from lakesmith.observe.observers import NO_OBSERVERS
from lakesmith.observe.run_records import facts_of
from lakesmith.runs import batch_runner, executor
from lakesmith.runs.batch_planner import Planned
from lakesmith.runs.executor import Executor
from lakesmith.sources.files.position import files_slice
from lakesmith.sources.slices import ParkedPart
from tests.shop import Shop

WAVES = (("bronze.orders",), ("silver.orders", "silver.lines"), ("gold.daily",))


class Tables:
    """Plans one batch a table, two of bronze, and runs them; some raise once."""

    def __init__(self) -> None:
        self.run: list[str] = []
        self.raises: dict[str, Exception] = {}
        self.refuses: dict[str, Exception] = {}
        self.bad: ParkedPart | None = None
        self.left = dict.fromkeys((table for wave in WAVES for table in wave), 1) | {"bronze.orders": 2}

    def next_batch(self, table: str, tried: Collection[str] = ()) -> Planned:
        if table in self.refuses:
            raise self.refuses[table]
        if not self.left[table]:
            return Planned(None)
        read = files_slice("orders", [("in/a.csv", 1, 1)])
        intent = Intent(table, 1, 3 - self.left[table], "2026-01-01T00:00:00+00:00", "hash", read)
        return Planned(intent, more=self.left[table] > 1)

    def run_batch(self, context: Any) -> BatchRecord:
        table = context.intent.table
        self.run.append(table)
        if table in self.raises:
            raise self.raises.pop(table)
        self.left[table] -= 1
        return BatchRecord(context.intent.batch, Counts(), (), (), recomputed=False)


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables: Tables) -> Executor:
    """An executor of the shop whose batches are made up."""
    monkeypatch.setattr(executor, "Planner", lambda *args: tables)
    monkeypatch.setattr(executor, "undone_spans", lambda *args: [])
    monkeypatch.setattr(batch_runner, "run_batch", tables.run_batch)
    monkeypatch.setattr(batch_runner, "batch_session", MagicMock())
    monkeypatch.setattr(batch_runner, "is_small", lambda *args: False)
    monkeypatch.setattr(batch_runner.BatchRunner, "find_bad_input", lambda *args: tables.bad)
    project = Shop(tmp_path / "shop", MagicMock()).lake.project.model_copy(update={"parallel": 1})
    return Executor(facts_of(project, None, NO_OBSERVERS), MagicMock(), Ledger(MagicMock(), "run"))


def states(runs: Executor) -> dict[str, str]:
    return {table: runs.progress.result(table).state for wave in WAVES for table in wave}


def events(runs: Executor) -> list[str]:
    """The events that are not written yet, those of the last wave."""
    return [event.event for event in runs.ledger.staged]


def test_waves_follow_the_graph_and_come_again_while_bounds_leave_something(runs: Executor, tables: Tables) -> None:
    runs.run(WAVES)
    assert tables.run == ["bronze.orders", "silver.orders", "silver.lines", "gold.daily", "bronze.orders"]
    assert set(states(runs).values()) == {"done"}


def test_a_failed_batch_blocks_what_is_downstream_and_no_other(runs: Executor, tables: Tables) -> None:
    tables.raises = {"silver.orders": ValueError("disk full")}
    runs.run(WAVES)
    assert "gold.daily" not in tables.run
    assert states(runs) == {
        "bronze.orders": "done", "silver.orders": "failed", "silver.lines": "done", "gold.daily": "skipped",
    }  # fmt: skip
    assert runs.ledger.state("silver.orders").open is not None


def test_a_table_that_cannot_be_planned_fails(runs: Executor, tables: Tables) -> None:
    tables.refuses = {"silver.lines": InputError("no such directory", code="LS201")}
    runs.run(WAVES)
    assert states(runs)["silver.lines"] == "failed"
    assert states(runs)["gold.daily"] == "done"


def test_an_error_of_the_program_ends_the_run(runs: Executor, tables: Tables) -> None:
    tables.refuses = {"silver.lines": KeyError("a bug")}
    with pytest.raises(KeyError, match="a bug"):
        runs.run(WAVES)


def test_a_batch_that_lost_a_race_is_dropped(runs: Executor, tables: Tables) -> None:
    tables.raises = {"silver.orders": WriteError("another run wrote it", code="LS502")}
    runs.run(WAVES)
    assert states(runs)["silver.orders"] == "failed"
    assert runs.ledger.state("silver.orders").open is None


def test_a_bad_input_is_parked_and_the_rest_is_planned_again(runs: Executor, tables: Tables) -> None:
    tables.left["bronze.orders"] = 1
    tables.raises = {"bronze.orders": ValueError("bad page")}
    tables.bad = ParkedPart("in/a.csv", "bad page", [1, 1])
    runs.run(WAVES)
    assert tables.run.count("bronze.orders") == 2
    result = runs.progress.result("bronze.orders")
    assert (result.state, [part.reason for part in result.parked]) == ("done", ["bad page"])


def test_batches_that_a_caller_planned_are_run_once(runs: Executor, tables: Tables) -> None:
    planned = tables.next_batch("silver.orders").intent
    assert planned is not None
    runs.run_planned([planned])
    assert (tables.run, events(runs)) == (["silver.orders"], ["done"])
