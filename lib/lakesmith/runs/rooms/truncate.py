"""Truncates among change events: what is older than the newest one is gone, also when it comes later."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.runs.context import BatchContext
from lakesmith.runs.rooms.gate import Gated
from lakesmith.runs.rooms.read import is_mark
from lakesmith.tables.strategies import newest_first
from lakesmith.transforms.dedupe import latest_by
from lakesmith.transforms.names import named

AT = "_truncated_at"


def has_truncate(gated: Gated) -> bool:
    """Tell whether the batch truncates; one job for a table that may be truncated, else none."""
    write = gated.batch.spec.write
    return write.truncates is not None and not gated.plain().final.filter(is_mark(write.keys)).isEmpty()


def after_truncates(gated: Gated, rows: DataFrame, truncates: bool) -> DataFrame:
    """Leave out the rows that are older than the newest truncate, and delete those that the table holds.

    Notes
    -----
    A truncate leaves a mark in the table: the tombstone of the NULL key, which no row of a `cdc` table has. Of the
    table only its mark is read, by a batch that truncates all of it.
    """
    batch = gated.batch
    if batch.spec.write.truncates is None:
        return rows
    keys, mine = batch.spec.write.keys, gated.plain().final
    marks = mine.filter(is_mark(keys)).select("_seq")
    if not batch.intent.first:
        marks = marks.unionByName(batch.table.load(batch.session).filter(is_mark(keys)).select("_seq"))
    newest = marks.agg(F.max("_seq").alias(AT))
    both = rows.crossJoin(F.broadcast(newest))
    left = both.filter(named(AT).isNull() | (named("_seq") > named(AT)) | is_mark(keys)).drop(AT)
    if batch.intent.first or not truncates:
        return left
    return left.unionByName(_wiped(batch, newest)).transform(latest_by(keys, newest_first(rows.columns)))


def _wiped(batch: BatchContext, newest: DataFrame) -> DataFrame:
    held = batch.table.load(batch.session).filter(~named("_deleted") & ~is_mark(batch.spec.write.keys))
    older = held.crossJoin(F.broadcast(newest)).filter(named("_seq") <= named(AT))
    # Tables below build their own sequence from its columns.
    told = {name: named(AT).getField(name) for name in batch.spec.write.sequence_by if name in held.columns}
    return older.withColumns({**told, "_seq": named(AT), "_deleted": F.lit(True)}).drop(AT)
