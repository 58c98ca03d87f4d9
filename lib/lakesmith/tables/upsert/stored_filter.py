"""Give the filter of a table's keys to a join that reads a version of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from lakesmith.sketches.stored_filter import StoredFilter
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.upsert.filter_header import (
    Header,
    commits_since,
    is_maintained,
    trusted_header,
)
from lakesmith.tables.upsert.key_filter import load_filter

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef


def stored_filter(
    session: SparkSession, table: TableRef, spec: Table, version: int
) -> StoredFilter | None:
    """Return the filter that a table keeps of its keys, where it has all keys of a version.

    Parameters
    ----------
    session : SparkSession
    table : TableRef
    spec : Table
    version : int

    Returns
    -------
    StoredFilter or None
        None without `write.key_filter`, where the filter stands for other rows than those of the
        version, and for a table with partitions, each of which has a filter of its own.

    Notes
    -----
    No Spark job on a local path.
    """
    if not spec.write.key_filter or spec.write.partition_by:
        return None
    if not table.key_filter.exists(session):
        return None
    of_filter = newest_version(session, table.key_filter)
    header = trusted_header(session, table, spec)
    if header is None or not _stands_for(session, table, header, version):
        return None
    if newest_version(session, table.key_filter) != of_filter:
        # Another run brought it up to date meanwhile: the header may be that of either.
        return None
    # The rows are read later, when the filter may be another one.
    blocks = load_filter(session, table, header, version=of_filter)
    return StoredFilter(blocks, header.shape, header.key)


def _stands_for(
    session: SparkSession, table: TableRef, header: Header, version: int
) -> bool:
    """Return whether nothing but maintenance lies between a filter and a version."""
    if header.table_version >= version:
        return header.table_version == version
    commits = commits_since(session, table, header)
    if commits is None:
        return False
    before = [commit for commit in commits if commit.version <= version]
    return is_maintained(before)
