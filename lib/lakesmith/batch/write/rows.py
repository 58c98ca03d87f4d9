"""Room 4, write: one Delta commit on the table, at most one on its quarantine."""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.transform.backfill_filter import (
    quarantined_between,
    stored_between,
)
from lakesmith.batch.transform.incremental_aggregate import require_base
from lakesmith.batch.write.change_set import Keep, keeping, write_changes
from lakesmith.batch.write.completed_rows import completed, must_complete
from lakesmith.batch.write.foreign_commits import refuse_changed
from lakesmith.batch.write.scd2 import history_changes
from lakesmith.batch.write.snapshot_diff import extract_changes
from lakesmith.batch.write.truncates import after_truncates, find_marks
from lakesmith.columns import KEPT
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.commit import CommitId, Outcome, find, identify, write, writer
from lakesmith.tables.create import RETENTION
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.pruning.key_promise import refuse_broken
from lakesmith.tables.pruning.null_bounds import loosened
from lakesmith.tables.ref import TableRef
from lakesmith.tables.retry import retried
from lakesmith.tables.upsert.filter_probe import Screened, append_new, screen
from lakesmith.tables.upsert.key_filter import refresh
from lakesmith.tables.upsert.planner import UpsertPlan, plan_upsert
from lakesmith.tables.upsert.replace_keys import replace_keys
from lakesmith.tables.writes import (
    append,
    replace_all,
    replace_groups,
    replace_where,
    upsert,
)

REPLACING = ("replace_partitions", "replace_all")
FIELDS = "MAP<STRING, STRING>"


def write_rows(gated: Gated) -> Outcome:
    """Write the accepted rows in one commit; WRITTEN or SKIPPED, else an error.

    Raises
    ------
    InputError
        LS211 when somebody else changed rows of the table meanwhile.

    Notes
    -----
    A commit of somebody else that changes no row, such as an OPTIMIZE, is survived: the batch is planned anew.
    """
    return retried(lambda: _plan_and_write(gated), lambda: refuse_changed(gated.batch))


def _plan_and_write(gated: Gated) -> Outcome:
    batch = gated.batch
    if batch.spec.write.keeps_history or batch.spec.write.strategy == "snapshot":
        return _change(gated)
    return _upsert_or_replace(gated)


def _change(gated: Gated) -> Outcome:
    batch = gated.batch
    landed = (
        find(batch.session, batch.table, batch.commit_id()) if batch.is_retry else None
    )
    if landed is not None:
        return landed
    find_changes = (
        history_changes if batch.spec.write.keeps_history else extract_changes
    )
    with keeping() as keep:
        return write_changes(gated, find_changes(gated, keep))


def _upsert_or_replace(gated: Gated) -> Outcome:
    with keeping() as keep:
        return _upsert_kept(gated, keep)


def _upsert_kept(gated: Gated, keep: Keep) -> Outcome:
    batch = gated.batch
    marks = find_marks(gated)
    _refuse_broken_backfill(gated)
    is_completed = must_complete(batch, marks)
    rows = completed(gated, keep) if is_completed else gated.rows.drop(KEPT)
    follows = batch.follows or is_completed
    screened = _screened(gated)
    is_planned = not (marks.truncates or (screened and screened.appends))
    plan = _plan(gated, rows if is_completed else None, follows) if is_planned else None
    if (
        batch.table.local
    ):  # planning took a while; Delta itself sees only what comes later
        refuse_changed(batch)
    counts = (screened.counts if screened else {}) | (plan.counts if plan else {})
    commit = batch.commit_id(
        counts=counts, planned=plan.told() if plan else None, partial=is_completed
    )
    gated = replace(gated, rows=after_truncates(gated, rows, marks.truncates))
    outcome = write(
        batch.session,
        batch.table,
        commit,
        lambda: _write(gated, commit, plan or screened, follows),
    )
    if batch.spec.write.key_filter is not None:
        refresh(batch.session, batch.table, batch.spec, anew=batch.intent.first)
    return outcome


def _screened(gated: Gated) -> Screened | None:
    batch = gated.batch
    is_asked = (
        batch.spec.write.key_filter is not None and batch.spec.write.method == "auto"
    )
    if not is_asked or batch.intent.first or batch.intent.dates:
        return None
    return screen(gated.plain().final, batch.table, batch.spec)


def _plan(
    gated: Gated, completed: DataFrame | None, follows: bool
) -> UpsertPlan | None:
    batch = gated.batch
    if batch.intent.first or batch.intent.dates or not batch.spec.write.keeps_newest:
        return None
    rows = gated.plain().final.drop(KEPT) if completed is None else completed
    return plan_upsert(
        after_truncates(gated, rows, False), batch.table, batch.spec, follows
    )


def _refuse_broken_backfill(gated: Gated) -> None:
    """Refuse rows of a backfill whose key is at another date: only the rows of its dates are replaced."""
    batch = gated.batch
    write = gated.batch.spec.write
    if not batch.intent.dates or not write.keeps_newest or not unproven(batch.spec):
        return
    rows = gated.plain().final
    found = find_touched(rows, [*dict.fromkeys([*write.keys, *write.key_implies])])
    touched = loosened(found, write.keys, rows.columns)
    refuse_broken(rows, batch.table, batch.spec, touched, but=stored_between(batch))


def _write(
    gated: Gated, commit: CommitId, plan: UpsertPlan | Screened | None, follows: bool
) -> None:
    batch = gated.batch
    rows = gated.rows
    table = gated.batch.table
    spec = gated.batch.spec
    if isinstance(plan, Screened):
        append_new(rows, table, commit, plan)
        return
    touched = plan.touched if plan else batch.touched
    bounds = touched.predicate(table.sql_name) if touched else None
    if plan and plan.method != "merge":
        replace_keys(rows, table, commit, plan)
    elif batch.intent.first or spec.write.strategy == "replace_all":
        replace_all(rows, table, spec, commit)
    elif spec.write.strategy == "replace_partitions" and touched:
        replace_where(rows, table, commit, touched.sql())
    elif spec.write.strategy == "aggregate":
        require_base(batch)
        replace_groups(rows, table, spec.write.keys, bounds)
    elif batch.intent.dates:
        replace_where(rows, table, commit, stored_between(batch))
    elif spec.write.strategy == "append":
        append(rows, table, commit)
    else:
        upsert(rows, table, spec, bounds, follows)


def clear_quarantine(gated: Gated) -> None:
    """Take out of the quarantine what the batch computes anew; doing it twice does no harm.

    Notes
    -----
    A batch that takes the place of the whole table takes the place of the whole quarantine. A backfill takes out the
    rows that it read again, whether they pass now or not.
    """
    batch = gated.batch
    table = batch.table.quarantine
    landed = batch.commit_id("quarantine")
    anew = (
        batch.intent.first
        or batch.intent.dates
        or batch.spec.write.strategy in REPLACING
    )
    if not anew or not table.exists(batch.session):
        return
    if (
        find(batch.session, table, landed) is not None
    ):  # its rows came after the clearing, which was done then
        return
    identify(batch.session, batch.commit_id("clear"))
    if batch.intent.first or batch.spec.write.strategy == "replace_all":
        table.delete_rows(batch.session, f"_batch_id < {batch.intent.batch}")
    elif batch.spec.write.strategy == "aggregate":
        table.delete_rows(batch.session, quarantined_between(batch))
    else:
        again = _told_before(gated, table).alias("s")
        same = F.to_json(F.from_json(f"{table.sql_name}._raw", FIELDS)) == F.col(
            "s._told"
        )
        again.mergeInto(table.sql_name, same).whenMatched().delete().merge()


def _told_before(gated: Gated, table: TableRef) -> DataFrame:
    """Return what the batch reads as the quarantine told it when the upstream had fewer columns, as ``_told``."""
    shapes = (
        table.load(gated.batch.session)
        .select(F.json_object_keys("_raw").alias("_shape"))
        .distinct()
    )
    known = F.map_filter(
        F.from_json("_raw", FIELDS), lambda name, _: F.array_contains("_shape", name)
    )
    return (
        gated.read_again()
        .crossJoin(F.broadcast(shapes))
        .select(F.to_json(known).alias("_told"))
        .distinct()
    )


def write_quarantine(gated: Gated) -> int:
    """Write the rejected rows with reasons and the raw row; returns the quarantine's version.

    *Columns*: ``_batch_id`` BIGINT, ``_run_id`` STRING, ``_quarantined_at`` TIMESTAMP, ``_reasons``
    ARRAY<STRUCT<check, column, value>>, ``_raw`` STRING (JSON), ``_source_file`` STRING.

    Notes
    -----
    Reads the batch's input once more; called only when bad rows were counted.
    """
    batch = gated.batch
    commit = batch.commit_id("quarantine")
    table = batch.table.quarantine
    rows = gated.rejected().select(
        F.lit(batch.intent.batch).cast("bigint").alias("_batch_id"),
        F.lit(batch.run_id).alias("_run_id"),
        F.lit(batch.intent.run_time).cast("timestamp").alias("_quarantined_at"),
        "_reasons",
        "_raw",
        F.get_json_object("_raw", "$._source_file").alias("_source_file"),
    )
    outcome = write(
        batch.session,
        table,
        commit,
        lambda: table.save(writer(rows, commit).options(**RETENTION)),
    )
    return outcome.version
