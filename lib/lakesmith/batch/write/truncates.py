"""Truncates among change events: what is older than the newest one is gone, also when it comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.gate.partial_events import is_partial
from lakesmith.column_refs import named
from lakesmith.sources.upstream import is_mark
from lakesmith.tables.writes import newest_first
from lakesmith.transforms.keys.dedupe import latest_by

AT = "_truncated_at"


@dataclass(frozen=True)
class Marks:
    """What a batch of change events has beside whole rows: truncates, and rows that leave values as they were."""

    truncates: bool = False
    partial: bool = False


def find_marks(gated: Gated) -> Marks:
    """Find out what a batch of change events has beside whole rows; one job for a table that may have such, or none.

    Notes
    -----
    A row that leaves values as they were counts where it is the newest of its key: one that tells all of it needs no
    older one.
    """
    write = gated.batch.spec.write
    final = gated.rows
    if not write.keeps_newest or (write.truncates is None and not write.leaves_values):
        return Marks()
    if write.truncates is None and write.partial_updates:
        return Marks(partial=True)
    truncates = is_mark(write.keys) if write.truncates is not None else F.lit(False)
    found = gated.plain().final.filter(truncates | is_partial(final))
    marks = found.agg(
        F.max(truncates).alias("truncates"), F.max(is_partial(final)).alias("partial")
    ).collect()[0]
    return Marks(bool(marks["truncates"]), bool(marks["partial"]))


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
    keys = batch.spec.write.keys
    newest = newest_truncate(batch, gated.plain().final)
    left = younger(rows, newest, keys)
    if batch.intent.first or not truncates:
        return left
    return left.unionByName(_wiped(batch, newest)).transform(
        latest_by(keys, newest_first(rows.columns))
    )


def newest_truncate(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the sequence of the newest truncate among rows and in the table as one row, NULL where there is none."""
    keys = batch.spec.write.keys
    marks = rows.filter(is_mark(keys)).select("_seq")
    if not batch.intent.first:
        marks = marks.unionByName(
            batch.table.load(batch.session).filter(is_mark(keys)).select("_seq")
        )
    return marks.agg(F.max("_seq").alias(AT))


def younger(rows: DataFrame, newest: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Leave out the rows that are older than a truncate; marks stay."""
    both = rows.crossJoin(F.broadcast(newest))
    return both.filter(
        named(AT).isNull() | (named("_seq") > named(AT)) | is_mark(keys)
    ).drop(AT)


def _wiped(batch: BatchContext, newest: DataFrame) -> DataFrame:
    held = batch.table.load(batch.session).filter(
        ~named("_deleted") & ~is_mark(batch.spec.write.keys)
    )
    older = held.crossJoin(F.broadcast(newest)).filter(named("_seq") <= named(AT))
    # Tables below build their own sequence from its columns.
    told = {
        name: named(AT).getField(name)
        for name in batch.spec.write.sequence_by
        if name in held.columns
    }
    return older.withColumns({**told, "_seq": named(AT), "_deleted": F.lit(True)}).drop(
        AT
    )
