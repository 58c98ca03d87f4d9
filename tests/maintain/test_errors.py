"""An error while a table is looked at or maintained is that table's error; another writer's commit is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from lakesmith.errors import SparkGone
from lakesmith.ledger.store import Ledger
from lakesmith.maintain import actions, maintain_table
from lakesmith.maintain.maintain_table import TableMaintenance
from lakesmith.maintain.result import Proposal, Step
from lakesmith.observe.observers import NO_OBSERVERS
from lakesmith.observe.run_records import facts_of
from tests.shop import Shop

CONFLICT = "[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] files were added\n\tat x"
NO_FEED = "[DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA] the feed ends\n\tat x"
Steps = Callable[..., list[Step]]


def raising(error: Exception) -> Callable[..., Any]:
    def act(*args: Any) -> None:
        raise error

    return act


@pytest.fixture
def maintenance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TableMaintenance:
    """Maintenance of a table with tombstones, without a Spark; nothing is due."""
    facts = facts_of(Shop(tmp_path / "shop", MagicMock()).lake.project, None, NO_OBSERVERS)
    monkeypatch.setattr(maintain_table, "read_metrics", MagicMock())
    monkeypatch.setattr(maintain_table, "blocks_vacuum", lambda *args: "")
    monkeypatch.setattr(maintain_table, "plan_layout", lambda *args: [])
    monkeypatch.setattr(maintain_table, "plan_vacuum", lambda *args: Proposal("vacuum", False, "nothing is old"))
    monkeypatch.setattr(maintain_table, "Tombstones", MagicMock())
    monkeypatch.setattr(maintain_table, "newest_version", MagicMock())
    table = MagicMock()
    table.name = "silver.orders"
    table.load.return_value.columns = ["_deleted"]
    return TableMaintenance(facts, MagicMock(), Ledger(MagicMock(), "run"), "silver.orders", table, 0.0)


def test_an_error_in_the_look_for_tombstones_is_the_tables_error(
    maintenance: TableMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintain_table, "plan_tombstones", raising(RuntimeError("disk full")))
    (step,) = maintenance.steps(dry_run=True)
    assert (step.action, step.state, step.error) == ("all", "failed", "disk full")


def test_a_dead_spark_ends_the_command(maintenance: TableMaintenance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintain_table, "plan_tombstones", raising(ConnectionRefusedError(111, "Connection refused")))
    with pytest.raises(SparkGone, match="LS804"):
        list(maintenance.steps(dry_run=True))


def test_a_spark_that_no_longer_answers_ends_the_command_whatever_was_said(
    maintenance: TableMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintain_table, "read_metrics", raising(RuntimeError("no such class")))
    maintenance.spark.conf.get.side_effect = RuntimeError("silence")  # type: ignore[attr-defined]
    with pytest.raises(SparkGone, match="LS804"):
        list(maintenance.steps(dry_run=True))


def test_a_feed_that_does_not_reach_holds_the_tombstones_alone(
    maintenance: TableMaintenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintain_table, "plan_tombstones", raising(RuntimeError(NO_FEED)))
    (step,) = maintenance.steps(dry_run=True)
    assert (step.action, step.state) == ("tombstones", "skipped")
    assert "the feed ends" in step.reason


@pytest.mark.parametrize(("text", "state"), [(CONFLICT, "skipped"), ("disk full", "failed")])
def test_only_an_action_that_met_another_writer_is_skipped(
    maintenance: TableMaintenance, monkeypatch: pytest.MonkeyPatch, text: str, state: str
) -> None:
    due = [Proposal("optimize", True, "small files")]
    monkeypatch.setattr(maintain_table, "plan_tombstones", lambda *args: Proposal("tombstones", False, "none"))
    monkeypatch.setattr(maintain_table, "plan_layout", lambda *args: due)
    monkeypatch.setitem(actions.ACTIONS, "optimize", raising(RuntimeError(text)))
    (step,) = maintenance.steps(dry_run=False)
    assert (step.action, step.state) == ("optimize", state)
    assert text.partition("\n")[0] in (step.reason if state == "skipped" else step.error)
