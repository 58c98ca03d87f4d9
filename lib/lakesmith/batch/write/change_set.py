"""Find which rows of a table a batch changes, and write them in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import CHANGE
from lakesmith.tables.delta_log.history import newest_version
from lakesmith.tables.pruning.key_bounds import (
    Touched,
    find_touched,
    touched_in,
    with_nulls,
)
from lakesmith.tables.pruning.sql_literals import is_exact, one_of
from lakesmith.tables.upsert.plan_upsert import MAX_KEYS, MAX_TEXT
from lakesmith.tables.upsert.replace_keys import replace_rows, require_version
from lakesmith.tables.watermark import Watermark, find_watermark
from lakesmith.tables.writes import append, replace_groups

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.tables.commit import CommitId

# Stands before a column of the table in the text of bounds.
SIDE = "{table}"


@dataclass(frozen=True)
class Changes:
    """The rows that a batch inserts, updates and deletes.

    Parameters
    ----------
    rows : DataFrame
        *Columns*: the table's, and ``_change`` STRING: insert, update, delete.
    by : sequence of str
        What identifies a row of the table.
    changed : int
        How many rows that is.
    counts : dict
        What the commit will do, named as Delta names it for a MERGE.
    version : int
        The version of the table that the rows were compared with.
    few : pyarrow.Table, optional
        What identifies the changed rows, when they are few.
    watermark : Watermark, optional
        The greatest event time of this batch and all before it.
    bounds : str
        SQL that the changed rows meet, before and after, beside that of `by`.
    """

    rows: DataFrame
    by: Sequence[str]
    changed: int
    counts: dict[str, int]
    version: int
    few: pa.Table | None = None
    watermark: Watermark | None = None
    bounds: str = ""


Keep = Callable[[DataFrame], DataFrame]


@contextmanager
def keeping() -> Iterator[Keep]:
    """Give a function that caches a frame until the end of the block.

    Examples
    --------
    >>> with keeping() as keep:
    ...     keep(spark.range(2)).is_cached
    True
    """
    kept: list[DataFrame] = []

    def keep(frame: DataFrame) -> DataFrame:
        kept.append(frame.persist())
        return kept[-1]

    try:
        yield keep
    finally:
        # Spark plans cached frames again that read one which is no longer cached. They go first.
        for frame in reversed(kept):
            frame.unpersist()


def version_before(batch: BatchContext) -> int:
    """Return the newest version of the table, -1 for a first batch or a rebuild."""
    if batch.intent.first:
        return -1
    return newest_version(batch.session, batch.table)


def watermark_before(batch: BatchContext, kind: str) -> Watermark | None:
    """Return the greatest event time before a batch, None where the log does not have it."""
    if batch.intent.first:
        return None
    return find_watermark(batch.session, batch.table, kind)


def count_changes(rows: DataFrame) -> dict[str, int]:
    """Count the rows of each kind of change in one job.

    Examples
    --------
    >>> rows = spark.sql("SELECT explode(array('insert', 'insert', 'delete')) AS _change")
    >>> sorted(count_changes(rows).items())
    [('delete', 1), ('insert', 2)]
    """
    return {row[CHANGE]: row["count"] for row in rows.groupBy(CHANGE).count().collect()}


def few_changes(rows: DataFrame, columns: Sequence[str]) -> pa.Table | None:
    """Return some columns and ``_change`` of the changed rows in one job.

    Returns
    -------
    pyarrow.Table or None
        None when there are more than 2000 changed rows.

    Examples
    --------
    >>> rows = spark.sql("SELECT 1 AS id, 'insert' AS _change")
    >>> few_changes(rows, ["id"]).to_pylist()
    [{'id': 1, '_change': 'insert'}]
    """
    names = dict.fromkeys(columns)
    selected = rows.select(*map(named, names), CHANGE)
    few = selected.limit(MAX_KEYS + 1).toArrow()
    return few if few.num_rows <= MAX_KEYS else None


def write_changes(batch: BatchContext, changes: Changes, commit: CommitId) -> None:
    """Write what a batch changes in one commit, which is empty where nothing changes."""
    if changes.changed:
        _replace(batch, changes, commit)
    else:
        append(changes.rows.drop(CHANGE), batch.table, commit)


def _replace(batch: BatchContext, changes: Changes, commit: CommitId) -> None:
    names = dict.fromkeys([*changes.by, *batch.spec.write.key_implies])
    touched, few = _touched(changes, [*names])
    if few and batch.table.local:
        predicate = f"{touched.sql()} AND {few}"
        _replace_few(batch, changes, commit, predicate)
    else:
        _merge(batch, changes, commit, touched)


def _replace_few(
    batch: BatchContext, changes: Changes, commit: CommitId, predicate: str
) -> None:
    """Replace the rows that a predicate names, so that no other row is read."""
    is_kept = named(CHANGE) != "delete"
    remaining = changes.rows.filter(is_kept).drop(CHANGE)
    bounds = changes.bounds.replace(SIDE, "")
    whole = f"{bounds} AND {predicate}" if bounds else predicate
    replace_rows(
        remaining,
        batch.table,
        commit,
        whole,
        changes.version,
    )


def _merge(
    batch: BatchContext, changes: Changes, commit: CommitId, touched: Touched
) -> None:
    """Merge the changed rows within their bounds."""
    table = batch.table
    require_version(batch.session, table, changes.version)
    is_deleted = named(CHANGE) == "delete"
    marked = changes.rows.withColumn("_emptied", is_deleted)
    pruned_to = touched.sql(table.sql_name)
    if changes.bounds:
        bounds = changes.bounds.replace(SIDE, f"{table.sql_name}.")
        pruned_to = f"{bounds} AND {pruned_to}"
    replace_groups(
        marked.drop(CHANGE),
        table,
        changes.by,
        F.expr(pruned_to),
    )


def _touched(changes: Changes, columns: Sequence[str]) -> tuple[Touched, str]:
    """Return bounds of the changed rows, and SQL that exactly these meet if they are few."""
    types = {name: kind for name, kind in changes.rows.dtypes if name in columns}
    if changes.few is not None:
        try:
            of_few = touched_in(changes.few, types)
            few = _exactly(changes.few, {name: types[name] for name in changes.by})
            return with_nulls(of_few, changes.by, ()), few
        except (OverflowError, ValueError):
            # A value that Python cannot hold: Spark finds the bounds.
            pass
    return with_nulls(
        find_touched(changes.rows, columns),
        changes.by,
        (),
    ), ""


def _exactly(few: pa.Table, types: Mapping[str, str]) -> str:
    """Return SQL that exactly these rows meet, empty where it is too long or not exact."""
    if not is_exact(types):
        return ""
    columns = [few[name].to_pylist() for name in types]
    text = one_of(types, list(zip(*columns, strict=True)))
    return text if len(text) <= MAX_TEXT else ""
