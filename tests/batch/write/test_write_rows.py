"""A first batch replaces the table, a backfill its dates; all else is up to the strategy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write import write_rows as module
from lakesmith.batch.write.strategies import WritePlan
from lakesmith.batch.write.write_rows import write_rows
from lakesmith.spec.strategies import declaration_of
from lakesmith.tables.commit import Outcome, WriteResult

LANDED = Outcome(WriteResult.SKIPPED, 3, {})


class Recorder:
    """A strategy that records what it is asked."""

    def __init__(self, name: str) -> None:
        self.declaration = declaration_of(name)
        self.calls: list[str] = []

    def plan(self, frames: BatchFrames, keep: Any) -> WritePlan:
        self.calls.append("plan")
        return WritePlan(cast(Any, "rows"), {"numSourceRows": 1})

    def write(self, frames: BatchFrames, plan: WritePlan, commit: Any) -> None:
        self.calls.append("write")

    def after_commit(self, frames: BatchFrames) -> None:
        self.calls.append("after")


def calls(
    patch: pytest.MonkeyPatch,
    strategy: str,
    first: bool = False,
    dates: tuple[str, str] | None = None,
    landed: Outcome | None = None,
) -> list[str]:
    recorder = Recorder(strategy)
    intent = SimpleNamespace(first=first, dates=dates)
    table = SimpleNamespace(local=True)
    batch = SimpleNamespace(
        spec=SimpleNamespace(write=None),
        intent=intent,
        table=table,
        session=None,
        is_retry=landed is not None,
        commit_id=lambda **metadata: metadata.get("counts"),
    )

    def write(session: Any, table: Any, commit: Any, action: Any) -> Outcome:
        assert commit == {"numSourceRows": 1}
        action()
        return Outcome(WriteResult.WRITTEN, 4, {})

    patch.setattr(module, "strategy_of", lambda write: recorder)
    patch.setattr(module, "find", lambda *_: landed)
    patch.setattr(module, "write", write)
    patch.setattr(module, "refuse_changed", lambda batch: recorder.calls.append("look"))
    patch.setattr(module, "stored_between", lambda batch: "day")
    patch.setattr(module, "join_choices", lambda inputs: ())
    patch.setattr(module, "replace_all", lambda *_: recorder.calls.append("replace all"))
    patch.setattr(module, "replace_where", lambda *_: recorder.calls.append("replace dates"))
    frames = SimpleNamespace(batch=batch, inputs=None)
    write_rows(cast(BatchFrames, frames))
    return recorder.calls


def test_a_batch_is_planned_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, "append") == ["plan", "look", "write", "after"]


def test_a_first_batch_replaces_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, "scd2", first=True) == ["plan", "look", "replace all", "after"]


@pytest.mark.parametrize(("strategy", "done"), [("upsert", "replace dates"), ("aggregate", "write")])
def test_a_backfill_replaces_rows_of_dates_or_groups(monkeypatch: pytest.MonkeyPatch, strategy: str, done: str) -> None:
    assert calls(monkeypatch, strategy, dates=("2026-01-01", "2026-02-01")) == ["plan", "look", done, "after"]


def test_a_batch_that_landed_is_not_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert calls(monkeypatch, "upsert", landed=LANDED) == ["after"]
