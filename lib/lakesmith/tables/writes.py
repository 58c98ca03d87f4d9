"""The write strategies: a gated batch becomes one commit on the table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import cast

from pyspark.sql import Column, DataFrame, MergeIntoWriter
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.columns import IS_CURRENT
from lakesmith.spec.model import Table
from lakesmith.tables.commit import CommitId, writer
from lakesmith.tables.create import table_options
from lakesmith.tables.ref import HIDDEN, TableRef
from lakesmith.transforms.keys.one_row import sequence_parts
from lakesmith.transforms.keys.orderable import orderable
from lakesmith.transforms.keys.ties import fail_if


def append(rows: DataFrame, table: TableRef, commit: CommitId) -> None:
    """Append rows in one commit."""
    table.save(writer(rows, commit))


def replace_all(
    rows: DataFrame, table: TableRef, spec: Table, commit: CommitId
) -> None:
    """Make the rows all that the table holds, in one commit, which creates it with its properties and partitions."""
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
    """Return what a table is partitioned by; current versions lie apart, so that closed ones are not read.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> partition_columns(Table(from_="silver.lines", write=Write(strategy="scd2", partition_by=("country",))))
    ['is_current', 'country']
    """
    return [
        *([IS_CURRENT] if spec.write.keeps_history else []),
        *spec.write.partition_by,
    ]


def replace_where(
    rows: DataFrame, table: TableRef, commit: CommitId, predicate: str
) -> None:
    """Replace what meets a predicate by rows that meet it, in one commit."""
    table.save(writer(rows, commit, "overwrite").option("replaceWhere", predicate))


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
        At most one row a key, with the hidden columns of the table; built on the batch's session.
    table : TableRef
    spec : Table
    pruned_to : Column, optional
        Literal predicate on the target (alias: its name in SQL).
    follows : bool
        Whether the batch's row wins at the same sequence, since the table above has decided it.

    Notes
    -----
    ``when_matched: ignore`` without a sequence has no MATCHED clause, so Delta only adds files. Otherwise a matched row
    is replaced when the batch's row is newer by `sequence_by`, or earlier where the first one is kept; at the same
    sequence a delete, then the greater row, wins: the order of arrival never decides.
    """
    merge = _merge(rows, table, spec.write.keys, pruned_to)
    if spec.write.updates_rows:
        newer = _wins(rows, table, spec.write.keeps_first, follows)
        if spec.write.on_tie == "fail" and not follows:
            newer = fail_if(_is_tied(rows, table), spec.write.keys, "s.") & newer
        merge = merge.whenMatched(newer).updateAll()
    merge.whenNotMatched().insertAll().merge()


def replace_groups(
    groups: DataFrame, table: TableRef, keys: Sequence[str], pruned_to: Column | None
) -> None:
    """Merge recomputed groups in one commit: changed groups are updated, new ones inserted, emptied ones deleted.

    *Columns*: needs ``_emptied`` BOOLEAN beside the table's columns.
    """
    values = [name for name in groups.columns if name != "_emptied"]
    merge = _merge(groups, table, keys, pruned_to)
    same = reduce(
        Column.__and__,
        [mine.eqNullSafe(theirs) for mine, theirs in _pairs(groups, values, table)],
    )
    assignments = {name: F.col(f"s.{name}") for name in values}
    emptied = F.col("s._emptied")
    (
        merge.whenMatched(emptied)
        .delete()
        .whenMatched(~same)
        .update(assignments)
        .whenNotMatched(~emptied)
        .insert(assignments)
        .merge()
    )


def _merge(
    rows: DataFrame, table: TableRef, keys: Sequence[str], pruned_to: Column | None
) -> MergeIntoWriter:
    # Spark's own API, since Delta's needs a class of Delta's on a Spark Connect server; the commit is Delta's MERGE.
    matches = [_target(table, key).eqNullSafe(F.col(f"s.{key}")) for key in keys]
    condition = reduce(
        Column.__and__, matches if pruned_to is None else [*matches, pruned_to]
    )
    return rows.alias("s").mergeInto(table.sql_name, condition)


def _target(table: TableRef, name: str) -> Column:
    return F.col(f"{table.sql_name}.{name}")


def _pairs(
    rows: DataFrame, names: Sequence[str], table: TableRef
) -> list[tuple[Column, Column]]:
    """Return both sides of a MERGE by column, as something that Spark can compare."""
    kinds = {field.name: field.dataType for field in rows.schema.fields}
    return [
        (orderable(F.col(f"s.{n}"), kinds[n]), orderable(_target(table, n), kinds[n]))
        for n in names
    ]


def _wins(rows: DataFrame, table: TableRef, keeps_first: bool, follows: bool) -> Column:
    """Tell whether the batch's row takes the place of the table's."""
    if keeps_first:
        return _is_earlier(rows, table, follows)
    return _is_later(rows, table) if follows else _is_newer(rows, table)


def _is_newer(rows: DataFrame, table: TableRef) -> Column:
    source, target = zip(*_pairs(rows, newest_first(rows.columns), table), strict=True)
    return F.struct(*source) > F.struct(*target)


def _is_later(rows: DataFrame, table: TableRef) -> Column:
    return (F.struct(F.col("s._seq")) > F.struct(_target(table, "_seq"))) | _is_tied(
        rows, table
    )


def _is_earlier(rows: DataFrame, table: TableRef, follows: bool) -> Column:
    kind = cast("StructType", rows.schema["_seq"].dataType)
    mine = sequence_parts(F.col("s._seq"), kind)
    theirs = sequence_parts(_target(table, "_seq"), kind)
    earlier = F.struct(*mine) < F.struct(*theirs)
    if follows:
        return earlier | _is_tied(rows, table)
    return earlier | (
        F.col("s._seq").eqNullSafe(_target(table, "_seq")) & _is_newer(rows, table)
    )


def _is_tied(rows: DataFrame, table: TableRef) -> Column:
    same = [
        mine.eqNullSafe(theirs) for mine, theirs in _pairs(rows, rows.columns, table)
    ]
    return F.col("s._seq").eqNullSafe(_target(table, "_seq")) & ~reduce(
        Column.__and__, same
    )


def newest_first(columns: Sequence[str]) -> list[str]:
    """Return the columns in the order in which they decide which row of a key is the newest, so that ties have one.

    Examples
    --------
    >>> newest_first(["id", "name", "_deleted", "_seq"])
    ['_seq', '_deleted', 'id', 'name']
    """
    return [
        *(name for name in HIDDEN if name in columns),
        *sorted(name for name in columns if name not in HIDDEN),
    ]
