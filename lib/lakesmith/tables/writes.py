"""Commit rows to a table as an append, a replacement or a merge."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, cast

from pyspark.sql import Column, DataFrame, MergeIntoWriter
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.columns import HIDDEN, IS_CURRENT
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.create import table_options
from lakesmith.transforms.keys.one_row import sequence_parts
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.keys.ties import fail_if

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
    configured = (
        writer(rows, commit, "overwrite")
        .option("overwriteSchema", "true")
        .options(**table_options(spec))
    )
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
    follows: bool = False,
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
    follows : bool
        Whether the batch's row wins at the same sequence, since the upstream has decided it.

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
        wins = _wins(rows, table, spec.write.keeps_first, follows)
        if spec.write.on_tie == "fail" and not follows:
            wins = fail_if(_is_tied(rows, table), keys, "s.") & wins
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
    is_same = _all_equal(groups, values, table)
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


def newest_first(columns: Sequence[str]) -> list[str]:
    """Return columns in the order in which they decide which row of a key is the newest.

    Every column decides, so that no tie is left to chance.

    Examples
    --------
    >>> newest_first(["id", "name", "_deleted", "_seq"])
    ['_seq', '_deleted', 'id', 'name']
    """
    hidden = [name for name in HIDDEN if name in columns]
    values = sorted(name for name in columns if name not in HIDDEN)
    return [*hidden, *values]


def _merge(
    rows: DataFrame, table: TableRef, keys: Sequence[str], pruned_to: Column | None
) -> MergeIntoWriter:
    # Spark's own API, since Delta's needs a class of Delta's on a Spark Connect server.
    # The commit is Delta's MERGE.
    conditions = [_target(table, key).eqNullSafe(F.col(f"s.{key}")) for key in keys]
    if pruned_to is not None:
        conditions.append(pruned_to)
    condition = reduce(Column.__and__, conditions)
    return rows.alias("s").mergeInto(table.sql_name, condition)


def _target(table: TableRef, name: str) -> Column:
    return F.col(f"{table.sql_name}.{name}")


def _pairs(
    rows: DataFrame, names: Sequence[str], table: TableRef
) -> list[tuple[Column, Column]]:
    """Return both sides of a MERGE by column, as something that Spark can compare."""
    types = {field.name: field.dataType for field in rows.schema.fields}
    sources = [orderable(F.col(f"s.{name}"), types[name]) for name in names]
    targets = [orderable(_target(table, name), types[name]) for name in names]
    return list(zip(sources, targets, strict=True))


def _all_equal(rows: DataFrame, names: Sequence[str], table: TableRef) -> Column:
    pairs = _pairs(rows, names, table)
    equal = [source.eqNullSafe(target) for source, target in pairs]
    return reduce(Column.__and__, equal)


def _wins(rows: DataFrame, table: TableRef, keeps_first: bool, follows: bool) -> Column:
    """Return whether the batch's row replaces the table's."""
    if keeps_first:
        return _is_earlier(rows, table, follows)
    return _is_later(rows, table) if follows else _is_newer(rows, table)


def _is_newer(rows: DataFrame, table: TableRef) -> Column:
    pairs = _pairs(rows, newest_first(rows.columns), table)
    source = F.struct(*[source for source, _ in pairs])
    target = F.struct(*[target for _, target in pairs])
    return source > target


def _is_later(rows: DataFrame, table: TableRef) -> Column:
    source = F.struct(F.col("s._seq"))
    target = F.struct(_target(table, "_seq"))
    return (source > target) | _is_tied(rows, table)


def _is_earlier(rows: DataFrame, table: TableRef, follows: bool) -> Column:
    kind = cast("StructType", rows.schema["_seq"].dataType)
    source = sequence_parts(F.col("s._seq"), kind)
    target = sequence_parts(_target(table, "_seq"), kind)
    is_earlier = F.struct(*source) < F.struct(*target)
    if follows:
        return is_earlier | _is_tied(rows, table)
    is_same = F.col("s._seq").eqNullSafe(_target(table, "_seq"))
    return is_earlier | (is_same & _is_newer(rows, table))


def _is_tied(rows: DataFrame, table: TableRef) -> Column:
    """Return whether rows of the same sequence differ in another column."""
    is_same_sequence = F.col("s._seq").eqNullSafe(_target(table, "_seq"))
    return is_same_sequence & ~_all_equal(rows, rows.columns, table)
