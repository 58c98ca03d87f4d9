"""What a batch changes in a table, row by row, found before the write; and the commit that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.batch.gate.frames import Gated
from lakesmith.batch.write.foreign_commits import refuse_changed
from lakesmith.column_refs import named
from lakesmith.columns import CHANGE
from lakesmith.tables.commit import CommitId, Outcome, write
from lakesmith.tables.pruning.key_bounds import Touched, find_touched, touched_in
from lakesmith.tables.pruning.null_bounds import loosened
from lakesmith.tables.pruning.sql_literals import is_exact, one_of
from lakesmith.tables.upsert.planner import MAX_KEYS, MAX_TEXT
from lakesmith.tables.upsert.replace_keys import replace_rows, require_version
from lakesmith.tables.watermark import Watermark
from lakesmith.tables.writes import append, replace_all, replace_groups

SIDE = "{table}"


@dataclass(frozen=True)
class Changes:
    """The rows that a table gets, holds otherwise, or loses.

    Parameters
    ----------
    rows : DataFrame
        *Columns*: the table's, and ``_change`` STRING: insert, update, delete.
    by : sequence of str
        What identifies a row of the table.
    changed : int
        How many rows that is.
    counts : dict
        What the commit will have done, named as Delta names it for a MERGE.
    version : int
        The version of the table that was looked at.
    few : pyarrow.Table, optional
        What identifies the changed rows, when they are few.
    watermark : Watermark, optional
        The greatest instant of this batch and all before it.
    bounds : str
        SQL that the changed rows meet, before and after, beside that of `by`; ``{table}`` stands before its columns.
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
    """Give a function that keeps a frame once it is computed; all are let go of in the end."""
    kept: list[DataFrame] = []

    def keep(frame: DataFrame) -> DataFrame:
        kept.append(frame.persist())
        return kept[-1]

    try:
        yield keep
    finally:
        for frame in kept:
            frame.unpersist()


def count_changes(rows: DataFrame) -> dict[str, int]:
    """Count rows by what becomes of them. One job."""
    return {row[CHANGE]: row["count"] for row in rows.groupBy(CHANGE).count().collect()}


def few_changes(rows: DataFrame, columns: Sequence[str]) -> pa.Table | None:
    """Return these columns and ``_change`` of the changed rows; None when they are too many. One job."""
    found = (
        rows.select(*map(named, dict.fromkeys(columns)), CHANGE)
        .limit(MAX_KEYS + 1)
        .toArrow()
    )
    return found if found.num_rows <= MAX_KEYS else None


def write_changes(gated: Gated, changes: Changes) -> Outcome:
    """Write what a batch changes in one commit; WRITTEN or SKIPPED, else an error."""
    batch = gated.batch
    if (
        batch.table.local
    ):  # the look took a while; Delta itself sees only what comes later
        refuse_changed(batch)
    told = changes.watermark.told() if changes.watermark else None
    commit = batch.commit_id(counts=changes.counts, watermark=told)
    return write(
        batch.session, batch.table, commit, lambda: _write(gated, changes, commit)
    )


def _write(gated: Gated, changes: Changes, commit: CommitId) -> None:
    batch = gated.batch
    rows = changes.rows.drop(CHANGE)
    if batch.intent.first:
        replace_all(rows, batch.table, batch.spec, commit)
    elif not changes.changed:
        append(rows, batch.table, commit)
    else:
        _replace(gated, changes, commit)


def _replace(gated: Gated, changes: Changes, commit: CommitId) -> None:
    table = gated.batch.table
    is_deleted = named(CHANGE) == "delete"
    touched, text = _touched(
        changes, [*dict.fromkeys([*changes.by, *gated.batch.spec.write.key_implies])]
    )
    if text and table.local:
        wanted = changes.rows.filter(~is_deleted).drop(CHANGE)
        predicate = " AND ".join(
            filter(None, [changes.bounds.replace(SIDE, ""), touched.sql(), text])
        )
        replace_rows(wanted, table, commit, predicate, changes.version)
    else:
        require_version(gated.batch.session, table, changes.version)
        marked = changes.rows.withColumn("_emptied", is_deleted).drop(CHANGE)
        of_table = [
            changes.bounds.replace(SIDE, f"{table.sql_name}."),
            touched.sql(table.sql_name),
        ]
        replace_groups(
            marked, table, changes.by, F.expr(" AND ".join(filter(None, of_table)))
        )


def _touched(changes: Changes, columns: Sequence[str]) -> tuple[Touched, str]:
    """Return bounds of the changed rows and, of few, the SQL that exactly these meet; no job for few."""
    kinds = {name: kind for name, kind in changes.rows.dtypes if name in columns}
    if changes.few is not None:
        try:
            text = _named(changes.few, {name: kinds[name] for name in changes.by})
            return loosened(touched_in(changes.few, kinds), changes.by, ()), text
        except (OverflowError, ValueError):  # a value that Python has none for
            pass
    return loosened(find_touched(changes.rows, columns), changes.by, ()), ""


def _named(few: pa.Table, kinds: Mapping[str, str]) -> str:
    text = (
        one_of(
            kinds, list(zip(*[few[name].to_pylist() for name in kinds], strict=True))
        )
        if is_exact(kinds)
        else ""
    )
    return text if len(text) <= MAX_TEXT else ""
