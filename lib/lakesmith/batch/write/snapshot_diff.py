"""What a full extract changes in its table: it is compared with all rows, so that what is gone is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.batch.context import BatchContext
from lakesmith.batch.gate.frames import Gated, stages
from lakesmith.batch.write.change_set import Changes, Keep, count_changes, few_changes
from lakesmith.batch.write.late_events import newest_ever
from lakesmith.batch.write.quarantined_keys import kept_rows, keys_aside, look_aside
from lakesmith.column_refs import named, same_key
from lakesmith.columns import CHANGE
from lakesmith.quality.guards import ROWS_BEFORE
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.delta_log.history import newest_commits
from lakesmith.tables.ref import HIDDEN
from lakesmith.tables.watermark import Watermark, as_text, find_watermark
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.keys.key_promise import (
    broken_json,
    differing,
    fail_where_broken,
)
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.scd2 import instant_of, sequence_at

SAME = "same"
STILL_GONE = "still gone"
CHANGING = ("insert", "update", "delete", "back")


@dataclass(frozen=True)
class Extract:
    """The rows that the table is to have, the keys whose rows stay as the table has them, and the newest instant."""

    rows: DataFrame
    stays: DataFrame
    newest: Watermark | None


def extract_changes(gated: Gated, keep: Keep) -> Changes:
    """Find what the newest extract inserts, updates and deletes.

    Notes
    -----
    The extract with the greatest first column of `sequence_by` is the table; older ones change nothing, whenever they
    come, but for rows that the newest one names and the gate sets aside: these are as the extracts before left them.
    A part of an extract that the table knows already, or knows by rows set aside only, is read together with all
    others, from the upstream. Rows that the extract lacks become tombstones. Reads all of the table: a row that is
    gone names no key.
    """
    batch = gated.batch
    write = gated.batch.spec.write
    rows = keep(gated.rows)
    count, seen, newest = _look_at(batch, rows)
    version = (
        -1
        if batch.intent.first
        else newest_commits(batch.session, batch.table, 1)[0].version
    )
    extract = (
        _extract(gated, rows, seen, newest)
        if newest
        else Extract(rows.limit(0), rows.limit(0), None)
    )
    compared = keep(_compare(batch, extract, version))
    found = count_changes(compared)
    changed = compared.filter(named(CHANGE).isin(*CHANGING)).withColumn(
        CHANGE, F.when(named(CHANGE) == "insert", "insert").otherwise("update")
    )
    counts = _counts(count, found)
    number = sum(found.get(change, 0) for change in CHANGING)
    few = few_changes(changed, [*write.keys, *write.key_implies])
    return Changes(changed, write.keys, number, counts, version, few, extract.newest)


def _look_at(
    batch: BatchContext, rows: DataFrame
) -> tuple[int, Watermark | None, Watermark | None]:
    """Return how many rows came, the newest extract before the batch, and the newest one now."""
    at = F.col("_seq").getField(instant_of(rows))
    kind = rows.select(at).dtypes[0][1]
    seen = (
        None if batch.intent.first else find_watermark(batch.session, batch.table, kind)
    )
    newest = F.greatest(F.max(at), seen.column()) if seen else F.max(at)
    (found,) = rows.agg(F.count(F.lit(1)), as_text(newest, kind)).collect()
    text = found[1] if seen or batch.intent.first else newest_ever(batch, rows, kind)
    return found[0], seen, None if text is None else Watermark(kind, text)


def _extract(
    gated: Gated, rows: DataFrame, seen: Watermark | None, newest: Watermark
) -> Extract:
    """Find the newest extract: in the batch, where that tells all of it, else among all rows of the upstream."""
    batch = gated.batch
    write = gated.batch.spec.write
    is_first = gated.batch.intent.first
    told = gated.plain()
    by = write.sequence_by[0]
    ahead = seen.ahead if seen else None
    is_next = (
        seen is not None
        and ahead is not None
        and newest.text not in (seen.text, *ahead)
    )
    aside = look_aside(told, by, newest, ahead or ()) if is_first or is_next else None
    is_whole = (
        is_next and aside is not None and not (aside.of_newest and aside.has_older)
    )
    if aside is None or not (is_first or is_whole):
        told = stages(batch.from_the_beginning())
        rows = told.final
        aside = look_aside(told, by, newest, ())
    wanted = rows.filter(F.col("_seq").getField(instant_of(rows)) == newest.column())
    stays = keys_aside(told, write.keys, by, newest)
    if aside.of_newest and aside.has_older:
        wanted = wanted.unionByName(kept_rows(told, rows, stays, by, newest))
    if not (aside.of_newest and is_whole):
        stays = stays.limit(0)
    return Extract(wanted, stays, replace(newest, ahead=aside.ahead))


def _compare(batch: BatchContext, extract: Extract, version: int) -> DataFrame:
    """Return every row of extract and table, with what becomes of it: insert, update, delete, back, same."""
    marked = extract.rows.withColumn("_deleted", F.lit(False))
    newest = extract.newest
    if batch.intent.first:
        return marked.withColumn(CHANGE, F.lit("insert"))
    held = batch.table.load(batch.session, versionAsOf=version).transform(
        with_defaults(batch.spec.columns)
    )
    if newest is None:
        return held.limit(0).withColumn(CHANGE, F.lit(SAME))
    names = held.columns
    by = batch.spec.write.keys
    mine = marked.select(*map(named, names), F.lit(True).alias("_wanted")).alias("w")
    both = mine.join(
        held.withColumn("_held", F.lit(True)).alias("h"),
        same_key("w", "h", by),
        "full_outer",
    )
    still = extract.stays.withColumn("_told", F.lit(True)).alias("n")
    both = both.join(
        still, same_key("h", "n", by) & F.col("w._wanted").isNull(), "left"
    )
    implied = unproven(batch.spec)
    if implied:
        both = both.filter(fail_where_broken(_broken(by, implied)))
    change = _change(held, [name for name in names if name not in HIDDEN])
    values = _values(extract.rows, held.schema, newest, batch.spec.write.sequence_by[0])
    return both.select(*values, change.alias(CHANGE))


def _broken(keys: Sequence[str], implied: Sequence[str]) -> Column:
    """Return what tells of a row that implies another value than the table's row of its key; else NULL."""
    is_both = F.col("w._wanted").isNotNull() & F.col("h._held").isNotNull()
    sides = [
        F.struct(*[F.col(f"{side}.`{name}`").alias(name) for name in implied])
        for side in "hw"
    ]
    told = broken_json([F.col(f"w.`{key}`").alias(key) for key in keys], *sides)
    return F.when(is_both & differing(implied, "w", "h", F.lit(False)), told)


def _change(held: DataFrame, names: Sequence[str]) -> Column:
    pairs = [
        [orderable(F.col(f"{side}.`{n}`"), held.schema[n].dataType) for side in "wh"]
        for n in names
    ]
    is_same = reduce(
        Column.__and__, [mine.eqNullSafe(theirs) for mine, theirs in pairs]
    )
    gone = F.col("w._wanted").isNull()
    return (
        F.when(F.col("h._held").isNull(), "insert")
        .when(gone & ~F.col("h._deleted") & F.col("n._told").isNull(), "delete")
        .when(gone & ~F.col("h._deleted"), SAME)
        .when(gone, STILL_GONE)
        .when(F.col("h._deleted"), "back")
        .when(is_same, SAME)
        .otherwise("update")
    )


def _values(
    extract: DataFrame, held: StructType, newest: Watermark, sequence: str
) -> list[Column]:
    """Take the extract's row, else the table's as a tombstone of the extract that lacks it."""
    lacking = {"_seq": sequence_at(extract, newest.column()), "_deleted": F.lit(True)}
    if sequence in held.names:  # tables below build their own sequence from it
        lacking[sequence] = newest.column().cast(held[sequence].dataType)
    return [
        F.when(F.col("w._wanted"), F.col(f"w.`{name}`"))
        .otherwise(lacking.get(name, F.col(f"h.`{name}`")))
        .alias(name)
        for name in held.names
    ]


def _counts(read: int, found: dict[str, int]) -> dict[str, int]:
    """Count as a MERGE does; a row that came back was updated, and so was one that became a tombstone."""
    inserted = found.get("insert", 0)
    gone = found.get("delete", 0)
    changed = found.get("update", 0) + found.get("back", 0)
    return {
        "numSourceRows": read,
        "numTargetRowsInserted": inserted,
        "numTargetRowsUpdated": changed + gone,
        "numTargetRowsDeleted": 0,
        "insertedTombstones": 0,
        "updatedTombstones": gone,
        "numUnchangedRows": max(0, read - inserted - changed),
        ROWS_BEFORE: found.get(SAME, 0) + found.get("update", 0) + gone,
    }
