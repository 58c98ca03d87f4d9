"""Apply truncates among change events, also to older rows that come after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.partial_events import is_partial
from lakesmith.column_refs import named
from lakesmith.sources.upstream import is_mark
from lakesmith.tables.upsert.precedence import newest_first
from lakesmith.transforms.keys.dedupe import latest_by

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames

_AT = "_truncated_at"


@dataclass(frozen=True)
class Marks:
    """Whether a batch of change events has truncates, and rows that leave values as they were."""

    truncates: bool = False
    partial: bool = False


def find_marks(frames: BatchFrames) -> Marks:
    """Return whether a batch has truncates or partial rows.

    Notes
    -----
    One job for a table that may have such events, else none. A partial row counts where it
    is the newest of its key, since a whole row needs no older one.
    """
    write = frames.batch.spec.write
    if write.truncates is None and not write.leaves_values:
        return Marks()
    if write.truncates is None and write.partial_updates:
        return Marks(partial=True)
    truncates = F.lit(False) if write.truncates is None else is_mark(write.keys)
    partial = is_partial(frames.rows)
    marked = frames.replay.final.filter(truncates | partial)
    (marks,) = marked.agg(
        F.max(truncates).alias("truncates"),
        F.max(partial).alias("partial"),
    ).collect()
    return Marks(bool(marks["truncates"]), bool(marks["partial"]))


def after_truncates(frames: BatchFrames, rows: DataFrame, truncates: bool) -> DataFrame:
    """Leave out the rows before the newest truncate, and delete those in the table.

    Returns
    -------
    DataFrame
        *Columns*: those of `rows`.

    Notes
    -----
    A truncate leaves a mark in the table, the tombstone of the NULL key, which no row of a
    `cdc` table has. Only this mark is read of the table, unless the batch truncates it.
    """
    batch = frames.batch
    if batch.spec.write.truncates is None:
        return rows
    keys = batch.spec.write.keys
    truncate = newest_truncate(batch, frames.replay.final)
    remaining = younger(rows, truncate, keys)
    if batch.intent.first or not truncates:
        return remaining
    both = remaining.unionByName(_deleted(batch, truncate))
    return both.transform(latest_by(keys, newest_first(rows.columns)))


def newest_truncate(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the newest truncate among rows and in the table.

    Returns
    -------
    DataFrame
        *Columns*: ``_truncated_at``, the type of ``_seq``; one row, NULL where there is none.
    """
    mark = is_mark(batch.spec.write.keys)
    marks = rows.filter(mark).select("_seq")
    if not batch.intent.first:
        table = batch.table.load(batch.session)
        stored = table.filter(mark).select("_seq")
        marks = marks.unionByName(stored)
    return marks.agg(F.max("_seq").alias(_AT))


def younger(rows: DataFrame, truncate: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Leave out the rows that are older than a truncate, except marks.

    Parameters
    ----------
    rows : DataFrame
    truncate : DataFrame
        As `newest_truncate` returns it.
    keys : sequence of str

    Returns
    -------
    DataFrame
        *Columns*: those of `rows`.

    Examples
    --------
    >>> rows = spark.sql("SELECT id, id AS _seq FROM VALUES (1), (2), (3) AS t(id)")
    >>> truncate = spark.sql("SELECT 2 AS _truncated_at")
    >>> [row.id for row in younger(rows, truncate, ["id"]).collect()]
    [3]
    """
    at = named(_AT)
    both = rows.crossJoin(F.broadcast(truncate))
    is_younger = at.isNull() | (named("_seq") > at)
    return both.filter(is_younger | is_mark(keys)).drop(_AT)


def _deleted(batch: BatchContext, truncate: DataFrame) -> DataFrame:
    """Return tombstones of the table's rows that a truncate deletes."""
    write = batch.spec.write
    at = named(_AT)
    is_row = ~named("_deleted") & ~is_mark(write.keys)
    table = batch.table.load(batch.session)
    stored = table.filter(is_row)
    both = stored.crossJoin(F.broadcast(truncate))
    older = both.filter(named("_seq") <= at)
    # Tables downstream build their own sequence from these columns.
    names = [name for name in write.sequence_by if name in stored.columns]
    sequence = {name: at.getField(name) for name in names}
    tombstone = {**sequence, "_seq": at, "_deleted": F.lit(True)}
    return older.withColumns(tombstone).drop(_AT)
