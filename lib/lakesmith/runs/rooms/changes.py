"""What a batch changes in a table, row by row, found before the write; and the commit that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.runs.rooms.conflict import refuse_changed
from lakesmith.runs.rooms.gate import Gated
from lakesmith.tables.commit import CommitId, Outcome, write
from lakesmith.tables.literals import is_exact, one_of
from lakesmith.tables.prune import find_touched
from lakesmith.tables.replace_keys import replace_rows, require_version
from lakesmith.tables.strategies import append, replace_all, replace_groups
from lakesmith.tables.upsert_plan import MAX_KEYS, MAX_TEXT
from lakesmith.tables.watermark import Watermark
from lakesmith.transforms.names import named
from lakesmith.transforms.scd2 import CHANGE


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
    watermark : Watermark, optional
        The greatest instant of this batch and all before it.
    bounds : str
        SQL that the changed rows meet, before and after, beside that of `by` and `implied`.
    kept : sequence of DataFrame
        Frames to let go of after the write.
    """

    rows: DataFrame
    by: Sequence[str]
    changed: int
    counts: dict[str, int]
    version: int
    watermark: Watermark | None = None
    bounds: str = ""
    kept: Sequence[DataFrame] = field(default_factory=tuple)


def count_changes(rows: DataFrame) -> dict[str, int]:
    """Count rows by what becomes of them. One job."""
    return {row[CHANGE]: row["count"] for row in rows.groupBy(CHANGE).count().collect()}


def write_changes(gated: Gated, changes: Changes) -> Outcome:
    """Write what a batch changes in one commit; WRITTEN or SKIPPED, else an error."""
    batch = gated.batch
    if batch.table.local:  # the look took a while; Delta itself sees only what comes later
        refuse_changed(batch)
    told = changes.watermark.told() if changes.watermark else None
    commit = batch.commit_id(counts=changes.counts, watermark=told)
    try:
        return write(batch.session, batch.table, commit, lambda: _write(gated, changes, commit))
    finally:
        for frame in changes.kept:
            frame.unpersist()


def _write(gated: Gated, changes: Changes, commit: CommitId) -> None:
    batch, rows = gated.batch, changes.rows.drop(CHANGE)
    if batch.intent.first:
        replace_all(rows, batch.table, batch.spec, commit)
    elif not changes.changed:
        append(rows, batch.table, commit)
    else:
        _replace(gated, changes, commit)


def _replace(gated: Gated, changes: Changes, commit: CommitId) -> None:
    table, is_deleted = gated.batch.table, named(CHANGE) == "delete"
    named_rows = _named(changes) if table.local else ""
    touched = find_touched(changes.rows, [*changes.by, *gated.batch.spec.write.key_implies])
    if named_rows:
        wanted = changes.rows.filter(~is_deleted).drop(CHANGE)
        predicate = " AND ".join(filter(None, [changes.bounds, touched.sql(), named_rows]))
        replace_rows(wanted, table, commit, predicate, changes.version)
    else:
        require_version(gated.batch.session, table, changes.version)
        marked = changes.rows.withColumn("_emptied", is_deleted).drop(CHANGE)
        replace_groups(marked, table, changes.by, F.expr(touched.sql(table.sql_name)))


def _named(changes: Changes) -> str:
    """Name the changed rows as literals; nothing when they are too many, or have no exact literals."""
    kinds = {name: kind for name, kind in changes.rows.dtypes if name in changes.by}
    found = changes.rows.select(*map(named, kinds)).limit(MAX_KEYS + 1).toArrow() if is_exact(kinds) else None
    if found is None or found.num_rows > MAX_KEYS:
        return ""
    try:
        values = list(zip(*[found[name].to_pylist() for name in kinds], strict=True))
    except (OverflowError, ValueError):  # an instant beyond Python's calendar
        return ""
    text = one_of(kinds, values)
    return text if len(text) <= MAX_TEXT else ""
