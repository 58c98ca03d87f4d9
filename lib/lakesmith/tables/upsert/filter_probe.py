"""Probe the filter of a table's keys, so that surely new rows are appended without a search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import same_key
from lakesmith.columns import DELETED, quoted
from lakesmith.sketches.bloom import bloom_probe, key_hash
from lakesmith.sketches.bloom_sizing import Estimate, seen_before
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.pruning.key_bounds import (
    bounding_columns,
    find_touched,
    with_nulls,
)
from lakesmith.tables.upsert.filter_header import Header, usable_filter
from lakesmith.tables.upsert.key_filter import load_filter
from lakesmith.tables.upsert.key_promise import refuse_broken
from lakesmith.tables.upsert.replace_keys import require_version

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef

MAX_MAYBE = 2000
MAX_PARTITIONS = 2000


@dataclass(frozen=True)
class Screened:
    """Hold what the filter answered for a batch.

    Parameters
    ----------
    version : int
        The version of the table that was judged, which must be the newest when the rows are
        written.
    rows : int
    maybe : int
        Rows that the filter could not call new.
    seen : Estimate
        How many of the rows the table had already, as the filter alone estimates it.
    appends : bool
        Whether the batch can be appended: all its rows are new, but for `known`.
    known : pyarrow.Table or None
        Keys of a batch that ignores known rows which the table has.
    """

    version: int
    rows: int
    maybe: int
    seen: Estimate
    appends: bool = False
    known: pa.Table | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Return the metrics of the commit, named as Delta names them for a MERGE.

        Examples
        --------
        >>> seen = seen_before(1000, 0, 0.01)
        >>> counts = Screened(3, 1000, 0, seen, appends=True).counts
        >>> counts["keysSeenBefore"], counts["numTargetRowsInserted"]
        (0, 1000)
        """
        counts = {
            "keysSeenBefore": round(self.seen.value),
            "keysSeenBeforeAtLeast": round(self.seen.low),
            "keysSeenBeforeAtMost": round(self.seen.high),
        }
        if not self.appends:
            return counts
        known = 0 if self.known is None else self.known.num_rows
        new = self.rows - known
        return counts | {
            "numSourceRows": self.rows,
            "numTargetRowsInserted": new,
            "numTargetRowsUpdated": 0,
        }


def screen(rows: DataFrame, table: TableRef, spec: Table) -> Screened | None:
    """Find out whether a batch can be appended.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, and no observation.
    table : TableRef
        On a local path, where this process holds the only writer's lock. Elsewhere another writer
        may add the same key at the same time.
    spec : Table

    Returns
    -------
    Screened or None
        None where there is no filter that may be asked, or where a delete need not have its
        partition, which has a separate filter. The batch can be appended unless more than 2000 rows
        may be known, or it updates rows and some are known.

    Notes
    -----
    One job over the batch. Some rows that may be known cost one more, and one over the rows of the
    table that they can match; rows to update that are known beyond doubt, by the filter's error, do
    not.
    """
    if not (spec.write.key_filter and table.local):
        return None
    session = rows.sparkSession
    header = usable_filter(session, table, spec)
    if header is None or not _finds_all(header, rows, spec):
        return None
    version = newest_version(session, table)
    marked = mark_known(rows, table, header)
    number = F.count(F.lit(1)).alias("rows")
    maybe = F.count_if("_maybe").alias("maybe")
    (counts,) = marked.agg(number, maybe).collect()
    seen = seen_before(
        counts["rows"],
        counts["maybe"],
        header.real_fpr,
    )
    screened = Screened(version, counts["rows"], counts["maybe"], seen)
    updates = spec.write.updates_rows
    if screened.maybe > MAX_MAYBE or (updates and seen.low > 0):
        return screened
    known = _known(marked, table, spec, version) if screened.maybe else None
    return replace(
        screened,
        appends=known is None or not updates,
        known=known,
    )


def _finds_all(header: Header, rows: DataFrame, spec: Table) -> bool:
    """Return whether the filter of a row's partition has its key, if any has."""
    by = {*header.partition}
    if DELETED in rows.columns and not by.issubset(spec.write.keys):
        return False
    return by.isdisjoint(unproven(spec))


def append_new(
    rows: DataFrame, table: TableRef, commit: CommitId, screened: Screened
) -> None:
    """Append the rows of a screened batch that the table lacks, in one commit.

    Raises
    ------
    WriteError
        LS506 when another commit came after the batch had been screened.
    """
    require_version(rows.sparkSession, table, screened.version)
    if screened.known is not None:
        keys = screened.known.column_names
        known = rows.sparkSession.createDataFrame(screened.known).alias("k")
        is_known = same_key("s", "k", keys)
        sent = F.broadcast(known)
        rows = rows.alias("s").join(
            sent,
            is_known,
            "left_anti",
        )
    table.save(writer(rows, commit))


def mark_known(rows: DataFrame, table: TableRef, header: Header) -> DataFrame:
    """Mark the rows whose key the table may have, by its filter.

    Parameters
    ----------
    rows : DataFrame
        With the table's keys and partition columns.
    table : TableRef
    header : Header

    Returns
    -------
    DataFrame
        *Columns*: adds ``_maybe`` BOOLEAN, false for a key that the table surely has not.

    Notes
    -----
    No Spark job on a local path, but for a partitioned table one over the batch.
    """
    partitions = _partitions(rows, header) if header.partition else []
    bits = load_filter(rows.sparkSession, table, header, partitions)
    return bloom_probe(
        rows,
        bits,
        header.key,
        header.shape,
        header.partition,
    )


def _partitions(rows: DataFrame, header: Header) -> list[int]:
    """Return the partitions of a batch as the filter names them, or none for many."""
    of_partition = {name: header.key[name] for name in header.partition}
    label = key_hash(of_partition).alias("partition")
    labels = rows.select(label).distinct()
    found = labels.limit(MAX_PARTITIONS + 1).collect()
    if len(found) > MAX_PARTITIONS:
        return []
    return [row["partition"] for row in found]


def _known(
    marked: DataFrame, table: TableRef, spec: Table, version: int
) -> pa.Table | None:
    """Return the keys of the rows that the table has, or None."""
    session = marked.sparkSession
    keys = spec.write.keys
    columns = bounding_columns(spec)
    hidden = [DELETED] if DELETED in marked.columns else []
    maybe = marked.filter("_maybe")
    collected = maybe.select(*columns, *hidden).toArrow()
    batch = session.createDataFrame(collected)
    of_batch = find_touched(batch, columns)
    touched = with_nulls(of_batch, keys, marked.columns)
    refuse_broken(batch, table, spec, touched, version)
    rows = table.load(session, versionAsOf=version).filter(touched.predicate())
    stored = rows.select(*keys).alias("t")
    sent = F.broadcast(batch.alias("s"))
    both = stored.join(
        sent,
        same_key("t", "s", keys),
    )
    batch_keys = [f"s.{quoted(name)}" for name in keys]
    found = both.select(*batch_keys).distinct().toArrow()
    return found if found.num_rows else None
