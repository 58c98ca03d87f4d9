"""Compare a full snapshot of the source with the table, so that missing rows are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.batch.frames import BatchFrames, full_history
from lakesmith.batch.write.change_set import (
    Changes,
    Keep,
    count_changes,
    few_changes,
    version_before,
    watermark_before,
)
from lakesmith.batch.write.key_joins import column_in, event_time
from lakesmith.batch.write.late_events import newest_ever
from lakesmith.batch.write.quarantined_keys import (
    find_quarantined,
    quarantined_keys,
    rows_before,
)
from lakesmith.column_refs import named, same_key
from lakesmith.columns import CHANGE, HIDDEN
from lakesmith.quality.guards import ROWS_BEFORE
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.watermark import Watermark, as_text
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.keys.key_promise import (
    broken_json,
    differing,
    fail_where_broken,
)
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.scd2 import sequence_at

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext

_SAME = "same"
_STILL_MISSING = "still missing"
_BACK = "back"
_CHANGING = ("insert", "update", "delete", _BACK)


@dataclass(frozen=True)
class Snapshot:
    """The newest snapshot of the source.

    Parameters
    ----------
    rows : DataFrame
        The rows that the table is to have.
    stays : DataFrame
        The keys whose rows stay as they are in the table.
    newest : Watermark, optional
        The time of the snapshot; None where no row has one yet.
    """

    rows: DataFrame
    stays: DataFrame
    newest: Watermark | None


def snapshot_changes(frames: BatchFrames, keep: Keep) -> Changes:
    """Find what the newest snapshot inserts, updates and deletes.

    Notes
    -----
    The snapshot with the greatest first column of `sequence_by` is the table. Older ones
    change nothing, whenever they come, except for quarantined rows of the newest one. Their
    keys stay as the snapshots before left them. A part of a snapshot that the table has
    already, or knows from quarantined rows only, is read together with all others, from the
    upstream. Rows that the snapshot lacks become tombstones. Reads the whole table, since
    a missing row names no key.
    """
    batch = frames.batch
    write = batch.spec.write
    rows = keep(frames.rows)
    count, seen, newest = _times(batch, rows)
    version = version_before(batch)
    snapshot = Snapshot(rows.limit(0), rows.limit(0), None)
    if newest:
        snapshot = _newest_snapshot(frames, rows, seen, newest)
    compared = keep(_compare(batch, snapshot, version))
    kinds = count_changes(compared)
    is_insert = named(CHANGE) == "insert"
    change = F.when(is_insert, "insert").otherwise("update")
    changed = compared.filter(named(CHANGE).isin(*_CHANGING)).withColumn(CHANGE, change)
    return Changes(
        rows=changed,
        by=write.keys,
        changed=sum(kinds.get(kind, 0) for kind in _CHANGING),
        counts=_counts(count, kinds),
        version=version,
        few=few_changes(changed, [*write.keys, *write.key_implies]),
        watermark=snapshot.newest,
    )


def _times(
    batch: BatchContext, rows: DataFrame
) -> tuple[int, Watermark | None, Watermark | None]:
    """Return the number of rows, and the newest snapshot before the batch and with it."""
    at = event_time(rows)
    kind = rows.select(at).dtypes[0][1]
    newest = F.max(at)
    seen = watermark_before(batch, kind)
    if seen:
        newest = F.greatest(newest, seen.column())
    count = F.count(F.lit(1))
    (metrics,) = rows.agg(
        count.alias("rows"), as_text(newest, kind).alias("newest")
    ).collect()
    text = metrics["newest"]
    if not seen and not batch.intent.first:
        text = newest_ever(batch, rows, kind)
    return metrics["rows"], seen, None if text is None else Watermark(kind, text)


def _newest_snapshot(
    frames: BatchFrames, rows: DataFrame, seen: Watermark | None, newest: Watermark
) -> Snapshot:
    """Find the newest snapshot in the batch if it is complete there, else in the upstream."""
    batch = frames.batch
    is_first = batch.intent.first
    by = batch.spec.write.sequence_by[0]
    replay = frames.replay
    bad = None
    is_whole = False
    if is_first:
        bad = find_quarantined(replay, by, newest, ())
    elif _is_next(seen, newest):
        ahead = seen.ahead if seen else None
        bad = find_quarantined(replay, by, newest, ahead or ())
        is_whole = not (bad.of_newest and bad.has_older)
    if bad is None or not (is_first or is_whole):
        replay = full_history(batch)
        rows = replay.final
        bad = find_quarantined(replay, by, newest, ())
    of_newest = rows.filter(event_time(rows) == newest.column())
    stays = quarantined_keys(
        replay,
        batch.spec.write.keys,
        by,
        newest,
    )
    if bad.of_newest and bad.has_older:
        before = rows_before(replay, rows, stays, by, newest)
        of_newest = of_newest.unionByName(before)
    if not (bad.of_newest and is_whole):
        stays = stays.limit(0)
    return Snapshot(
        of_newest,
        stays,
        replace(newest, ahead=bad.ahead),
    )


def _is_next(seen: Watermark | None, newest: Watermark) -> bool:
    """Return whether no batch before has seen a row of the newest snapshot."""
    if seen is None or seen.ahead is None:
        return False
    return newest.text not in (seen.text, *seen.ahead)


def _compare(batch: BatchContext, snapshot: Snapshot, version: int) -> DataFrame:
    """Return every row of snapshot and table with its change."""
    marked = snapshot.rows.withColumn("_deleted", F.lit(False))
    if batch.intent.first:
        return marked.withColumn(CHANGE, F.lit("insert"))
    table = batch.table.load(batch.session, versionAsOf=version)
    stored = table.transform(with_defaults(batch.spec.columns))
    if snapshot.newest is None:
        return stored.limit(0).withColumn(CHANGE, F.lit(_SAME))
    names = stored.columns
    keys = batch.spec.write.keys
    both = _joined(
        marked.select(*map(named, names)),
        stored,
        snapshot.stays,
        keys,
    )
    implied = unproven(batch.spec)
    if implied:
        both = both.filter(fail_where_broken(_broken(keys, implied)))
    change = _change(stored, [name for name in names if name not in HIDDEN])
    sequence = batch.spec.write.sequence_by[0]
    values = _values(
        snapshot.rows,
        stored.schema,
        snapshot.newest,
        sequence,
    )
    return both.select(*values, change.alias(CHANGE))


def _joined(
    wanted: DataFrame, stored: DataFrame, stays: DataFrame, keys: Sequence[str]
) -> DataFrame:
    """Join the rows of the snapshot as ``w``, those of the table as ``h``, and ``n``."""
    yes = F.lit(True)
    wanted = wanted.withColumn("_wanted", yes)
    held = stored.withColumn("_held", yes)
    marked = stays.withColumn("_stays", yes)
    is_same = same_key("w", "h", keys)
    both = wanted.alias("w").join(held.alias("h"), is_same, "full_outer")
    is_missing = same_key("h", "n", keys) & F.col("w._wanted").isNull()
    return both.join(marked.alias("n"), is_missing, "left")


def _broken(keys: Sequence[str], implied: Sequence[str]) -> Column:
    """Return both values where a row implies another one than the table's row of its key."""
    is_wanted = F.col("w._wanted").isNotNull()
    is_held = F.col("h._held").isNotNull()
    is_delete = F.lit(False)
    is_other = differing(implied, "w", "h", is_delete)
    of_key = _side("w", keys)
    of_table = F.struct(*_side("h", implied))
    of_rows = F.struct(*_side("w", implied))
    broken = broken_json(of_key, of_table, of_rows)
    return F.when(is_wanted & is_held & is_other, broken)


def _side(side: str, names: Sequence[str]) -> list[Column]:
    return [column_in(side, name).alias(name) for name in names]


def _change(stored: DataFrame, names: Sequence[str]) -> Column:
    """Return what becomes of a row, with one value more for each way to stay as it is."""
    equal = []
    for name in names:
        kind = stored.schema[name].dataType
        wanted = orderable(column_in("w", name), kind)
        held = orderable(column_in("h", name), kind)
        equal.append(wanted.eqNullSafe(held))
    is_same = reduce(Column.__and__, equal)
    is_missing = F.col("w._wanted").isNull()
    is_deleted = F.col("h._deleted")
    is_lost = is_missing & ~is_deleted
    return (
        F.when(F.col("h._held").isNull(), "insert")
        .when(is_lost & F.col("n._stays").isNull(), "delete")
        .when(is_lost, _SAME)
        .when(is_missing, _STILL_MISSING)
        .when(is_deleted, _BACK)
        .when(is_same, _SAME)
        .otherwise("update")
    )


def _values(
    snapshot: DataFrame, stored: StructType, newest: Watermark, sequence: str
) -> list[Column]:
    """Return the snapshot's values, or the table's as a tombstone at the snapshot's time."""
    time = newest.column()
    tombstone = {"_seq": sequence_at(snapshot, time), "_deleted": F.lit(True)}
    if sequence in stored.names:
        # Tables downstream build their own sequence from this column.
        tombstone[sequence] = time.cast(stored[sequence].dataType)
    return [
        F.when(F.col("w._wanted"), column_in("w", name))
        .otherwise(tombstone.get(name, column_in("h", name)))
        .alias(name)
        for name in stored.names
    ]


def _counts(read: int, kinds: Mapping[str, int]) -> dict[str, int]:
    """Count changes as a MERGE does, where a tombstone and a row that is back are updates."""
    inserted = kinds.get("insert", 0)
    deleted = kinds.get("delete", 0)
    updated = kinds.get("update", 0)
    changed = updated + kinds.get(_BACK, 0)
    return {
        "numSourceRows": read,
        "numTargetRowsInserted": inserted,
        "numTargetRowsUpdated": changed + deleted,
        "numTargetRowsDeleted": 0,
        "insertedTombstones": 0,
        "updatedTombstones": deleted,
        "numUnchangedRows": max(0, read - inserted - changed),
        ROWS_BEFORE: kinds.get(_SAME, 0) + updated + deleted,
    }
