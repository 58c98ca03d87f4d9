"""Write the rows of a batch in one commit, as the strategy of its table does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.batch.read.join_choices import join_choices
from lakesmith.batch.transform.backfill_filter import stored_between
from lakesmith.batch.write.change_set import keeping
from lakesmith.batch.write.foreign_commits import refuse_changed
from lakesmith.batch.write.strategies.registry import strategy_of
from lakesmith.tables.commit import CommitId, Outcome, find, write
from lakesmith.tables.retry import retried
from lakesmith.tables.writes import replace_all, replace_where

if TYPE_CHECKING:
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.batch.write.strategies.base import Strategy, WritePlan


def write_rows(frames: BatchFrames) -> Outcome:
    """Write the accepted rows in one commit.

    Parameters
    ----------
    frames : BatchFrames

    Returns
    -------
    Outcome
        WRITTEN now, or SKIPPED because the batch had landed before.

    Raises
    ------
    InputError
        LS211 when another writer changed rows of the table meanwhile.

    Notes
    -----
    Another writer's commit that changes no row, such as an OPTIMIZE, is survived. The
    batch is then planned again.
    """
    return retried(
        lambda: _plan_and_write(frames), lambda: refuse_changed(frames.batch)
    )


def _plan_and_write(frames: BatchFrames) -> Outcome:
    strategy = strategy_of(frames.batch.spec.write)
    outcome = _landed(frames) or _write_now(frames, strategy)
    strategy.after_commit(frames)
    return outcome


def _landed(frames: BatchFrames) -> Outcome | None:
    """Return the commit of an earlier try of the batch, so that it is not planned again."""
    batch = frames.batch
    if not batch.is_retry:
        return None
    return find(batch.session, batch.table, batch.commit_id())


def _write_now(frames: BatchFrames, strategy: Strategy[WritePlan]) -> Outcome:
    batch = frames.batch
    with keeping() as keep:
        plan = strategy.plan(frames, keep)
        if batch.table.local:
            # Planning took a while, and Delta sees only what is committed from now on.
            refuse_changed(batch)
        commit = batch.commit_id(
            counts=plan.counts,
            planned=plan.method,
            watermark=plan.watermark.to_metadata() if plan.watermark else None,
            partial=plan.is_partial,
            joins=join_choices(frames.inputs),
        )

        def action() -> None:
            _commit(frames, strategy, plan, commit)

        return write(batch.session, batch.table, commit, action)


def _commit(
    frames: BatchFrames,
    strategy: Strategy[WritePlan],
    plan: WritePlan,
    commit: CommitId,
) -> None:
    batch = frames.batch
    replaces_rows = strategy.declaration.backfill == "rows"
    if batch.intent.first:
        replace_all(plan.rows, batch.table, batch.spec, commit)
    elif batch.intent.dates and replaces_rows:
        replace_where(
            plan.rows,
            batch.table,
            commit,
            stored_between(batch),
        )
    else:
        strategy.write(frames, plan, commit)
