"""Probe the filter of a table's keys, so that surely new rows are appended without a search."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import same_key
from lakesmith.sketches.bloom import bloom_probe, key_hash
from lakesmith.sketches.bloom_sizing import Estimate, seen_before
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.pruning.key_bounds import find_touched
from lakesmith.tables.pruning.key_promise import refuse_broken
from lakesmith.tables.pruning.null_bounds import loosened
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.key_filter import Header, load_filter, usable_filter
from lakesmith.tables.upsert.replace_keys import require_version

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
        How many of the rows the table had already, as the filter alone tells it.
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
        """Return the metrics of the commit, named as Delta names them for a MERGE."""
        seen = {
            "value": "keysSeenBefore",
            "low": "keysSeenBeforeAtLeast",
            "high": "keysSeenBeforeAtMost",
        }
        counts = {
            name: round(getattr(self.seen, bound)) for bound, name in seen.items()
        }
        if not self.appends:
            return counts
        new = self.rows - (self.known.num_rows if self.known is not None else 0)
        return counts | {
            "numSourceRows": self.rows,
            "numTargetRowsInserted": new,
            "numTargetRowsUpdated": 0,
        }


def surely_new(rows: DataFrame, table: TableRef, spec: Table) -> DataFrame | None:
    """Mark the rows of a batch by the table's key filter.

    Parameters
    ----------
    rows : DataFrame
        With the table's keys and partition columns.
    table : TableRef
    spec : Table

    Returns
    -------
    DataFrame or None
        *Columns*: adds ``_maybe`` BOOLEAN, false for a key that the table surely has not. None
        where there is no filter that may be asked.

    Notes
    -----
    No Spark job on a local path, but for a partitioned table one over the batch.
    """
    header = (
        usable_filter(rows.sparkSession, table, spec) if spec.write.key_filter else None
    )
    return None if header is None else _marked(rows, table, header)


def screen(rows: DataFrame, table: TableRef, spec: Table) -> Screened | None:
    """Find out whether a batch can be appended.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, and no observation.
    table : TableRef
        On a local path, where this process holds the only writer's lock; elsewhere nobody says that
        no other writer brings the same key at the same time.
    spec : Table

    Returns
    -------
    Screened or None
        None where there is no filter that may be asked, or where a delete need not tell its
        partition, which has a separate filter. The batch can be appended unless more than 2000 rows
        may be known, or it updates rows and some are known.

    Notes
    -----
    One job over the batch. Some rows that may be known cost one more, and one over the rows of the
    table that they can match; rows to update that are known beyond doubt, by the filter's error, do
    not.
    """
    header = (
        usable_filter(rows.sparkSession, table, spec)
        if spec.write.key_filter and table.local
        else None
    )
    if (
        header is None
        or _may_lie_elsewhere(rows, header, spec)
        or _says_too_little(header, spec)
    ):
        return None
    version = newest_version(rows.sparkSession, table)
    marked = _marked(rows, table, header)
    (row,) = marked.agg(
        F.count(F.lit(1)).alias("rows"), F.count_if("_maybe").alias("maybe")
    ).collect()
    seen = seen_before(row["rows"], row["maybe"], header.real_fpr)
    found = Screened(version, row["rows"], row["maybe"], seen)
    updates = spec.write.updates_rows
    if found.maybe > MAX_MAYBE or (updates and seen.low > 0):
        return found
    known = _known(marked, table, spec, version) if found.maybe else None
    return replace(found, appends=known is None or not updates, known=known)


def append_new(
    rows: DataFrame, table: TableRef, commit: CommitId, screened: Screened
) -> None:
    """Append the rows of a screened batch in one commit, those left out that the table has.

    Raises
    ------
    WriteError
        LS506 when another commit came after the batch had been screened.
    """
    require_version(rows.sparkSession, table, screened.version)
    if screened.known is not None:
        known = F.broadcast(
            rows.sparkSession.createDataFrame(screened.known).alias("k")
        )
        rows = rows.alias("s").join(
            known, same_key("s", "k", screened.known.column_names), "left_anti"
        )
    table.save(writer(rows, commit))


def _may_lie_elsewhere(rows: DataFrame, header: Header, spec: Table) -> bool:
    return "_deleted" in rows.columns and not {*header.partition} <= {*spec.write.keys}


def _says_too_little(header: Header, spec: Table) -> bool:
    """Return True where a key may be in another partition than its row says."""
    return bool({*header.partition} & {*unproven(spec)})


def _marked(rows: DataFrame, table: TableRef, header: Header) -> DataFrame:
    partitions = _partitions(rows, header) if header.partition else []
    bits = load_filter(rows.sparkSession, table, header, partitions)
    return bloom_probe(rows, bits, header.key, header.shape, header.partition)


def _partitions(rows: DataFrame, header: Header) -> list[int]:
    """Return the partitions of a batch as the filter names them, or none for many."""
    label = key_hash({name: header.key[name] for name in header.partition})
    found = (
        rows.select(label.alias("partition"))
        .distinct()
        .limit(MAX_PARTITIONS + 1)
        .collect()
    )
    return [row["partition"] for row in found] if len(found) <= MAX_PARTITIONS else []


def _known(
    marked: DataFrame, table: TableRef, spec: Table, version: int
) -> pa.Table | None:
    """Return the keys of the rows that the table has, or None."""
    session = marked.sparkSession
    keys = spec.write.keys
    columns = [*dict.fromkeys([*keys, *spec.write.key_implies])]
    deleted = ["_deleted"] if "_deleted" in marked.columns else []
    local = session.createDataFrame(
        marked.filter("_maybe").select(*columns, *deleted).toArrow()
    )
    touched = loosened(find_touched(local, columns), keys, marked.columns)
    refuse_broken(local, table, spec, touched, version)
    target = table.load(session, versionAsOf=version).filter(touched.predicate())
    both = (
        target.select(*keys)
        .alias("t")
        .join(F.broadcast(local.alias("s")), same_key("t", "s", keys))
    )
    found = both.select(*[f"s.{name}" for name in keys]).distinct().toArrow()
    return found if found.num_rows else None
