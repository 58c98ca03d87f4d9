"""Commit rows to a table as an append, a replacement or a merge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, MergeIntoWriter
from pyspark.sql import functions as F

from lakesmith.columns import IS_CURRENT
from lakesmith.tables.commit import CommitId, writer, writer_of_all
from lakesmith.tables.create import table_options
from lakesmith.tables.upsert.precedence import (
    Precedence,
    all_equal,
    replaces,
    target_column,
)

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.ref import TableRef


def append(rows: DataFrame, table: TableRef, commit: CommitId) -> None:
    """Append rows in one commit."""
    table.save(writer(rows, commit))


def replace_all(
    rows: DataFrame, table: TableRef, spec: Table, commit: CommitId
) -> None:
    """Replace all rows of a table in one commit.

    The commit creates the table, or gives it the columns, properties and partitions of its
    spec.
    """
    configured = writer_of_all(rows, table, commit).options(**table_options(spec))
    partitions = partition_columns(spec)
    if partitions:
        configured = configured.partitionBy(*partitions)
    table.save(configured)


def partition_columns(spec: Table) -> list[str]:
    """Return what a table is partitioned by.

    Current versions have a partition, so that closed ones are not read.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> write = Write(strategy="scd2", partition_by=("country",))
    >>> partition_columns(Table(from_="silver.lines", write=write))
    ['is_current', 'country']
    """
    of_versions = [IS_CURRENT] if spec.write.keeps_history else []
    return [*of_versions, *spec.write.partition_by]


def replace_where(
    rows: DataFrame, table: TableRef, commit: CommitId, predicate: str
) -> None:
    """Replace the rows that meet a predicate by others that meet it, in one commit."""
    table.save(
        writer(
            rows,
            commit,
            "overwrite",
        ).option("replaceWhere", predicate)
    )


def upsert(
    rows: DataFrame,
    table: TableRef,
    spec: Table,
    pruned_to: Column | None,
    precedence: Precedence | None = None,
) -> None:
    """Merge rows by null-safe keys in one commit.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, with the hidden columns of the table; built on the batch's
        session.
    table : TableRef
    spec : Table
    pruned_to : Column, optional
        Literal predicate on the target (alias: its name in SQL).
    precedence : Precedence, optional
        Which row of a key wins, if not as the spec says.

    Notes
    -----
    ``when_matched: ignore`` without a sequence has no MATCHED clause, so Delta only adds
    files. Otherwise a matched row is replaced when the batch's row is newer by `sequence_by`,
    or earlier where the first one is kept. At the same sequence a delete, then the greater
    row, wins. The order of arrival never decides.
    """
    keys = spec.write.keys
    merge = _merge(rows, table, keys, pruned_to)
    if spec.write.updates_rows:
        decided = precedence or Precedence.of(spec)
        wins = replaces(rows, table, keys, decided)
        merge = merge.whenMatched(wins).updateAll()
    merge.whenNotMatched().insertAll().merge()


def replace_groups(
    groups: DataFrame, table: TableRef, keys: Sequence[str], pruned_to: Column | None
) -> None:
    """Merge recomputed groups in one commit.

    Changed groups are updated, new ones inserted and emptied ones deleted.

    *Columns*: needs ``_emptied`` BOOLEAN beside the table's columns.
    """
    values = [name for name in groups.columns if name != "_emptied"]
    is_same = all_equal(groups, values, table)
    assignments = {name: F.col(f"s.{name}") for name in values}
    is_emptied = F.col("s._emptied")
    (
        _merge(groups, table, keys, pruned_to)
        .whenMatched(is_emptied)
        .delete()
        .whenMatched(~is_same)
        .update(assignments)
        .whenNotMatched(~is_emptied)
        .insert(assignments)
        .merge()
    )


def _merge(
    rows: DataFrame, table: TableRef, keys: Sequence[str], pruned_to: Column | None
) -> MergeIntoWriter:
    # Spark's own API, since Delta's needs a class of Delta's on a Spark Connect server.
    # The commit is Delta's MERGE.
    conditions = [
        target_column(table, key).eqNullSafe(F.col(f"s.{key}")) for key in keys
    ]
    if pruned_to is not None:
        conditions.append(pruned_to)
    condition = reduce(Column.__and__, conditions)
    return rows.alias("s").mergeInto(table.sql_name, condition)
