"""Keep a Bloom filter of a table's keys in `<table>__keys`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.columns import CHANGE_TYPE, COMMIT_VERSION
from lakesmith.sketches.bloom import bloom_build, bloom_merge, is_hashable
from lakesmith.sketches.bloom_sizing import CAP_BITS, shape_for
from lakesmith.spec.model.write import KeyFilter
from lakesmith.tables.commit import CommitId, write, writer, writer_of_all
from lakesmith.tables.delta_log.history import Commit, newest_version
from lakesmith.tables.delta_log.operations import MAINTENANCE, ROW_CHANGES
from lakesmith.tables.upsert.filter_header import (
    APP,
    Header,
    commits_since,
    is_maintained,
    key_kinds,
    table_id,
    trusted_header,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.table import Table
    from lakesmith.tables.ref import TableRef

KNOWN = (*MAINTENANCE, *ROW_CHANGES)
MOST_PARTS = 20
OPTIONS = {"delta.enableDeletionVectors": "false"}


def load_filter(
    session: SparkSession,
    table: TableRef,
    header: Header,
    partitions: Sequence[int] = (),
    version: int | None = None,
) -> DataFrame:
    """Read the bits of a filter, of all partitions or of those with these hashes.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    header : Header
    partitions : sequence of int
    version : int, optional
        That of the filter; the newest one without it.

    Returns
    -------
    DataFrame
        *Columns*: as `bloom_build`, one row a block.
    """
    options = {} if version is None else {"versionAsOf": version}
    stored = table.key_filter.load(session, **options).drop(
        "hash_version",
        "table_version",
    )
    if partitions:
        stored = stored.filter(F.col("partition").isin(*partitions))
    return stored if header.parts == 1 else bloom_merge(stored)


def refresh(
    session: SparkSession,
    table: TableRef,
    spec: Table,
    from_scratch: bool = False,
    cap_bits: int = CAP_BITS,
) -> Header | None:
    """Bring the filter up to the table's newest version, in one commit.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    spec : Table
        With `write.key_filter`.
    from_scratch : bool
        Build it from all keys of the table, as when the table was rebuilt.
    cap_bits : int
        Most bits that are sent to every worker at once.

    Returns
    -------
    Header or None
        None where the key has a type that no filter takes.

    Notes
    -----
    Adds the keys that came since, by the change feed. Builds the filter from the table where it
    does not follow from the stored one: after a RESTORE, for another key, above its capacity,
    without a change feed.
    """
    kinds = key_kinds(session, table, spec)
    if not is_hashable(kinds):
        return None
    header = None if from_scratch else trusted_header(session, table, spec)
    commits = None if header is None else commits_since(session, table, header)
    if header is not None and commits is not None:
        caught_up = _caught_up(session, table, header, commits)
        if caught_up is not None:
            return caught_up
    return _build(
        session,
        table,
        spec,
        kinds,
        cap_bits,
    )


def _caught_up(
    session: SparkSession, table: TableRef, header: Header, commits: Sequence[Commit]
) -> Header | None:
    """Add the keys of some commits, or return None where that cannot be done."""
    if is_maintained(commits):
        return header
    if any(commit.operation not in KNOWN for commit in commits):
        return None
    added = sum(_added_by(commit) for commit in commits)
    fullest = header.fullest + added
    if fullest > header.capacity and header.partition:
        fullest = _fullest(session, table, header) + added
    if fullest > header.capacity:
        return None
    grown = replace(
        header,
        table_version=commits[0].version,
        fullest=fullest,
        parts=header.parts % MOST_PARTS + 1,
    )
    try:
        _add_keys(session, table, header, grown, commits)
    # Without a change feed, or with files of it deleted, the filter is built from the table. A
    # classic session raises Java's own error for a deleted file.
    except (PySparkException, Py4JJavaError):
        return None
    return grown


def _added_by(commit: Commit) -> int:
    written = commit.metrics.get("numOutputRows", 0)
    return commit.metrics.get("numTargetRowsInserted", written)


def _add_keys(
    session: SparkSession,
    table: TableRef,
    header: Header,
    grown: Header,
    commits: Sequence[Commit],
) -> None:
    keys = _new_keys(session, table, header, commits)
    bits = bloom_build(
        keys,
        header.key,
        header.shape,
        header.partition,
    )
    if grown.parts == 1:
        stored = load_filter(session, table, header)
        bits = bloom_merge(stored.unionByName(bits))
    _save(session, table, grown, bits)


def _new_keys(
    session: SparkSession, table: TableRef, header: Header, commits: Sequence[Commit]
) -> DataFrame:
    """Return the keys that commits added.

    A commit of ours updates rows of known keys only. Another writer's may change a key.
    """
    feed = table.load(
        session,
        readChangeFeed="true",
        startingVersion=header.table_version + 1,
        endingVersion=commits[0].version,
    )
    foreign = [
        commit.version for commit in commits if not commit.metadata.get("app_id")
    ]
    change = F.col(CHANGE_TYPE)
    is_update = change == "update_postimage"
    is_foreign = F.col(COMMIT_VERSION).isin(foreign) if foreign else F.lit(False)
    is_new = (change == "insert") | (is_update & is_foreign)
    return feed.filter(is_new).select(*header.key)


def _fullest(session: SparkSession, table: TableRef, header: Header) -> int:
    """Return the number of keys in the fullest partition."""
    bits = load_filter(session, table, header)
    counts = bits.groupBy("partition").agg(F.sum("keys").alias("keys"))
    (row,) = counts.agg(F.max("keys")).collect()
    return int(row[0] or 0)


def _build(
    session: SparkSession,
    table: TableRef,
    spec: Table,
    kinds: Mapping[str, str],
    cap_bits: int,
) -> Header:
    """Build the filter from the table's keys, with room for as many again."""
    settings = spec.write.key_filter or KeyFilter()
    partition = list(spec.write.partition_by)
    version = newest_version(session, table)
    rows = table.load(session, versionAsOf=version)
    counts = rows.groupBy(*partition).agg(F.count(F.lit(1)).alias("_rows"))
    (row,) = counts.agg(F.max("_rows")).collect()
    fullest = int(row[0] or 0)
    expected = settings.expected_keys
    capacity = expected if fullest <= expected else 2 * fullest
    shape = shape_for(capacity, settings.fpr, cap_bits)
    header = Header(
        table_id=table_id(session, table),
        table_version=version,
        key=dict(kinds),
        partition=partition,
        blocks=shape.blocks,
        blocks_per_shard=shape.blocks_per_shard,
        fpr=settings.fpr,
        capacity=capacity,
        fullest=fullest,
    )
    _save(
        session,
        table,
        header,
        bloom_build(rows, kinds, shape, partition),
    )
    return header


def _save(
    session: SparkSession, table: TableRef, header: Header, bits: DataFrame
) -> None:
    ref = table.key_filter
    last = newest_version(session, ref) if ref.exists(session) else -1
    commit = CommitId(
        APP,
        last + 1,
        header.table_id,
        asdict(header),
    )
    of_header = {
        "hash_version": F.lit(header.hash_version),
        "table_version": F.lit(header.table_version).cast("bigint"),
    }
    rows = bits.sortWithinPartitions("partition", "block").withColumns(of_header)
    if header.parts == 1:
        configured = writer_of_all(rows, ref, commit).options(**OPTIONS)
    else:
        configured = writer(rows, commit)
    write(session, ref, commit, lambda: ref.save(configured))
