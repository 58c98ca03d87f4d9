"""Apply change events, to the newest row of each key or to its versions."""

from __future__ import annotations

from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.write.change_set import Keep
from lakesmith.batch.write.completed_rows import completed, must_complete
from lakesmith.batch.write.strategies.base import StrategyDefaults, WritePlan
from lakesmith.batch.write.strategies.change_plan import ChangePlan
from lakesmith.batch.write.strategies.scd2 import Scd2
from lakesmith.batch.write.strategies.upsert import (
    UpsertWrite,
    plan_commit,
    upsert_write,
    write_upsert,
)
from lakesmith.batch.write.truncates import after_truncates, find_marks
from lakesmith.columns import KEPT
from lakesmith.spec.strategies.built_in import CDC
from lakesmith.tables.commit import CommitId


class Cdc(StrategyDefaults):
    """What the change events of an operational database say of its rows."""

    declaration = CDC

    def plan(self, gated: Gated, keep: Keep) -> WritePlan:
        """Complete partial events and apply truncates, then plan as an upsert."""
        if gated.batch.spec.write.keeps_history:
            return Scd2().plan(gated, keep)
        return _plan_newest(gated, keep)

    def write(self, gated: Gated, plan: WritePlan, commit: CommitId) -> None:
        """Write versions, or the newest rows."""
        if isinstance(plan, UpsertWrite):
            write_upsert(gated, plan, commit)
        elif isinstance(plan, ChangePlan):
            Scd2().write(gated, plan, commit)


def _plan_newest(gated: Gated, keep: Keep) -> UpsertWrite:
    marks = find_marks(gated)
    is_partial = must_complete(gated.batch, marks)
    rows = completed(gated, keep) if is_partial else gated.rows.drop(KEPT)
    follows = gated.batch.follows or is_partial
    commit = None
    if not marks.truncates:
        unobserved = rows if is_partial else gated.plain().final.drop(KEPT)
        remaining = after_truncates(gated, unobserved, False)
        commit = plan_commit(gated, remaining, follows)
    written = after_truncates(gated, rows, marks.truncates)
    return upsert_write(written, commit, {}, follows, is_partial)
