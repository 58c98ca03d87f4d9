"""Every session that a run, a recovery, a restore or a maintenance opens is ended, also when the batch raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.ledger import restore
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.restore import Target
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.maintain import maintain_table
from lakesmith.maintain.maintain_table import TableMaintenance
from lakesmith.observe.observers import NO_OBSERVERS
from lakesmith.observe.run_records import facts_of
from lakesmith.runs import batch_runner, recover
from lakesmith.runs.batch_runner import BatchRunner
from lakesmith.runs.recover import Recovery
from lakesmith.session import batch
from lakesmith.sources.files import source as files
from lakesmith.sources.files.position import files_slice
from lakesmith.spec.model import Project
from tests.shop import Shop

FILE = ("/in/a.csv", 1, 1)


class Sessions:
    """The sessions that were opened, and those that were ended."""

    def __init__(self) -> None:
        self.opened: list[object] = []
        self.ended: list[object] = []

    def open(self, spark: object) -> MagicMock:
        """Open one more."""
        self.opened.append(MagicMock())
        return self.opened[-1]  # type: ignore[return-value]


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sessions]:
    """Spy on sessions; each that was opened must have been ended, once."""
    spy = Sessions()
    monkeypatch.setattr(batch, "_beside", spy.open)
    monkeypatch.setattr(batch, "end_session", spy.ended.append)
    yield spy
    assert spy.opened
    assert spy.ended == spy.opened


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The specs of the shop."""
    return Shop(tmp_path / "shop", MagicMock()).lake.project


def intent() -> Intent:
    read = files_slice("orders", (FILE,))
    return Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read, (), True)


def ledger() -> Ledger:
    return Ledger(MagicMock(), "run")


@pytest.fixture
def runner(project: Project) -> BatchRunner:
    """A runner of batches without a Spark."""
    return BatchRunner(facts_of(project, None, NO_OBSERVERS), MagicMock(), ledger())


def fail(*args: Any) -> None:
    raise ValueError("the moon is full")


def succeed(*args: Any) -> None:
    return None


@pytest.mark.parametrize(("act", "error"), [(fail, "the moon is full"), (succeed, "None")])
def test_a_batch_has_one_session(
    sessions: Sessions, runner: BatchRunner, monkeypatch: pytest.MonkeyPatch, act: Callable[..., None], error: str
) -> None:
    used: list[object] = []

    def run_batch(context: Any) -> None:
        used.append(context.session)
        assert sessions.ended == []
        act()

    monkeypatch.setattr(batch_runner, "run_batch", run_batch)
    assert str(runner.run(intent()).error) == error
    assert used == sessions.opened


@pytest.mark.parametrize("looks", [fail, succeed])
def test_the_look_for_what_landed_and_for_an_unreadable_file(
    sessions: Sessions, runner: BatchRunner, monkeypatch: pytest.MonkeyPatch, looks: Callable[..., None]
) -> None:
    monkeypatch.setattr(batch_runner, "find", succeed)
    monkeypatch.setattr(files, "find_unreadable", looks)
    try:
        assert runner.find_bad_input(intent(), ValueError("corrupt")) is None
    except ValueError as error:
        assert str(error) == "the moon is full"
    assert len(sessions.opened) == 2


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("looks", [fail, succeed])
def test_recovery(project: Project, monkeypatch: pytest.MonkeyPatch, looks: Callable[..., None]) -> None:
    monkeypatch.setattr(recover, "find", looks)
    recovery = Recovery(MagicMock(), project, ledger())
    if looks is fail:
        with pytest.raises(ValueError, match="the moon is full"):
            recovery._settle(TableState("bronze.orders"), intent())
    else:
        recovery._settle(TableState("bronze.orders"), intent())


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("acts", [fail, succeed])
def test_a_restore(project: Project, monkeypatch: pytest.MonkeyPatch, acts: Callable[..., None]) -> None:
    monkeypatch.setattr(restore, "_bring_back", acts)
    asked = (MagicMock(), project, "run", TableState("bronze.orders"), Target(None, 0, 0))
    if acts is fail:
        with pytest.raises(ValueError, match="the moon is full"):
            restore.restore(*asked)
    else:
        assert restore.restore(*asked).event == "restored"


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize("acts", [fail, lambda *args: iter(())])
def test_the_maintenance_of_a_table(
    project: Project, monkeypatch: pytest.MonkeyPatch, acts: Callable[..., Any]
) -> None:
    monkeypatch.setattr(maintain_table, "read_metrics", acts)
    monkeypatch.setattr(TableMaintenance, "_proposals", lambda self, session, metrics: [])
    facts = facts_of(project, None, NO_OBSERVERS)
    maintenance = TableMaintenance(facts, MagicMock(), ledger(), "bronze.orders", facts.ref("bronze.orders"), 0.0)
    assert [step.state for step in maintenance.steps(dry_run=True)] == ["failed" if acts is fail else "nothing"]
