"""Keys with an event that came late: their versions are derived anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import stages
from lakesmith.column_refs import named, same_key
from lakesmith.columns import CHANGE, KEPT, RESCUED, VALID_FROM, VALID_TO, VALIDITY
from lakesmith.spec.rules.inputs import changes_rows
from lakesmith.tables.ref import HIDDEN
from lakesmith.tables.watermark import as_text
from lakesmith.tables.writes import newest_first
from lakesmith.transforms.keys.dedupe import latest_by
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.scd2 import instant_of, sequence_at, timeline

BEGUN = "_begun"
FRESH = "_fresh"


@dataclass(frozen=True)
class Late:
    """The events of the late keys of a batch, and what the table holds of the batch's keys."""

    batch: BatchContext
    keys: Sequence[str]
    track: Sequence[str]
    events: DataFrame
    held: DataFrame


def versions_of_late(late: Late) -> DataFrame:
    """Return what changes in the versions of the late keys.

    Returns
    -------
    DataFrame
        *Columns*: the table's, and ``_change`` STRING: insert, update, delete, NULL for what stays as it is.

    Notes
    -----
    From all rows of the upstream where those stay as they arrived: an event that was equal to its neighbour then may
    be one that counts now; columns that the spec has no more are taken from the versions that the table holds. From an
    upstream that keeps the newest row of a key nothing older can be read: there these versions stand for the events.
    """
    known = _of_late(late.held, late)
    return _difference(
        _events_so_far(late, known).transform(timeline(late.keys, late.track)),
        known,
        late.keys,
    )


def _events_so_far(late: Late, known: DataFrame) -> DataFrame:
    if keeps_what_arrived(late.batch):
        batch = late.batch.from_the_beginning()
        spec = late.batch.spec
        told = stages(batch)
        final = (
            told.filled(batch).drop(KEPT) if spec.write.leaves_values else told.final
        )
        rescued = (RESCUED,) if spec.on_schema_change == "rescue" else ()
        brought = {*(spec.columns or told.tagged.columns), *VALIDITY, *HIDDEN, *rescued}
        lost = [name for name in known.columns if name not in brought]
        events = _of_late(final, late)
        return _with_lost_values(late, events, known, lost) if lost else events
    return _with_held(late, known)


def _with_lost_values(
    late: Late, events: DataFrame, known: DataFrame, lost: Sequence[str]
) -> DataFrame:
    """Give events what only the table holds of them: the values of the version that covers their instant.

    An event that this batch brings has none, unless it may have come before: then it is equal to that version.
    """
    at = instant_of(events)
    mine = F.col(f"e._seq.`{at}`")
    came = F.col(f"n._seq.`{at}`")
    new = late.events.select(*map(named, late.keys), "_seq").alias("n")
    covers = (F.col(f"h.{VALID_FROM}") <= mine) & F.coalesce(
        mine < F.col(f"h.{VALID_TO}"), F.lit(True)
    )
    both = (
        events.alias("e")
        .join(new, same_key("e", "n", late.keys) & (mine == came), "left")
        .join(known.alias("h"), same_key("e", "h", late.keys) & covers, "left")
    )
    is_same = _same_values(
        known, [name for name in late.track if name not in lost], "eh"
    )
    values = [
        F.when(came.isNull() | is_same, F.col(f"h.`{name}`")).alias(name)
        for name in lost
    ]
    return both.select(
        *[F.col(f"e.`{name}`") for name in events.columns if name not in lost], *values
    )


def keeps_what_arrived(batch: BatchContext) -> bool:
    """Tell whether the upstream still has every event."""
    return not changes_rows(batch.project.table(batch.spec.from_))


def _of_late(rows: DataFrame, late: Late) -> DataFrame:
    keys = late.events.select(*map(named, late.keys)).distinct()
    return rows.alias("t").join(
        keys.alias("k"), same_key("t", "k", late.keys), "left_semi"
    )


def _with_held(late: Late, known: DataFrame) -> DataFrame:
    events = late.events.withColumns(
        {BEGUN: F.lit(True), FRESH: F.lit(late.batch.follows)}
    )
    both = as_events(known).unionByName(events, allowMissingColumns=True)
    placed = both.withColumn("_at", F.col("_seq").getField(instant_of(both)))
    # What only ends a version gives way to any event of its instant.
    others = [name for name in newest_first(late.events.columns) if name != "_seq"]
    one = placed.transform(
        latest_by([*late.keys, "_at"], [BEGUN, "_seq", FRESH, *others])
    )
    return one.drop("_at", BEGUN, FRESH)


def newest_ever(batch: BatchContext, rows: DataFrame, kind: str) -> str | None:
    """Return the greatest instant up to this batch, where the table's log does not say it any more. One job."""
    at = F.col("_seq").getField(instant_of(rows))
    if keeps_what_arrived(batch):
        told = stages(batch.from_the_beginning()).final.agg(as_text(F.max(at), kind))
    else:
        held = batch.table.load(batch.session).select(
            F.greatest(VALID_FROM, VALID_TO).alias("at")
        )
        told = held.unionAll(rows.select(at)).agg(as_text(F.max("at"), kind))
    text: str | None = told.collect()[0][0]
    return text


def as_events(versions: DataFrame) -> DataFrame:
    """Turn versions into the events that they come from: each begins with one, and one deletes where none follows on.

    *Columns*: needs a table's with ``_seq`` and `valid_to` -> the same without validity, ``_deleted`` BOOLEAN, and
    ``_begun`` BOOLEAN, false for what only ends a version: a delete, unless another version begins at its instant.
    """
    begun = versions.withColumn("_deleted", F.lit(False)).withColumn(BEGUN, F.lit(True))
    ended = (
        versions.filter(named(VALID_TO).isNotNull())
        .withColumn("_seq", sequence_at(versions, named(VALID_TO)))
        .withColumn("_deleted", F.lit(True))
        .withColumn(BEGUN, F.lit(False))
    )
    return begun.unionByName(ended).drop(*VALIDITY)


def _difference(wanted: DataFrame, held: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Say which versions a table gets, loses, or holds otherwise."""
    names = held.columns
    by = [*keys, VALID_FROM]
    mine = wanted.select(*map(named, names), F.lit(True).alias("_wanted")).alias("w")
    theirs = held.withColumn("_held", F.lit(True)).alias("h")
    both = mine.join(theirs, same_key("w", "h", by), "full_outer")
    values = [
        F.when(F.col("w._wanted"), F.col(f"w.`{name}`"))
        .otherwise(F.col(f"h.`{name}`"))
        .alias(name)
        for name in names
    ]
    change = (
        F.when(F.col("h._held").isNull(), "insert")
        .when(F.col("w._wanted").isNull(), "delete")
        .when(~_same_values(held, names), "update")
    )
    return both.select(*values, change.alias(CHANGE))


def _same_values(held: DataFrame, names: Sequence[str], sides_of: str = "wh") -> Column:
    sides = [
        F.struct(
            *[
                orderable(F.col(f"{side}.`{name}`"), held.schema[name].dataType)
                for name in names
            ]
        )
        for side in sides_of
    ]
    return sides[0].eqNullSafe(sides[1])
