"""Purge tombstones that no late row can need any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import same_key
from lakesmith.duration import parse_age
from lakesmith.maintain.result import Proposal
from lakesmith.maintain.retained_versions import Hold, reader_behind
from lakesmith.maintain.table_stats import DAY, TableMetrics

if TYPE_CHECKING:
    from lakesmith.spec.model import Maintenance, Table
    from lakesmith.tables.delta_log.history import Commit
    from lakesmith.tables.ref import TableRef


def keeps_tombstones(spec: Table) -> bool:
    """Return True where deleted rows of a table may stay as tombstones.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> upsert = Write(strategy="upsert", keys=("id",))
    >>> keeps_tombstones(Table(from_="bronze.a", write=upsert))
    True
    """
    return spec.write.keeps_newest and spec.write.when_matched == "update"


def newest_expired(
    commits: Sequence[Commit], retention: timedelta, now: float
) -> int | None:
    """Return the newest version that is older than the retention, or None.

    Examples
    --------
    >>> from lakesmith.tables.delta_log.history import Commit
    >>> commits = [Commit(2, 9_000, "MERGE", {}, {}), Commit(1, 4_000, "MERGE", {}, {})]
    >>> newest_expired(commits, timedelta(seconds=5), now=10.0)
    1
    """
    before = (now - retention.total_seconds()) * 1000
    return max(
        (commit.version for commit in commits if commit.timestamp <= before),
        default=None,
    )


def plan_tombstones(
    rows: Tombstones,
    metrics: TableMetrics,
    settings: Maintenance,
    read_by: Sequence[Hold],
    now: float,
) -> Proposal:
    """Propose to purge tombstones that are old enough and that every downstream table has read.

    Notes
    -----
    A job over ``_deleted`` and the keys counts them, only where a version is older than the
    retention.
    """
    kept = settings.tombstone_retention
    retention = parse_age(settings.tombstone_retention)
    if retention.total_seconds() > metrics.days * DAY:
        why = (
            f"tombstone_retention is {kept}, but changes are kept for "
            f"{metrics.days:g} days: raise the property"
        )
        return Proposal(
            "tombstones",
            False,
            f"{why} delta.deletedFileRetentionDuration",
            is_held=True,
        )
    upto = newest_expired(metrics.commits, retention, now)
    if upto is None:
        return Proposal("tombstones", False, f"no version is older than {kept}")
    count = rows.older(upto, metrics.version).count()
    reason = f"{count:,} tombstone(s) older than {kept}"
    behind = reader_behind(read_by, upto) if count else ""
    return Proposal(
        "tombstones",
        count > 0 and not behind,
        f"{reason}; {behind}" if behind else reason,
        bool(behind),
    )


class Tombstones:
    """Count and purge the tombstones of one table.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    keys : sequence of str
    """

    def __init__(
        self, session: SparkSession, table: TableRef, keys: Sequence[str]
    ) -> None:
        self._session = session
        self._table = table
        self._keys = keys

    def older(self, upto: int, head: int) -> DataFrame:
        """Return the keys of the tombstones of `head` that no commit after version `upto` wrote.

        *Columns*: the keys.
        """
        dead = (
            self._table.load(self._session, versionAsOf=head)
            .filter("_deleted")
            .select(*self._keys)
        )
        if upto >= head:
            return dead
        feed = self._table.load(
            self._session,
            readChangeFeed="true",
            startingVersion=upto + 1,
            endingVersion=head,
        )
        written = feed.filter("_deleted").filter(
            F.col("_change_type").isin("insert", "update_postimage")
        )
        young = written.select(*self._keys)
        return dead.alias("t").join(
            young.alias("s"), same_key("t", "s", self._keys), "left_anti"
        )

    def purge(self, upto: int, head: int) -> None:
        """Delete those tombstones in one commit, if they still are tombstones."""
        target = self._table.sql_name
        is_dead = F.col(f"{target}._deleted")
        source = self.older(upto, head).alias("s")
        source.mergeInto(
            target, same_key(target, "s", self._keys) & is_dead
        ).whenMatched().delete().merge()
