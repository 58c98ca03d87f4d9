"""Read an upstream Delta table at a version, or its changes between two versions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sources.live_versions import Voids, live_spans, live_versions
from lakesmith.tables.delta_log.history import (
    Commit,
    newest_commits,
    newest_version,
    standing,
)
from lakesmith.tables.properties import properties_of
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.ref import TableRef, visible
from lakesmith.transforms.keys.dedupe import latest_by

FEED_COLUMNS = ("_change_type", "_commit_version", "_commit_timestamp")
HIDDEN_IN_FEED = (*FEED_COLUMNS, "_seq", "_deleted")


def is_mark(keys: Sequence[str]) -> Column:
    """Return whether a row is the mark that a truncate leaves in its table.

    Returns
    -------
    Column
        True where all of the key is NULL.

    Examples
    --------
    >>> rows = spark.createDataFrame([(None, "x"), (1, "y")], "id INT, name STRING")
    >>> rows.filter(is_mark(["id"])).show()
    +----+----+
    |  id|name|
    +----+----+
    |NULL|   x|
    +----+----+
    """
    nulls = [named(key).isNull() for key in keys]
    return reduce(Column.__and__, nulls)


def snapshot(session: SparkSession, table: TableRef, version: int) -> DataFrame:
    """Return the visible rows of a table at a version.

    Returns
    -------
    DataFrame
        *Columns*: those of the table, without hidden ones.
    """
    return visible(table.load(session, versionAsOf=version))


def new_rows(
    session: SparkSession,
    table: TableRef,
    since: int | None,
    to: int,
    voids: Voids = (),
    images_of: Sequence[str] = (),
) -> DataFrame:
    """Return the rows that were added or became current after `since`, up to `to`.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    since, to : int
    voids : sequence of (int, int)
    images_of : sequence of str
        Columns of which each row has its newest image only; without them it has all.

    Returns
    -------
    DataFrame
        *Columns*: those of the table, without ``_seq``, since each table has its own. For
        ``since=None`` all visible rows, with ``_deleted`` false where the table keeps tombstones.
        Else inserted rows and the new images of updated ones. Tombstones keep ``_deleted``, so
        that a delete reaches the downstream tables.
    """
    if since is None:
        rows = table.load(session, versionAsOf=to).drop("_seq")
        if "_deleted" not in rows.columns:
            return rows
        return rows.filter("NOT _deleted")
    commits = live_versions(since, to, voids)
    if not commits:
        return new_rows(session, table, None, to).filter(F.lit(False))
    change = F.col("_change_type")
    feed = change_feed(session, table, since, to, voids)
    rows = feed.filter(change.isin("insert", "update_postimage"))
    # A commit has one image of a row.
    has_several = len(commits) > 1
    if images_of and has_several and set(images_of) <= set(rows.columns):
        rows = rows.transform(latest_by(images_of, ["_commit_version"]))
    return rows.drop(*FEED_COLUMNS, "_seq")


def changed_rows(
    session: SparkSession, table: TableRef, since: int, to: int, voids: Voids = ()
) -> DataFrame:
    """Return every old and new image of the rows that changed after `since`, up to `to`.

    Returns
    -------
    DataFrame
        *Columns*: those of the table, without ``_seq`` and ``_deleted``.
    """
    feed = change_feed(session, table, since, to, voids)
    return feed.drop(*HIDDEN_IN_FEED)


def inserted_rows(
    session: SparkSession, table: TableRef, since: int, to: int, voids: Voids = ()
) -> DataFrame:
    """Return the rows that came to a table after `since`, up to `to`, and were not there before.

    Returns
    -------
    DataFrame
        *Columns*: those of the table, without ``_seq`` and ``_deleted``.
    """
    feed = change_feed(session, table, since, to, voids)
    is_insert = named("_change_type") == "insert"
    rows = feed.filter(is_insert)
    if "_deleted" in rows.columns:
        rows = rows.filter(~named("_deleted"))
    return rows.drop(*HIDDEN_IN_FEED)


def other_changes(
    session: SparkSession, table: TableRef, since: int, to: int, voids: Voids = ()
) -> DataFrame:
    """Return old and new images of the rows that were updated or deleted after `since`, up to `to`.

    Returns
    -------
    DataFrame
        *Columns*: those of the table, without ``_seq`` and ``_deleted``.
    """
    feed = change_feed(session, table, since, to, voids)
    is_other = named("_change_type") != "insert"
    rows = feed.filter(is_other)
    return rows.drop(*HIDDEN_IN_FEED)


def only_adds(
    session: SparkSession, table: TableRef, since: int, to: int, voids: Voids = ()
) -> bool:
    """Return whether no commit after `since`, up to `to`, changed a row that was there before.

    No Spark job on a local path, one elsewhere.
    """
    head = newest_version(session, table)
    commits = newest_commits(session, table, head - since)
    adding = {commit.version for commit in commits if commit.adds_only}
    read = live_versions(since, to, voids)
    return adding.issuperset(read)


def max_changed_rows(table: TableRef, since: int | None, to: int) -> int | None:
    """Return how many rows a slice has at most, or None where the log of a local table lacks it.

    Examples
    --------
    >>> max_changed_rows(TableRef("silver.a", "main.silver.a", by_name=True), 3, 5)
    """
    if table.local is None:
        return None
    if since is None:
        files = table_files(table)
        return files.rows if files else None
    head = newest_version(None, table)
    commits = newest_commits(None, table, head - since)
    rows = [commit.max_rows for commit in commits if since < commit.version <= to]
    known = [number for number in rows if number is not None]
    if len(known) != to - since:
        return None
    return sum(known)


def is_retyped(session: SparkSession, table: TableRef, since: int, to: int) -> bool:
    """Return whether a column changed its type between two versions, or may have.

    Notes
    -----
    It may have where the commits between the two are deleted, or the older version is beyond its
    retention. No Spark job on a local path.
    """
    if since >= to:
        return False
    head = newest_version(session, table)
    commits = newest_commits(session, table, head - since)
    read = [commit for commit in commits if since < commit.version <= to]
    if not any(commit.changes_columns for commit in read):
        return len(commits) < head - since
    try:
        before = dict(table.load(session, versionAsOf=since).dtypes)
        after = dict(table.load(session, versionAsOf=to).dtypes)
    except PySparkException:
        return True
    return any(after.get(name, kind) != kind for name, kind in before.items())


def change_feed(
    session: SparkSession, table: TableRef, since: int, to: int, voids: Voids
) -> DataFrame:
    """Return the change feed of a table after `since`, up to `to`, with the names of now.

    *Columns*: those of the table, and `FEED_COLUMNS`.
    """
    altered = _altered(session, table, since, to)
    alterations = [(commit.version, commit.version) for commit in altered]
    spans = live_spans(since, to, [*voids, *alterations])
    shapes = [
        _renamed(_read_feed(session, table, low, high), altered, high)
        for low, high in spans
    ]
    union = partial(DataFrame.unionByName, allowMissingColumns=True)
    return reduce(union, shapes)


def _altered(
    session: SparkSession, table: TableRef, since: int, to: int
) -> list[Commit]:
    """Return the commits that changed the columns of a table, oldest first.

    Columns that were only added do not count. A void moves no row for downstream tables, but may
    change columns; what a RESTORE undid does not. Delta does not read a feed across the renaming or
    the widening of a column, so each shape is read separately.
    """
    if properties_of(session, table).get("delta.columnMapping.mode") != "name":
        return []
    head = newest_version(session, table)
    commits = newest_commits(session, table, head - since)
    return [
        one
        for one in reversed(list(standing(commits, to)))
        if one.changes_columns and one.version > since
    ]


def _renamed(rows: DataFrame, altered: Sequence[Commit], high: int) -> DataFrame:
    """Give rows of the feed up to a version the names that came after it."""
    for commit in altered:
        if (
            commit.renamed
            and commit.version > high
            and commit.renamed[0] in rows.columns
        ):
            rows = rows.withColumnRenamed(*commit.renamed)
    return rows


def _read_feed(
    session: SparkSession, table: TableRef, low: int, high: int
) -> DataFrame:
    return table.load(
        session, readChangeFeed="true", startingVersion=low, endingVersion=high
    )
