"""Derive the versions of keys that have late events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.frames import full_history
from lakesmith.batch.write.key_joins import column_in, event_time, having, keys_of
from lakesmith.column_refs import named, same_key
from lakesmith.columns import (
    CHANGE,
    HIDDEN,
    KEPT,
    RESCUED,
    VALID_FROM,
    VALID_TO,
    VALIDITY,
)
from lakesmith.spec.change_semantics import changes_rows
from lakesmith.tables.upsert.precedence import newest_first
from lakesmith.tables.watermark import as_text
from lakesmith.transforms.keys.dedupe import latest_by
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.scd2 import instant_of, sequence_at, timeline

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext

_BEGUN = "_begun"
_FRESH = "_fresh"


@dataclass(frozen=True)
class LateEvents:
    """The events of the late keys of a batch, and the stored versions of the batch's keys."""

    batch: BatchContext
    keys: Sequence[str]
    track: Sequence[str]
    events: DataFrame
    stored: DataFrame


def versions_of_late(late: LateEvents) -> DataFrame:
    """Return what changes in the versions of the late keys.

    Returns
    -------
    DataFrame
        *Columns*: the table's, and ``_change`` STRING: insert, update, delete, NULL for an
        unchanged version.

    Notes
    -----
    Where the upstream keeps all its rows, the versions are derived from all of them. An event
    that was equal to its neighbour then may begin a version now. Columns that the spec has no
    longer are taken from the stored versions. An upstream that keeps the newest row of a key
    has nothing older to read. The stored versions then stand for the events.
    """
    stored = _of_late(late.stored, late)
    versions = _all_events(late, stored).transform(timeline(late.keys, late.track))
    return _difference(versions, stored, late.keys)


def keeps_raw_input(batch: BatchContext) -> bool:
    """Return whether the upstream still has every event."""
    return not changes_rows(batch.project.table(batch.spec.from_))


def newest_ever(batch: BatchContext, rows: DataFrame, kind: str) -> str | None:
    """Return the greatest event time up to this batch, as text of type `kind`.

    One job, for a table whose log does not have it any more.
    """
    if keeps_raw_input(batch):
        events = full_history(batch).final
        times = events.select(event_time(events).alias("at"))
    else:
        table = batch.table.load(batch.session)
        edge = F.greatest(VALID_FROM, VALID_TO)
        stored = table.select(edge.alias("at"))
        of_batch = rows.select(event_time(rows))
        times = stored.unionAll(of_batch)
    newest = as_text(F.max("at"), kind)
    text: str | None = times.agg(newest).collect()[0][0]
    return text


def as_events(versions: DataFrame) -> DataFrame:
    """Turn versions into the events that they come from.

    Each version begins with an event. A delete ends one that no other version follows.

    Returns
    -------
    DataFrame
        *Columns*: needs a table's with ``_seq`` and `valid_to` -> the same without validity,
        ``_deleted`` BOOLEAN, and ``_begun`` BOOLEAN, false for what only ends a version (a
        delete, unless another version begins at its event time).

    Examples
    --------
    >>> stored = spark.sql(
    ...     "SELECT 1 AS id, named_struct('at', 5) AS _seq, "
    ...     "5 AS valid_from, 9 AS valid_to, false AS is_current"
    ... )
    >>> as_events(stored).show()
    +---+----+--------+------+
    | id|_seq|_deleted|_begun|
    +---+----+--------+------+
    |  1| {5}|   false|  true|
    |  1| {9}|    true| false|
    +---+----+--------+------+
    <BLANKLINE>
    """
    begun = versions.withColumn("_deleted", F.lit(False))
    ended = (
        versions.filter(named(VALID_TO).isNotNull())
        .withColumn("_seq", sequence_at(versions, named(VALID_TO)))
        .withColumn("_deleted", F.lit(True))
        .withColumn(_BEGUN, F.lit(False))
    )
    return begun.withColumn(_BEGUN, F.lit(True)).unionByName(ended).drop(*VALIDITY)


def _all_events(late: LateEvents, stored: DataFrame) -> DataFrame:
    """Return all events of the late keys, as far as they can be read again."""
    if not keeps_raw_input(late.batch):
        return _with_stored(late, stored)
    batch = late.batch.from_the_beginning()
    spec = batch.spec
    replay = full_history(late.batch)
    is_partial = spec.write.leaves_values
    rows = replay.filled(batch).drop(KEPT) if is_partial else replay.final
    events = _of_late(rows, late)
    given = {*(spec.columns or replay.tagged.columns), *VALIDITY, *HIDDEN}
    if spec.on_schema_change == "rescue":
        given.add(RESCUED)
    lost = [name for name in stored.columns if name not in given]
    if not lost:
        return events
    return _with_lost_values(late, events, stored, lost)


def _with_lost_values(
    late: LateEvents, events: DataFrame, stored: DataFrame, lost: Sequence[str]
) -> DataFrame:
    """Add the values that only the table has, from the version at the time of each event.

    An event of this batch has none, unless the table has it already. It is then equal to its
    version.
    """
    at = instant_of(events)
    time = F.col(f"e._seq.`{at}`")
    new_time = F.col(f"n._seq.`{at}`")
    new = late.events.select(*map(named, late.keys), "_seq")
    is_new = same_key("e", "n", late.keys) & (time == new_time)
    is_after = F.col(f"h.{VALID_FROM}") <= time
    ended = F.col(f"h.{VALID_TO}")
    is_before = F.coalesce(time < ended, F.lit(True))
    is_covered = same_key("e", "h", late.keys) & is_after & is_before
    both = (
        events.alias("e")
        .join(new.alias("n"), is_new, "left")
        .join(stored.alias("h"), is_covered, "left")
    )
    compared = [name for name in late.track if name not in lost]
    is_known = new_time.isNull() | _same_values(stored, compared, "eh")
    kept = [name for name in events.columns if name not in lost]
    return both.select(
        *[column_in("e", name) for name in kept],
        *[F.when(is_known, column_in("h", name)).alias(name) for name in lost],
    )


def _of_late(rows: DataFrame, late: LateEvents) -> DataFrame:
    return having(rows, keys_of(late.events, late.keys), late.keys)


def _with_stored(late: LateEvents, stored: DataFrame) -> DataFrame:
    """Return the events of a batch among those that the stored versions stand for."""
    is_fresh = F.lit(late.batch.upstream_decides)
    marks = {_BEGUN: F.lit(True), _FRESH: is_fresh}
    events = late.events.withColumns(marks)
    known = as_events(stored)
    both = known.unionByName(events, allowMissingColumns=True)
    placed = both.withColumn("_at", event_time(both))
    # An event that only ends a version gives way to any other event of its time.
    columns = newest_first(late.events.columns)
    others = [name for name in columns if name != "_seq"]
    order = [_BEGUN, "_seq", _FRESH, *others]
    by = [*late.keys, "_at"]
    newest = placed.transform(latest_by(by, order))
    return newest.drop("_at", _BEGUN, _FRESH)


def _difference(
    versions: DataFrame, stored: DataFrame, keys: Sequence[str]
) -> DataFrame:
    """Return which versions a table gets, changes and loses."""
    names = stored.columns
    wanted = versions.select(*map(named, names)).withColumn("_wanted", F.lit(True))
    held = stored.withColumn("_held", F.lit(True))
    is_same = same_key("w", "h", [*keys, VALID_FROM])
    both = wanted.alias("w").join(
        held.alias("h"),
        is_same,
        "full_outer",
    )
    is_wanted = F.col("w._wanted")
    values = [
        F.when(is_wanted, column_in("w", name))
        .otherwise(column_in("h", name))
        .alias(name)
        for name in names
    ]
    change = (
        F.when(F.col("h._held").isNull(), "insert")
        .when(is_wanted.isNull(), "delete")
        .when(~_same_values(stored, names), "update")
    )
    return both.select(*values, change.alias(CHANGE))


def _same_values(stored: DataFrame, names: Sequence[str], sides: str = "wh") -> Column:
    """Return whether both sides of a join have equal values in some columns."""
    types = {name: stored.schema[name].dataType for name in names}

    def values(side: str) -> Column:
        columns = [orderable(column_in(side, name), types[name]) for name in names]
        return F.struct(*columns)

    return values(sides[0]).eqNullSafe(values(sides[1]))
