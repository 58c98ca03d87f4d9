"""Apply change events, to the newest row of each key or to its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.write.completed_rows import completed, must_complete
from lakesmith.batch.write.strategies.base import StrategyDefaults, WritePlan
from lakesmith.batch.write.strategies.change_plan import ChangePlan
from lakesmith.batch.write.strategies.scd2 import Scd2
from lakesmith.batch.write.strategies.upsert import (
    UpsertWrite,
    plan_commit,
    upsert_write_plan,
    write_upsert,
)
from lakesmith.batch.write.truncates import after_truncates, find_marks
from lakesmith.columns import KEPT
from lakesmith.spec.strategies.built_in import CDC
from lakesmith.tables.upsert.precedence import Precedence

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.change_set import Keep
    from lakesmith.tables.commit import CommitId


class Cdc(StrategyDefaults):
    """What the change events of an operational database say of its rows."""

    declaration = CDC

    def plan(self, frames: BatchFrames, keep: Keep) -> WritePlan:
        """Complete partial events and apply truncates, then plan as an upsert."""
        if frames.batch.spec.write.keeps_history:
            return Scd2().plan(frames, keep)
        return _plan_newest(frames, keep)

    def write(self, frames: BatchFrames, plan: WritePlan, commit: CommitId) -> None:
        """Write versions, or the newest rows."""
        if isinstance(plan, UpsertWrite):
            write_upsert(frames, plan, commit)
        elif isinstance(plan, ChangePlan):
            Scd2().write(frames, plan, commit)
        else:
            kind = type(plan).__name__
            raise TypeError(f"strategy cdc cannot write a plan of type {kind}")


def _plan_newest(frames: BatchFrames, keep: Keep) -> UpsertWrite:
    marks = find_marks(frames)
    is_partial = must_complete(frames.batch, marks)
    rows = completed(frames, keep) if is_partial else frames.rows.drop(KEPT)
    # A completed row holds what the table has, so it is the later one at an equal sequence.
    decides = frames.batch.upstream_decides or is_partial
    precedence = Precedence.of(frames.batch.spec, decides)
    commit = None
    if not marks.truncates:
        unobserved = rows if is_partial else frames.replay.final.drop(KEPT)
        remaining = after_truncates(frames, unobserved, False)
        commit = plan_commit(frames, remaining, precedence)
    written = after_truncates(frames, rows, marks.truncates)
    return upsert_write_plan(written, commit, {}, precedence, is_partial)
