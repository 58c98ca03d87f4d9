"""What a full extract changes in its table: it is compared with all rows, so that what is gone is found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import takewhile

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.quality.guards import ROWS_BEFORE
from lakesmith.runs.context import BatchContext
from lakesmith.runs.rooms.changes import Changes, Keep, count_changes, few_changes
from lakesmith.runs.rooms.gate import Gated, Stages, stages
from lakesmith.runs.rooms.late import newest_ever
from lakesmith.tables.commit import LOOK_BACK
from lakesmith.tables.log import newest_commits
from lakesmith.tables.watermark import Watermark, as_text, find_watermark
from lakesmith.transforms.conform import with_defaults
from lakesmith.transforms.names import named, same_key
from lakesmith.transforms.orderable import orderable
from lakesmith.transforms.scd2 import CHANGE, instant_of, sequence_at

SAME, STILL_GONE = "same", "still gone"
CHANGING = ("insert", "update", "delete", "back")


def extract_changes(gated: Gated, keep: Keep) -> Changes:
    """Find what the newest extract inserts, updates and deletes.

    Notes
    -----
    The extract with the greatest first column of `sequence_by` is the table; older ones change nothing, whenever they
    come. A part of an extract that the table knows already, or may know by bad rows only, is read together with its
    other parts, from the upstream.
    Rows that the extract lacks become tombstones; one that the gate sets aside leaves the table's as it is. Reads all
    of the table: a row that is gone names no key.
    """
    batch, write = gated.batch, gated.batch.spec.write
    rows = keep(gated.rows)
    count, seen, newest = _look_at(batch, rows)
    version = -1 if batch.intent.first else newest_commits(batch.session, batch.table, 1)[0].version
    is_whole = batch.intent.first or (seen is not None and seen != newest and not _may_lack_parts(batch, seen))
    told = gated.plain() if is_whole else stages(batch.from_the_beginning())
    extract = _newest_extract(rows if is_whole else told.final, newest)
    compared = keep(_compare(batch, extract, _named_by(batch, told, newest), version, newest))
    found = count_changes(compared)
    changed = compared.filter(named(CHANGE).isin(*CHANGING)).withColumn(
        CHANGE, F.when(named(CHANGE) == "insert", "insert").otherwise("update")
    )
    counts, number = _counts(count, found), sum(found.get(change, 0) for change in CHANGING)
    few = few_changes(changed, [*write.keys, *write.key_implies])
    return Changes(changed, write.keys, number, counts, version, few, newest)


def _look_at(batch: BatchContext, rows: DataFrame) -> tuple[int, Watermark | None, Watermark | None]:
    """Return how many rows came, the newest extract before the batch, and the newest one now."""
    at = F.col("_seq").getField(instant_of(rows))
    kind = rows.select(at).dtypes[0][1]
    seen = None if batch.intent.first else find_watermark(batch.session, batch.table, kind)
    newest = F.greatest(F.max(at), seen.column()) if seen else F.max(at)
    (found,) = rows.agg(F.count(F.lit(1)), as_text(newest, kind)).collect()
    text = found[1] if seen or batch.intent.first else newest_ever(batch, rows, kind)
    return found[0], seen, None if text is None else Watermark(kind, text)


def _may_lack_parts(batch: BatchContext, seen: Watermark) -> bool:
    """Tell whether rows were set aside since the newest extract came: they may be parts of the one that comes now."""
    aside = batch.table.quarantine
    if not aside.exists(batch.session):
        return False
    told = [commit.about for commit in newest_commits(batch.session, batch.table, LOOK_BACK)]
    told = [about for about in told if "watermark" in about]
    came = min((about["batch"] for about in takewhile(lambda one: one["watermark"] == seen.told(), told)), default=0)
    ours = F.get_json_object("_raw", f"$['{_source_of(batch)}']").try_cast(seen.kind) <= seen.column()
    may_be_newer = (F.col("_batch_id") == came) & ~F.coalesce(ours, F.lit(False))
    return not aside.load(batch.session).filter((F.col("_batch_id") > came) | may_be_newer).isEmpty()


def _source_of(batch: BatchContext) -> str:
    name = batch.spec.write.sequence_by[0]
    column = batch.spec.columns.get(name)
    return column.source if column and column.source else name


def _newest_extract(rows: DataFrame, newest: Watermark | None) -> DataFrame:
    if newest is None:
        return rows.limit(0)
    return rows.filter(F.col("_seq").getField(instant_of(rows)) == newest.column())


def _named_by(batch: BatchContext, told: Stages, newest: Watermark | None) -> DataFrame:
    """Return the keys that the newest extract names, also in rows that the gate sets aside: they are not gone."""
    write = batch.spec.write
    if newest is None:
        return told.tagged.limit(0).select(*map(named, write.keys))
    of_newest = told.tagged.filter(named(write.sequence_by[0]) == newest.column())
    return of_newest.select(*map(named, write.keys)).distinct()


def _compare(
    batch: BatchContext, extract: DataFrame, told: DataFrame, version: int, newest: Watermark | None
) -> DataFrame:
    """Return every row of extract and table, with what becomes of it: insert, update, delete, back, same."""
    marked = extract.withColumn("_deleted", F.lit(False))
    if batch.intent.first:
        return marked.withColumn(CHANGE, F.lit("insert"))
    held = batch.table.load(batch.session, versionAsOf=version).transform(with_defaults(batch.spec.columns))
    if newest is None:
        return held.limit(0).withColumn(CHANGE, F.lit(SAME))
    names, by = held.columns, batch.spec.write.keys
    mine = marked.select(*map(named, names), F.lit(True).alias("_wanted")).alias("w")
    both = mine.join(held.withColumn("_held", F.lit(True)).alias("h"), same_key("w", "h", by), "full_outer")
    still = told.withColumn("_told", F.lit(True)).alias("n")
    both = both.join(still, same_key("h", "n", by) & F.col("w._wanted").isNull(), "left")
    change = _change(held, [name for name in names if not name.startswith("_")])
    values = _values(extract, held.schema, newest, batch.spec.write.sequence_by[0])
    return both.select(*values, change.alias(CHANGE))


def _change(held: DataFrame, names: Sequence[str]) -> Column:
    pairs = [[orderable(F.col(f"{side}.`{n}`"), held.schema[n].dataType) for side in "wh"] for n in names]
    is_same = reduce(Column.__and__, [mine.eqNullSafe(theirs) for mine, theirs in pairs])
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


def _values(extract: DataFrame, held: StructType, newest: Watermark, sequence: str) -> list[Column]:
    """Take the extract's row, else the table's as a tombstone of the extract that lacks it."""
    lacking = {"_seq": sequence_at(extract, newest.column()), "_deleted": F.lit(True)}
    if sequence in held.names:  # tables below build their own sequence from it
        lacking[sequence] = newest.column().cast(held[sequence].dataType)
    return [
        F.when(F.col("w._wanted"), F.col(f"w.`{name}`")).otherwise(lacking.get(name, F.col(f"h.`{name}`"))).alias(name)
        for name in held.names
    ]


def _counts(read: int, found: dict[str, int]) -> dict[str, int]:
    """Count as a MERGE does; a row that came back was updated, and so was one that became a tombstone."""
    inserted, gone = found.get("insert", 0), found.get("delete", 0)
    changed = found.get("update", 0) + found.get("back", 0)
    return {
        "numSourceRows": read,
        "numTargetRowsInserted": inserted,
        "numTargetRowsUpdated": changed + gone,
        "numTargetRowsDeleted": 0,
        "insertedTombstones": 0,
        "updatedTombstones": gone,
        "numUnchangedRows": read - inserted - changed,
        ROWS_BEFORE: found.get(SAME, 0) + found.get("update", 0) + gone,
    }
