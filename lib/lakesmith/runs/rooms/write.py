"""Room 4, write: one Delta commit on the table, at most one on its quarantine."""

from __future__ import annotations

from pyspark.sql import functions as F

from lakesmith.runs.rooms.gate import Gated
from lakesmith.tables.commit import Outcome, write, writer
from lakesmith.tables.create import RETENTION
from lakesmith.tables.strategies import append, check_columns, replace_groups, upsert


def write_rows(gated: Gated) -> Outcome:
    """Write the accepted rows in one commit; WRITTEN or SKIPPED, else an error."""
    batch = gated.batch
    commit = batch.commit_id()
    if batch.table.exists(batch.session):
        check_columns(batch.session, gated.rows.drop("_emptied"), batch.table)
    if batch.intent.first or batch.spec.write.strategy == "append":
        return write(batch.session, batch.table, commit, lambda: append(gated.rows, batch.table, batch.spec, commit))
    strategy = upsert if batch.spec.write.strategy == "upsert" else replace_groups
    bounds = batch.touched.predicate("t") if batch.touched else None
    return write(
        batch.session, batch.table, commit, lambda: strategy(batch.session, gated.rows, batch.table, batch.spec, bounds)
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
    outcome = write(batch.session, table, commit, lambda: table.save(writer(rows, commit).options(**RETENTION)))
    return outcome.version
