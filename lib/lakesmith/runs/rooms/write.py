"""Room 4, write: one Delta commit on the table, at most one on its quarantine."""

from __future__ import annotations

from pyspark.sql import functions as F

from lakesmith.runs.dates import quarantined_between, stored_between
from lakesmith.runs.rooms.gate import Gated
from lakesmith.tables.commit import CommitId, Outcome, find, identify, write, writer
from lakesmith.tables.create import RETENTION
from lakesmith.tables.key_filter import refresh
from lakesmith.tables.key_screen import Screened, append_new, screen
from lakesmith.tables.replace_keys import replace_keys
from lakesmith.tables.strategies import append, check_columns, replace_all, replace_groups, replace_where, upsert
from lakesmith.tables.upsert_plan import UpsertPlan, plan_upsert


def write_rows(gated: Gated) -> Outcome:
    """Write the accepted rows in one commit; WRITTEN or SKIPPED, else an error."""
    batch = gated.batch
    if not batch.intent.first:
        check_columns(batch.session, gated.rows.drop("_emptied"), batch.table)
    is_kept = batch.spec.write.key_filter is not None
    screened = screen(gated.plain().final, batch.table, batch.spec) if is_kept and _is_upsert(gated) else None
    plan = _plan(gated) if screened is None or not screened.appends else None
    counts = (screened.counts if screened else {}) | (plan.counts if plan else {})
    commit = batch.commit_id(counts=counts)
    outcome = write(batch.session, batch.table, commit, lambda: _write(gated, commit, plan or screened))
    if is_kept:
        refresh(batch.session, batch.table, batch.spec, anew=batch.intent.first)
    return outcome


def _is_upsert(gated: Gated) -> bool:
    batch = gated.batch
    return batch.spec.write.strategy == "upsert" and not (batch.intent.first or batch.intent.dates)


def _plan(gated: Gated) -> UpsertPlan | None:
    batch = gated.batch
    return plan_upsert(gated.plain().final, batch.table, batch.spec) if _is_upsert(gated) else None


def _write(gated: Gated, commit: CommitId, plan: UpsertPlan | Screened | None) -> None:
    batch, rows, table, spec = gated.batch, gated.rows, gated.batch.table, gated.batch.spec
    if isinstance(plan, Screened):
        append_new(rows, table, commit, plan)
        return
    touched = plan.touched if plan else batch.touched
    bounds = touched.predicate(table.sql_name) if touched else None
    if plan and plan.method == "replace_where":
        replace_keys(rows, table, commit, plan)
    elif batch.intent.first:
        replace_all(rows, table, spec, commit)
    elif spec.write.strategy == "aggregate":
        replace_groups(rows, table, spec, bounds)
    elif batch.intent.dates:
        replace_where(rows, table, commit, stored_between(batch))
    elif spec.write.strategy == "append":
        append(rows, table, commit)
    else:
        upsert(rows, table, spec, bounds)


def clear_quarantine(gated: Gated) -> None:
    """Take out of the quarantine what the batch computes anew; doing it twice does no harm.

    Notes
    -----
    A batch that takes the place of the whole table takes the place of the whole quarantine. A backfill takes out the
    rows that it read again, whether they pass now or not.
    """
    batch = gated.batch
    table, landed = batch.table.quarantine, batch.commit_id("quarantine")
    if not (batch.intent.first or batch.intent.dates) or not table.exists(batch.session):
        return
    if find(batch.session, table, landed) is not None:  # its rows came after the clearing, which was done then
        return
    identify(batch.session, batch.commit_id("clear"))
    if batch.intent.first:
        table.delete_rows(batch.session, f"_batch_id < {batch.intent.batch}")
    elif batch.spec.write.strategy == "aggregate":
        table.delete_rows(batch.session, quarantined_between(batch))
    else:
        again = gated.read_again().distinct().alias("s")
        same = F.col(f"{table.sql_name}._raw") == F.col("s._raw")
        again.mergeInto(table.sql_name, same).whenMatched().delete().merge()


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
    outcome = write(batch.session, table, commit, lambda: table.save(writer(rows, commit).options(**RETENTION)))
    return outcome.version
