"""What a batch of events changes in a table that keeps versions: found before the write, one frame of versions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.gate.partial_events import fill, is_partial
from lakesmith.batch.write.change_set import (
    SIDE,
    Changes,
    Keep,
    count_changes,
    few_changes,
)
from lakesmith.batch.write.late_events import Late, newest_ever, versions_of_late
from lakesmith.column_refs import named, same_key
from lakesmith.columns import (
    CHANGE,
    IS_CURRENT,
    KEPT,
    STORED,
    VALID_FROM,
    VALID_TO,
    VALIDITY,
)
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.pruning.key_promise import broken_promise, refuse_broken
from lakesmith.tables.pruning.null_bounds import loosened
from lakesmith.tables.watermark import Watermark, as_text, find_watermark
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.keys.key_promise import broken_in
from lakesmith.transforms.scd2 import instant_of, timeline, tracked

LATE = "_late"
VERSIONS = {
    "insert": "versionsInserted",
    "update": "versionsUpdated",
    "delete": "versionsDeleted",
}


@dataclass(frozen=True)
class Events:
    """The events of a batch: kept, so that they are computed once, and looked at.

    Parameters
    ----------
    rows : DataFrame
        One event for each key and instant, with ``_late`` BOOLEAN.
    keys, track : sequence of str
    count : int
    late : int
        Keys that have an event which is not newer than all earlier batches.
    seen, newest : Watermark, optional
        The greatest instant before this batch, and after it.
    partial : bool
        Whether events of the batch leave values as they were.
    """

    rows: DataFrame
    keys: Sequence[str]
    track: Sequence[str]
    count: int
    late: int
    seen: Watermark | None
    newest: Watermark | None
    partial: bool = False

    @property
    def instant(self) -> str:
        """The field of ``_seq`` that says when an event happened."""
        return instant_of(self.rows)

    def of(self, *, late: bool) -> DataFrame:
        """Return the events of the keys that are late, or of the others."""
        return self.rows.filter(named(LATE) if late else ~named(LATE)).drop(LATE)


def look_at(gated: Gated, keep: Keep) -> Events:
    """Keep the events of a batch and find out which keys are late.

    Notes
    -----
    The input is read once, here: whatever follows reads what was kept. Two jobs.
    """
    batch = gated.batch
    rows = gated.rows
    write = batch.spec.write
    kind = rows.select(F.col("_seq").getField(instant_of(rows))).dtypes[0][1]
    seen = (
        None if batch.intent.first else find_watermark(batch.session, batch.table, kind)
    )
    is_known = batch.intent.first or seen is not None
    at = F.col("_seq").getField(instant_of(rows))
    oldest = F.min(at).over(Window.partitionBy(*map(named, write.keys)))
    late = (oldest <= seen.column()) if seen else F.lit(not is_known)
    kept = keep(rows.withColumn(LATE, late))
    implied = unproven(batch.spec)
    broken = broken_in(write.keys, implied) if implied else F.lit(None).cast("string")
    of_keys = kept.groupBy(*map(named, write.keys)).agg(
        F.count(F.lit(1)).alias("_n"),
        F.max(at).alias("_newest"),
        F.first(LATE).alias(LATE),
        broken.alias("_broken"),
        F.max(is_partial(kept)).alias("_partial"),
    )
    newest = F.greatest(F.max("_newest"), seen.column()) if seen else F.max("_newest")
    figures = [
        F.sum("_n"),
        as_text(newest, kind),
        F.count_if(LATE),
        F.max("_broken"),
        F.max("_partial"),
    ]
    (found,) = of_keys.agg(*figures).collect()
    if found[3] is not None:
        raise broken_promise(batch.name, json.loads(found[3]))
    text = found[1] if is_known else newest_ever(batch, kept.drop(LATE), kind)
    watermark = None if text is None else Watermark(kind, text)
    track = tracked(rows.columns, write.keys, write.track_history_columns)
    partial = bool(found[4])
    events = (
        keep(gated.plain().filled(batch).withColumn(LATE, late)) if partial else kept
    )
    return Events(
        events, write.keys, track, found[0] or 0, found[2], seen, watermark, partial
    )


def history_changes(gated: Gated, keep: Keep) -> Changes:
    """Find the versions that the events of a batch insert, update (close, or give other values) and delete.

    Notes
    -----
    Keys in order read the current versions of these keys only. Late ones are derived anew: from all rows of the
    upstream, where those stay as they arrived; else from the versions that the table holds.
    """
    batch = gated.batch
    events = look_at(gated, keep)
    version = (
        -1
        if batch.intent.first
        else newest_commits(batch.session, batch.table, 1)[0].version
    )
    rows = keep(_versions(batch, events, version).filter(named(CHANGE).isNotNull()))
    few = few_changes(rows, [*events.keys, VALID_FROM, *batch.spec.write.key_implies])
    versions = count_changes(rows) if few is None else Counter(few[CHANGE].to_pylist())
    counts = _counts(rows, events) | {
        VERSIONS[change]: number for change, number in versions.items()
    }
    by = (*events.keys, VALID_FROM)
    changed = sum(versions.values())
    return Changes(
        rows, by, changed, counts, version, few, events.newest, _still_open(events)
    )


def _versions(batch: BatchContext, events: Events, version: int) -> DataFrame:
    if batch.intent.first:
        return (
            events.of(late=False)
            .drop(KEPT)
            .transform(timeline(events.keys, events.track))
        )
    held = _held(batch, events, version)
    changes = _in_order(batch, events, held)
    if not events.late:
        return changes
    late = Late(batch, events.keys, events.track, events.of(late=True), held)
    return changes.unionByName(versions_of_late(late))


def _still_open(events: Events) -> str:
    """Bound the versions that events in order can change, so that no file of closed ones is opened."""
    after = events.seen.sql() if events.seen and not events.late else None
    return (
        f"({SIDE}`{VALID_TO}` IS NULL OR {SIDE}`{VALID_TO}` > {after})" if after else ""
    )


def _counts(rows: DataFrame, events: Events) -> dict[str, int]:
    """Count the events that begin a version as inserted, those that only end one as deleted."""
    at_edges = [
        F.struct(named(at).alias("_at"), F.lit(at).alias("_edge"))
        for at in (VALID_FROM, VALID_TO)
    ]
    held = rows.filter(named(CHANGE) != "delete")
    edges = held.select(*map(named, events.keys), F.inline(F.array(*at_edges)))
    # Where one version ends and another begins, the event begins it: its name is the smaller one.
    edge = edges.groupBy(*map(named, events.keys), "_at").agg(
        F.min("_edge").alias("_edge")
    )
    same = same_key("e", "v", events.keys) & (
        F.col("e._seq").getField(events.instant) == F.col("v._at")
    )
    met = (
        events.rows.alias("e")
        .join(edge.alias("v"), same)
        .groupBy("_edge")
        .count()
        .collect()
    )
    found = {row["_edge"]: row["count"] for row in met}
    inserted = found.get(VALID_FROM, 0)
    deleted = found.get(VALID_TO, 0)
    return {
        "numSourceRows": events.count,
        "numTargetRowsInserted": inserted,
        "numTargetRowsUpdated": 0,
        "numTargetRowsDeleted": deleted,
    }


def _held(batch: BatchContext, events: Events, version: int) -> DataFrame:
    """Return what the table may hold of the batch's keys."""
    found = find_touched(events.rows, [*events.keys, *batch.spec.write.key_implies])
    touched = loosened(found, events.keys, events.rows.columns)
    refuse_broken(events.rows, batch.table, batch.spec, touched, version)
    held = batch.table.load(batch.session, versionAsOf=version).filter(touched.sql())
    table = held.transform(with_defaults(batch.spec.columns))
    keys = events.rows.select(*map(named, events.keys)).distinct()
    return table.alias("t").join(
        keys.alias("k"), same_key("t", "k", events.keys), "left_semi"
    )


def _in_order(batch: BatchContext, events: Events, held: DataFrame) -> DataFrame:
    fresh = events.of(late=False).withColumn(STORED, F.lit(False))
    current = (
        held.filter(named(IS_CURRENT)).drop(*VALIDITY).withColumn(STORED, F.lit(True))
    )
    if events.late:
        late = events.of(late=True).select(*map(named, events.keys)).distinct()
        current = current.alias("t").join(
            late.alias("k"), same_key("t", "k", events.keys), "left_anti"
        )
    both = fresh.unionByName(current, allowMissingColumns=True)
    told = fill(batch.spec, both) if events.partial else both
    return told.drop(KEPT).transform(timeline(events.keys, events.track))
