"""Read the metrics of a table from its log, without its data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from lakesmith.tables.delta_log.actions import data_file
from lakesmith.tables.delta_log.history import Commit, newest_commits
from lakesmith.tables.delta_log.retention import retention_days
from lakesmith.tables.delta_log.snapshot import LocalTable, Snapshot, open_local

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

DAY = 86_400
REMOVED = ("numRemovedFiles", "numTargetFilesRemoved")


@dataclass(frozen=True)
class DataFile:
    """Describe one active file of a table."""

    size: int
    rows: int | None = None
    deleted: int = 0
    partition: str = ""


@dataclass(frozen=True)
class TableMetrics:
    """Hold the metrics of a table by its log.

    `files` is None where only their number and bytes are known: off local paths. `expired` are the
    files that no version within the retention needs, as (number, bytes); off local paths those of
    commits since the last VACUUM. `commits` are all that the log still has, newest first.
    """

    version: int
    count: int
    size: int
    files: tuple[DataFile, ...] | None
    commits: tuple[Commit, ...]
    days: float
    clustering: tuple[str, ...] = ()
    expired: tuple[int, int] = (0, 0)


def read_metrics(spark: SparkSession, table: TableRef, now: float) -> TableMetrics:
    """Read the metrics of an existing table.

    Parameters
    ----------
    spark : SparkSession
    table : TableRef
    now : float
        Seconds since 1970.

    Notes
    -----
    One small job over the log, ``DESCRIBE DETAIL``; off local paths another for its history. Never
    over data.
    """
    (detail,) = spark.sql(f"DESCRIBE DETAIL {table.sql_name}").collect()
    days = retention_days(detail["properties"] or {})
    commits = tuple(newest_commits(spark, table))
    local = open_local(table)
    files = tuple(_files(local.head)) if local else None
    expired = (
        _expired(local, now - days * DAY)
        if local
        else _expired_commits(commits, now, days)
    )
    clustering = tuple(detail["clusteringColumns"] or ())
    version = commits[0].version
    return TableMetrics(
        version,
        detail["numFiles"],
        detail["sizeInBytes"],
        files,
        commits,
        days,
        clustering,
        expired,
    )


def _files(head: Snapshot) -> Iterator[DataFile]:
    for added in head.live.values():
        vector = added.get("deletionVector") or {}
        partition = json.dumps(
            dict(added.get("partitionValues") or {}), sort_keys=True, default=str
        )
        yield DataFile(
            added["size"], _rows(added), vector.get("cardinality") or 0, partition
        )


def _rows(added: Mapping[str, Any]) -> int | None:
    rows = json.loads(added.get("stats") or "{}").get("numRecords")
    return None if rows is None else int(rows)


def _expired(local: LocalTable, before: float) -> tuple[int, int]:
    """Count the removed files on the disk that no version within the retention needs."""
    live = {path for path, _ in local.head.live}
    old = [
        path
        for path, at in local.head.removed.items()
        if at / 1000 < before and path not in live
    ]
    sizes = [_size(file) for path in old for file in data_file(local.root, path)]
    there = [size for size in sizes if size is not None]
    return len(there), sum(there)


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return None


def _expired_commits(
    commits: tuple[Commit, ...], now: float, days: float
) -> tuple[int, int]:
    """Count removed files that were too young for the last VACUUM and no longer are."""
    vacuumed = (
        max(
            (
                commit.timestamp
                for commit in commits
                if commit.operation == "VACUUM END"
            ),
            default=0,
        )
        / 1000
    )
    low = vacuumed - days * DAY
    high = now - days * DAY
    old = [
        one
        for one in commits
        if low <= one.timestamp / 1000 < high and one.operation != "VACUUM END"
    ]
    count = sum(one.metrics.get(name, 0) for one in old for name in REMOVED)
    return count, sum(one.metrics.get("numRemovedBytes", 0) for one in old)
