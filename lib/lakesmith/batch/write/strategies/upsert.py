"""Keep one row a key, by the cheapest commit that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame

from lakesmith.batch.transform.backfill_filter import stored_between
from lakesmith.batch.write.strategies.base import StrategyDefaults, WritePlan
from lakesmith.batch.write.strategies.key_filter import probe_filter, refresh_filter
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.strategies.built_in import UPSERT
from lakesmith.tables.pruning.key_bounds import find_touched, with_nulls
from lakesmith.tables.upsert.filter_probe import Screened, append_new
from lakesmith.tables.upsert.key_promise import refuse_broken
from lakesmith.tables.upsert.plan_upsert import UpsertPlan, plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import upsert

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.change_set import Keep
    from lakesmith.tables.commit import CommitId
    from lakesmith.tables.upsert.precedence import Precedence


@dataclass(frozen=True)
class UpsertWrite(WritePlan):
    """How the rows of a batch are upserted.

    `screened` is what the key filter found for a batch whose rows can be appended, `commit` is
    how any other batch is written. Both are None where the whole table or the rows of some
    dates are replaced, or where the batch truncates the table.
    """

    commit: UpsertPlan | None = None
    screened: Screened | None = None
    precedence: Precedence | None = None


class Upsert(StrategyDefaults):
    """The newest row of each key, or the first one."""

    declaration = UPSERT

    def plan(self, frames: BatchFrames, keep: Keep) -> UpsertWrite:
        """Ask the key filter, then look up what the table has of the batch's keys."""
        batch = frames.batch
        _refuse_moved_dates(frames)
        screened = probe_filter(frames)
        if screened and screened.appends:
            return UpsertWrite(
                frames.rows,
                screened.counts,
                screened=screened,
            )
        commit = plan_commit(
            frames,
            frames.replay.final,
            batch.precedence,
        )
        counts = screened.counts if screened else {}
        return upsert_write_plan(
            frames.rows,
            commit,
            counts,
            batch.precedence,
        )

    def write(self, frames: BatchFrames, plan: UpsertWrite, commit: CommitId) -> None:
        """Append rows with new keys, replace the rows of few keys, or merge."""
        write_upsert(frames, plan, commit)

    def after_commit(self, frames: BatchFrames) -> None:
        """Add the keys of the commit to the key filter."""
        refresh_filter(frames)


def plan_commit(
    frames: BatchFrames, rows: DataFrame, precedence: Precedence
) -> UpsertPlan | None:
    """Return the cheapest commit that upserts rows.

    Parameters
    ----------
    frames : BatchFrames
    rows : DataFrame
        Without observations, at most one row a key.
    precedence : Precedence

    Returns
    -------
    UpsertPlan or None
        None for a batch that replaces the table, or the rows of some dates.
    """
    batch = frames.batch
    if batch.intent.first or batch.intent.dates:
        return None
    return plan_upsert(rows, batch.table, batch.spec, precedence)


def upsert_write_plan(
    rows: DataFrame,
    commit: UpsertPlan | None,
    counts: dict[str, int],
    precedence: Precedence,
    is_partial: bool = False,
) -> UpsertWrite:
    """Return the plan of a batch, with what its commit records of it."""
    return UpsertWrite(
        rows,
        counts | (commit.counts if commit else {}),
        commit.to_metadata() if commit else None,
        is_partial=is_partial,
        commit=commit,
        precedence=precedence,
    )


def write_upsert(frames: BatchFrames, plan: UpsertWrite, commit: CommitId) -> None:
    """Write the planned commit, or merge all of a batch that truncates the table."""
    batch = frames.batch
    table = batch.table
    if plan.screened is not None:
        append_new(plan.rows, table, commit, plan.screened)
    elif plan.commit is not None and plan.commit.method != "merge":
        replace_keys(plan.rows, table, commit, plan.commit)
    else:
        touched = plan.commit.touched if plan.commit else None
        bounds = touched.predicate(table.sql_name) if touched else None
        upsert(plan.rows, table, batch.spec, bounds, plan.precedence)


def _refuse_moved_dates(frames: BatchFrames) -> None:
    """Refuse rows of a backfill whose key is stored at a date that is not replaced."""
    batch = frames.batch
    write = batch.spec.write
    if not batch.intent.dates or not unproven(batch.spec):
        return
    rows = frames.replay.final
    columns = dict.fromkeys([*write.keys, *write.key_implies])
    of_rows = find_touched(rows, [*columns])
    touched = with_nulls(of_rows, write.keys, rows.columns)
    dates = stored_between(batch)
    refuse_broken(rows, batch.table, batch.spec, touched, but=dates)
