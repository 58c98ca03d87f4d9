"""Find which versions of its keys a batch of events changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F

from lakesmith.batch.counts import VERSIONS
from lakesmith.batch.gate.partial_events import fill, is_partial
from lakesmith.batch.write.change_set import (
    SIDE,
    Changes,
    Keep,
    count_changes,
    few_changes,
    version_before,
    watermark_before,
)
from lakesmith.batch.write.key_joins import event_time, having, keys_of, lacking
from lakesmith.batch.write.late_events import (
    LateEvents,
    newest_ever,
    versions_of_late,
)
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
from lakesmith.tables.pruning.key_bounds import find_touched, with_nulls
from lakesmith.tables.upsert.key_promise import broken_promise, refuse_broken
from lakesmith.tables.watermark import Watermark, as_text
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.keys.key_promise import broken_in
from lakesmith.transforms.scd2 import instant_of, timeline, tracked

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.batch.frames import BatchFrames

_LATE = "_late"


@dataclass(frozen=True)
class Events:
    """The cached events of a batch, and what is known of them.

    Parameters
    ----------
    rows : DataFrame
        One event for each key and event time, with ``_late`` BOOLEAN.
    keys, track : sequence of str
    count : int
    late : int
        Keys with an event that is not newer than all earlier batches.
    seen, newest : Watermark, optional
        The greatest event time before this batch, and after it.
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

    def of(self, *, late: bool) -> DataFrame:
        """Return the events of the late keys, or of the others.

        *Columns*: those of `rows` without ``_late``.
        """
        return self.rows.filter(named(_LATE) if late else ~named(_LATE)).drop(_LATE)


def history_changes(frames: BatchFrames, keep: Keep) -> Changes:
    """Find the versions that a batch inserts, updates and deletes.

    Notes
    -----
    An update closes a version or gives it other values. Keys with events in order read their
    current versions only. Those of late keys are derived from all rows of the upstream, where
    these stay, else from the stored versions.
    """
    batch = frames.batch
    events = _cached_events(frames, keep)
    version = version_before(batch)
    versions = _versions(batch, events, version)
    rows = keep(versions.filter(named(CHANGE).isNotNull()))
    by = (*events.keys, VALID_FROM)
    few = few_changes(rows, [*by, *batch.spec.write.key_implies])
    kinds = count_changes(rows) if few is None else Counter(few[CHANGE].to_pylist())
    of_versions = {VERSIONS[change]: number for change, number in kinds.items()}
    return Changes(
        rows=rows,
        by=by,
        changed=sum(kinds.values()),
        counts=_counts(rows, events) | of_versions,
        version=version,
        few=few,
        watermark=events.newest,
        bounds=_still_open(events),
    )


def _cached_events(frames: BatchFrames, keep: Keep) -> Events:
    """Cache the events of a batch and find out which keys are late.

    Two jobs. The input is read once, here, and whatever follows reads the cache.
    """
    batch = frames.batch
    rows = frames.rows
    write = batch.spec.write
    kind = rows.select(event_time(rows)).dtypes[0][1]
    seen = watermark_before(batch, kind)
    is_known = batch.intent.first or seen is not None
    late = _is_late(rows, write.keys, seen, is_known)
    kept = keep(rows.withColumn(_LATE, late))
    summary = _summary(batch, kept, kind, seen)
    text = summary["newest"]
    if not is_known:
        text = newest_ever(batch, kept.drop(_LATE), kind)
    events = kept
    if summary["partial"]:
        events = keep(frames.replay.filled(batch).withColumn(_LATE, late))
    return Events(
        rows=events,
        keys=write.keys,
        track=tracked(rows.columns, write.keys, write.track_history_columns),
        count=summary["events"] or 0,
        late=summary["late"],
        seen=seen,
        newest=None if text is None else Watermark(kind, text),
        partial=bool(summary["partial"]),
    )


def _is_late(
    rows: DataFrame, keys: Sequence[str], seen: Watermark | None, is_known: bool
) -> Column:
    """Return whether a key has an event that is not newer than all earlier batches."""
    if seen is None:
        return F.lit(not is_known)
    of_key = Window.partitionBy(*map(named, keys))
    oldest = F.min(event_time(rows)).over(of_key)
    return oldest <= seen.column()


def _summary(
    batch: BatchContext, kept: DataFrame, kind: str, seen: Watermark | None
) -> Row:
    """Return the metrics of a batch of events in one job.

    Raises
    ------
    WriteError
        When events of one key differ in what the key implies.
    """
    keys = batch.spec.write.keys
    implied = unproven(batch.spec)
    broken = broken_in(keys, implied) if implied else F.lit(None).cast("string")
    of_keys = kept.groupBy(*map(named, keys)).agg(
        F.count(F.lit(1)).alias("_n"),
        F.max(event_time(kept)).alias("_newest"),
        F.first(_LATE).alias(_LATE),
        broken.alias("_broken"),
        F.max(is_partial(kept)).alias("_partial"),
    )
    newest = F.max("_newest")
    if seen:
        newest = F.greatest(newest, seen.column())
    (summary,) = of_keys.agg(
        F.sum("_n").alias("events"),
        as_text(newest, kind).alias("newest"),
        F.count_if(_LATE).alias("late"),
        F.max("_broken").alias("broken"),
        F.max("_partial").alias("partial"),
    ).collect()
    if summary["broken"] is not None:
        raise broken_promise(batch.name, json.loads(summary["broken"]))
    return summary


def _versions(batch: BatchContext, events: Events, version: int) -> DataFrame:
    if batch.intent.first:
        rows = events.of(late=False).drop(KEPT)
        return rows.transform(timeline(events.keys, events.track))
    stored = _stored(batch, events, version)
    changes = _in_order(batch, events, stored)
    if not events.late:
        return changes
    of_late = events.of(late=True)
    late = LateEvents(
        batch,
        events.keys,
        events.track,
        of_late,
        stored,
    )
    return changes.unionByName(versions_of_late(late))


def _still_open(events: Events) -> str:
    """Bound the versions that events in order can change, so that closed ones are skipped."""
    after = events.seen.sql() if events.seen and not events.late else None
    if not after:
        return ""
    ended = f"{SIDE}`{VALID_TO}`"
    return f"({ended} IS NULL OR {ended} > {after})"


def _counts(rows: DataFrame, events: Events) -> dict[str, int]:
    """Count events that begin a version as inserted, those that only end one as deleted."""
    edges = [
        F.struct(named(at).alias("_at"), F.lit(at).alias("_edge"))
        for at in (VALID_FROM, VALID_TO)
    ]
    keys = [named(key) for key in events.keys]
    is_kept = named(CHANGE) != "delete"
    remaining = rows.filter(is_kept)
    of_keys = remaining.select(*keys, F.inline(F.array(*edges)))
    # Where one version ends and another begins, the event begins it: its name is smaller.
    first = F.min("_edge").alias("_edge")
    edge = of_keys.groupBy(*keys, "_at").agg(first)
    at = instant_of(events.rows)
    time = F.col(f"e._seq.`{at}`")
    is_at_edge = same_key("e", "v", events.keys) & (time == F.col("v._at"))
    joined = events.rows.alias("e").join(edge.alias("v"), is_at_edge)
    counted = joined.groupBy("_edge").count().collect()
    by_edge = {row["_edge"]: row["count"] for row in counted}
    return {
        "numSourceRows": events.count,
        "numTargetRowsInserted": by_edge.get(VALID_FROM, 0),
        "numTargetRowsUpdated": 0,
        "numTargetRowsDeleted": by_edge.get(VALID_TO, 0),
    }


def _stored(batch: BatchContext, events: Events, version: int) -> DataFrame:
    """Return the versions that the table may have of the batch's keys."""
    rows = events.rows
    keys = events.keys
    spec = batch.spec
    columns = [*keys, *spec.write.key_implies]
    of_events = find_touched(rows, columns)
    touched = with_nulls(of_events, keys, rows.columns)
    refuse_broken(rows, batch.table, spec, touched, version)
    table = batch.table.load(batch.session, versionAsOf=version)
    pruned = table.filter(touched.sql())
    filled = pruned.transform(with_defaults(spec.columns))
    return having(filled, keys_of(rows, keys), keys)


def _in_order(batch: BatchContext, events: Events, stored: DataFrame) -> DataFrame:
    """Return how the events of keys that are not late change their current versions."""
    keys = events.keys
    current = stored.filter(named(IS_CURRENT))
    if events.late:
        late = keys_of(events.of(late=True), keys)
        current = lacking(current, late, keys)
    in_order = events.of(late=False)
    fresh = in_order.withColumn(STORED, F.lit(False))
    known = current.drop(*VALIDITY).withColumn(STORED, F.lit(True))
    both = fresh.unionByName(known, allowMissingColumns=True)
    if events.partial:
        both = fill(batch.spec, both)
    versions = timeline(keys, events.track)
    return both.drop(KEPT).transform(versions)
