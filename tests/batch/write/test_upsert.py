"""An upsert is committed as it was planned."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from lakesmith.batch.frames import BatchFrames
from lakesmith.batch.write.strategies import upsert as strategy
from lakesmith.batch.write.strategies.base import WritePlan
from lakesmith.batch.write.strategies.cdc import Cdc
from lakesmith.batch.write.strategies.upsert import UpsertWrite, plan_commit, upsert_write_plan, write_upsert
from lakesmith.tables.commit import CommitId
from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.upsert.plan_upsert import UpsertPlan
from lakesmith.tables.upsert.precedence import NEWEST, Precedence

COMMIT = CommitId("test", 1, "d")
ROWS = cast(Any, "rows")
TOUCHED = Touched({"id": frozenset([1])}, kinds={"id": "int"})


def frames_of(first: bool = False, dates: tuple[str, str] | None = None) -> BatchFrames:
    table = SimpleNamespace(sql_name="t")
    batch = SimpleNamespace(table=table, spec="spec", intent=SimpleNamespace(first=first, dates=dates))
    return cast(BatchFrames, SimpleNamespace(batch=batch))


@pytest.mark.parametrize(
    ("plan", "way"),
    [
        (UpsertWrite(ROWS, screened=cast(Any, "screened")), "append_new"),
        (UpsertWrite(ROWS, commit=UpsertPlan("replace_where", TOUCHED)), "replace_keys"),
        (UpsertWrite(ROWS, commit=UpsertPlan("append_new", TOUCHED)), "replace_keys"),
        (UpsertWrite(ROWS), "upsert"),
    ],
)
def test_the_commit_is_the_planned_one(monkeypatch: pytest.MonkeyPatch, plan: UpsertWrite, way: str) -> None:
    done = []
    for name in ("append_new", "replace_keys", "upsert"):
        monkeypatch.setattr(strategy, name, lambda *_, name=name: done.append(name))
    write_upsert(frames_of(), plan, COMMIT)
    assert done == [way]


def test_what_a_commit_records_of_its_plan() -> None:
    commit = UpsertPlan("append_new", TOUCHED, counts={"numSourceRows": 2}, expected={"rows": 2})
    plan = upsert_write_plan(ROWS, commit, {"keysSeenBefore": 0}, precedence=Precedence(upstream_decides=True))
    assert plan.counts == {"keysSeenBefore": 0, "numSourceRows": 2}
    assert plan.method == {"method": "append_new", "expected": {"rows": 2}}
    assert plan.precedence == Precedence(upstream_decides=True) and not plan.is_partial


@pytest.mark.parametrize("batch", [frames_of(first=True), frames_of(dates=("2026-01-01", "2026-02-01"))])
def test_what_replaces_the_table_or_its_dates_looks_up_no_key(batch: BatchFrames) -> None:
    assert plan_commit(batch, ROWS, precedence=NEWEST) is None


def test_change_events_of_an_unknown_plan_are_an_error_and_not_lost() -> None:
    with pytest.raises(TypeError, match="strategy cdc cannot write a plan of type WritePlan"):
        Cdc().write(frames_of(), WritePlan(ROWS), COMMIT)
