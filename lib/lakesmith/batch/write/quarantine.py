"""Write the rejected rows of a batch, and delete what it computes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.transform.backfill_filter import quarantined_between
from lakesmith.column_refs import named
from lakesmith.columns import RAW
from lakesmith.quality.gate import raw_text
from lakesmith.tables.commit import find, identify, write, writer
from lakesmith.tables.create import RETENTION
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.ref import TableRef

_FIELDS = "MAP<STRING, STRING>"


def clear_quarantine(frames: BatchFrames) -> None:
    """Delete the quarantined rows that the batch computes again.

    Notes
    -----
    A batch that replaces the whole table replaces the whole quarantine. A backfill deletes
    the rows that it read again, whether they pass now or not. So does a batch those that a change
    of an input touches.
    """
    batch = frames.batch
    quarantine = batch.table.quarantine
    unit = batch.spec.write.recompute_unit
    replaces_rows = unit in ("partition", "table")
    read_again = None if batch.intent.is_replay else frames.inputs.read_again
    is_replaced = bool(batch.intent.first or batch.intent.dates or replaces_rows)
    is_recomputed = is_replaced or read_again is not None
    if not is_recomputed or not quarantine.exists(batch.session):
        return
    if find(batch.session, quarantine, batch.commit_id("quarantine")) is not None:
        # The rows of this batch are there, and they came after the clearing.
        return
    identify(batch.session, batch.commit_id("clear"))
    if batch.intent.first or unit == "table":
        quarantine.delete_rows(batch.session, f"_batch_id < {batch.intent.batch}")
    elif unit == "group":
        quarantine.delete_rows(batch.session, quarantined_between(batch))
    elif read_again is not None:
        raw = F.struct(*map(named, read_again.columns))
        texts = read_again.select(raw.alias(RAW)).transform(raw_text)
        _delete_read_again(texts, quarantine)
    else:
        _delete_read_again(frames.raw_input(), quarantine)


def write_quarantine(frames: BatchFrames) -> int:
    """Write the rejected rows, and return the quarantine's version.

    *Columns*: ``_batch_id`` BIGINT, ``_run_id`` STRING, ``_quarantined_at`` TIMESTAMP,
    ``_reasons`` ARRAY<STRUCT<check, column, value>>, ``_raw`` STRING (JSON),
    ``_source_file`` STRING.

    Notes
    -----
    Reads the batch's input once more; called only when bad rows were counted.
    """
    batch = frames.batch
    commit = batch.commit_id("quarantine")
    quarantine = batch.table.quarantine
    rows = frames.rejected().transform(as_quarantined(batch))

    def action() -> None:
        quarantine.save(writer(rows, commit).options(**RETENTION))

    return write(batch.session, quarantine, commit, action).version


def as_quarantined(batch: BatchContext) -> Transform:
    """Return rejected rows as the quarantine has them.

    *Columns*: needs ``_reasons`` and ``_raw`` -> exactly those of `write_quarantine`.
    """
    run_time = F.lit(batch.intent.run_time).cast("timestamp")
    return lambda rows: rows.select(
        F.lit(batch.intent.batch).cast("bigint").alias("_batch_id"),
        F.lit(batch.run_id).alias("_run_id"),
        run_time.alias("_quarantined_at"),
        "_reasons",
        "_raw",
        F.get_json_object("_raw", "$._source_file").alias("_source_file"),
    )


def _delete_read_again(raw_input: DataFrame, quarantine: TableRef) -> None:
    """Delete the rows that the batch reads again, by their raw text."""
    name = quarantine.sql_name
    stored = F.from_json(f"{name}._raw", _FIELDS)
    is_same = F.to_json(stored) == F.col("s._text")
    again = _as_quarantined(raw_input, quarantine).alias("s")
    again.mergeInto(name, is_same).whenMatched().delete().merge()


def _as_quarantined(raw_input: DataFrame, quarantine: TableRef) -> DataFrame:
    """Return the raw rows of a batch as the quarantine has them.

    *Columns*: ``_text`` STRING, once for each set of fields in the quarantine, since the
    upstream may have had fewer columns then.
    """
    shape = F.json_object_keys("_raw").alias("_shape")
    stored = quarantine.load(raw_input.sparkSession)
    shapes = stored.select(shape).distinct()
    both = raw_input.crossJoin(F.broadcast(shapes))
    fields = F.from_json("_raw", _FIELDS)

    def is_stored(name: Column, value: Column) -> Column:
        return F.array_contains("_shape", name)

    of_shape = F.map_filter(fields, is_stored)
    text = F.to_json(of_shape)
    return both.select(text.alias("_text")).distinct()
