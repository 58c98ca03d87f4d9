"""Write the rejected rows of a batch, and delete what it computes again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.batch.transform.backfill_filter import quarantined_between
from lakesmith.column_refs import named
from lakesmith.columns import RAW
from lakesmith.quality.raw import raw_text, raw_type
from lakesmith.tables.commit import find, identify, write, writer
from lakesmith.tables.create import RETENTION
from lakesmith.transforms.raw_values import as_one_text, raw_values
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames
    from lakesmith.tables.ref import TableRef

_SHAPE = "_shape"
_TEXT = "_text"
_VALUES = "_values"


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
        _delete_read_again(read_again.select(raw.alias(RAW)), quarantine)
    else:
        _delete_read_again(frames.replay.tagged, quarantine)


def write_quarantine(
    frames: BatchFrames, counts: Mapping[str, int] | None = None
) -> int:
    """Write the rejected rows, and return the quarantine's version.

    Parameters
    ----------
    frames : BatchFrames
    counts : mapping of str to int, optional
        The metrics of the gate. Rules that no row fails are not evaluated again.

    Returns
    -------
    int

    Notes
    -----
    *Columns* of what is written: ``_batch_id`` BIGINT, ``_run_id`` STRING, ``_quarantined_at``
    TIMESTAMP, ``_reasons`` ARRAY<STRUCT<check, column, value>>, ``_raw`` STRING (JSON),
    ``_source_file`` STRING.

    Reads the batch's input once more; called only when bad rows were counted.
    """
    batch = frames.batch
    commit = batch.commit_id("quarantine")
    quarantine = batch.table.quarantine
    rows = frames.rejected(counts).transform(as_quarantined(batch))

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


def _delete_read_again(again: DataFrame, quarantine: TableRef) -> None:
    """Delete the rows that the batch reads again, by the values of their raw input.

    *Columns*: those of `raw_text`.
    """
    name = quarantine.sql_name
    stored = quarantine.load(again.sparkSession)
    kind = raw_type(again)
    values = again.transform(raw_text).select(
        raw_values(named(RAW), kind).alias(_VALUES)
    )
    texts = _same_rows(stored, values, kind).alias("s")
    is_same = F.col(f"{name}.{RAW}") == F.col(f"s.{RAW}")
    texts.mergeInto(name, is_same).whenMatched().delete().merge()


def _same_rows(stored: DataFrame, again: DataFrame, kind: StructType) -> DataFrame:
    """Return the stored texts of the rows that a batch reads again.

    A row is compared by the fields that it had, since the upstream may have had fewer then.

    *Columns*: needs ``_raw`` STRING in `stored` and ``_values`` in `again` -> exactly ``_raw``,
    once for each text.
    """
    texts = stored.select(RAW).distinct()
    names = F.array_sort(F.json_object_keys(RAW)).alias(_SHAPE)
    values = raw_values(named(RAW), kind)
    known = texts.select(RAW, names, as_one_text(values).alias(_TEXT))
    shapes = known.select(_SHAPE).distinct()
    both = again.crossJoin(F.broadcast(shapes))
    is_stored = F.map_filter(_VALUES, lambda name, _: F.array_contains(_SHAPE, name))
    compared = both.select(_SHAPE, as_one_text(is_stored).alias(_TEXT))
    return known.join(compared, [_SHAPE, _TEXT], "left_semi").select(RAW)
