"""Keep a Bloom filter of a table's keys in `<table>__keys`, and check that it is current.

What the filter stands for is said by its newest commit: the table, the version of it, key, hash,
shape. It counts only when nothing but maintenance happened to the table since that version; a
RESTORE, another table under the same name, another key or another commit on the filter disable it,
until `refresh` catches up or rebuilds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from deltalake import DeltaTable
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import HASH_VERSION, bloom_build, bloom_merge, is_hashable
from lakesmith.sketches.bloom_sizing import CAP_BITS, Shape, shape_for
from lakesmith.spec.model import KeyFilter, Table
from lakesmith.tables.commit import CommitId, write, writer
from lakesmith.tables.delta_log.history import Commit, newest_commits, newest_version
from lakesmith.tables.delta_log.operations import MAINTENANCE, ROW_CHANGES
from lakesmith.tables.ref import TableRef

APP = "lakesmith/keys"
KNOWN = (*MAINTENANCE, *ROW_CHANGES)
MOST_COMMITS = 1000
MOST_PARTS = 20
OPTIONS = {"delta.enableDeletionVectors": "false"}
NEW_KEYS = (
    "_change_type = 'insert' OR (_change_type = 'update_postimage' AND NOT _ours)"
)


@dataclass(frozen=True)
class Header:
    """What a stored filter stands for.

    `fullest` is an upper bound of the keys in the fullest partition, `parts` how many commits hold
    the bits.
    """

    table_id: str
    table_version: int
    key: Mapping[str, str]
    partition: Sequence[str]
    blocks: int
    blocks_per_shard: int
    fpr: float
    capacity: int
    fullest: int
    parts: int = 1
    hash_version: int = HASH_VERSION

    @property
    def shape(self) -> Shape:
        """The shape of its bits."""
        return Shape(self.blocks, self.blocks_per_shard)

    @property
    def real_fpr(self) -> float:
        """The false positive rate with the keys that are in it, at most."""
        return self.shape.fpr(max(self.fullest, 1))


def usable_filter(session: SparkSession, table: TableRef, spec: Table) -> Header | None:
    """Return what the stored filter stands for, or None where it must not be asked.

    Notes
    -----
    No Spark job on a local path.
    """
    header = _trusted(session, table, spec)
    gap = [] if header is None else _since(session, table, header)
    return (
        None
        if gap is None or any(commit.operation not in MAINTENANCE for commit in gap)
        else header
    )


def load_filter(
    session: SparkSession,
    table: TableRef,
    header: Header,
    partitions: Sequence[int] = (),
) -> DataFrame:
    """Read the bits of a filter, one row a block, for all or some partitions."""
    stored = table.key_filter.load(session).drop("hash_version", "table_version")
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
    kinds = _key_kinds(session, table, spec)
    if not is_hashable(kinds):
        return None
    header = None if from_scratch else _trusted(session, table, spec)
    gap = None if header is None else _since(session, table, header)
    if (
        header is None
        or gap is None
        or any(commit.operation not in KNOWN for commit in gap)
    ):
        return _build(session, table, spec, kinds, cap_bits)
    if all(commit.operation in MAINTENANCE for commit in gap):
        return header
    return _catch_up(session, table, header, gap) or _build(
        session, table, spec, kinds, cap_bits
    )


def _trusted(session: SparkSession, table: TableRef, spec: Table) -> Header | None:
    """Return the header of a filter whose bits are what it says, of some version of this table."""
    if not table.key_filter.exists(session):
        return None
    newest = next(
        (
            c
            for c in newest_commits(session, table.key_filter, 10)
            if c.operation not in MAINTENANCE
        ),
        None,
    )
    header = (
        None
        if newest is None or newest.about.get("app_id") != APP
        else _header(newest.about)
    )
    if (
        header is None
        or header.hash_version != HASH_VERSION
        or header.table_id != _table_id(session, table)
    ):
        return None
    wanted = spec.write.key_filter
    is_same = header.key == _key_kinds(session, table, spec) and list(
        header.partition
    ) == _partition(spec)
    return header if wanted and is_same and header.fpr <= wanted.fpr else None


def _header(about: Mapping[str, Any]) -> Header | None:
    try:
        return Header(**{field.name: about[field.name] for field in fields(Header)})
    except KeyError:
        return None


def _since(
    session: SparkSession, table: TableRef, header: Header
) -> list[Commit] | None:
    """Return the commits on the table that the filter lacks, or None where they are unknown."""
    (newest,) = newest_commits(session, table, 1)
    behind = newest.version - header.table_version
    if behind in (0, 1):
        return [newest] * behind
    found = newest_commits(session, table, behind) if 0 < behind <= MOST_COMMITS else []
    return found if len(found) == behind else None


def _catch_up(
    session: SparkSession, table: TableRef, header: Header, gap: Sequence[Commit]
) -> Header | None:
    """Add the keys of some commits, or return None where that cannot be done."""
    added = sum(
        commit.metrics.get(
            "numTargetRowsInserted", commit.metrics.get("numOutputRows", 0)
        )
        for commit in gap
    )
    fullest = header.fullest + added
    if fullest > header.capacity and header.partition:
        fullest = _fullest(session, table, header) + added
    if fullest > header.capacity:
        return None
    new = replace(
        header,
        table_version=gap[0].version,
        fullest=fullest,
        parts=header.parts % MOST_PARTS + 1,
    )
    try:
        bits = bloom_build(
            _new_keys(session, table, header, gap),
            header.key,
            header.shape,
            header.partition,
        )
        if new.parts == 1:
            bits = bloom_merge(load_filter(session, table, header).unionByName(bits))
        _save(session, table, new, bits)
    # No change feed, or files of it are gone, which a classic session tells as Java does: the table
    # has all keys.
    except (PySparkException, Py4JJavaError):
        return None
    return new


def _new_keys(
    session: SparkSession, table: TableRef, header: Header, gap: Sequence[Commit]
) -> DataFrame:
    ours = [commit.version for commit in gap if commit.about.get("app_id")]
    first = header.table_version + 1
    last = gap[0].version
    feed = table.load(
        session, readChangeFeed="true", startingVersion=first, endingVersion=last
    )
    is_ours = F.col("_commit_version").isin(ours) if ours else F.lit(False)
    return feed.withColumn("_ours", is_ours).filter(NEW_KEYS).select(*header.key)


def _fullest(session: SparkSession, table: TableRef, header: Header) -> int:
    counts = (
        load_filter(session, table, header)
        .groupBy("partition")
        .agg(F.sum("keys").alias("keys"))
    )
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
    partition = _partition(spec)
    (newest,) = newest_commits(session, table, 1)
    rows = table.load(session, versionAsOf=newest.version)
    (row,) = (
        rows.groupBy(*partition)
        .agg(F.count(F.lit(1)).alias("_rows"))
        .agg(F.max("_rows"))
        .collect()
    )
    fullest = int(row[0] or 0)
    capacity = (
        settings.expected_keys if fullest <= settings.expected_keys else 2 * fullest
    )
    shape = shape_for(capacity, settings.fpr, cap_bits)
    header = Header(
        table_id=_table_id(session, table),
        table_version=newest.version,
        key=dict(kinds),
        partition=partition,
        blocks=shape.blocks,
        blocks_per_shard=shape.blocks_per_shard,
        fpr=settings.fpr,
        capacity=capacity,
        fullest=fullest,
    )
    _save(session, table, header, bloom_build(rows, kinds, shape, partition))
    return header


def _save(
    session: SparkSession, table: TableRef, header: Header, bits: DataFrame
) -> None:
    ref = table.key_filter
    known = newest_version(session, ref) if ref.exists(session) else -1
    commit = CommitId(APP, known + 1, header.table_id, asdict(header))
    blocks = {
        "hash_version": F.lit(header.hash_version),
        "table_version": F.lit(header.table_version).cast("bigint"),
    }
    rows = bits.sortWithinPartitions("partition", "block").withColumns(blocks)
    configured = writer(rows, commit, "overwrite" if header.parts == 1 else "append")
    if header.parts == 1:
        configured = configured.option("overwriteSchema", "true").options(**OPTIONS)
    write(session, ref, commit, lambda: ref.save(configured))


def _key_kinds(session: SparkSession, table: TableRef, spec: Table) -> dict[str, str]:
    kinds = dict(table.load(session).dtypes)
    return {
        name: kinds[name]
        for name in dict.fromkeys((*spec.write.keys, *spec.write.partition_by))
    }


def _partition(spec: Table) -> list[str]:
    return list(spec.write.partition_by)


def _table_id(session: SparkSession, table: TableRef) -> str:
    if table.local is not None:
        return str(DeltaTable(table.location).metadata().id)
    (row,) = session.sql(f"DESCRIBE DETAIL {table.sql_name}").collect()
    return str(row["id"])
