"""The upsert planner: what a batch touches, who wins, and the cheapest commit that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame

from lakesmith.spec.model import Table
from lakesmith.tables.compare import comparable, is_comparable
from lakesmith.tables.create import table_options
from lakesmith.tables.literals import is_exact, one_of
from lakesmith.tables.look import Looked, look
from lakesmith.tables.prune import Touched, find_touched, touched_in
from lakesmith.tables.ref import HIDDEN, TableRef
from lakesmith.tables.ties import decide_ties

Method = Literal["merge", "replace_where", "append_new"]
MAX_KEYS = 2000
MAX_TEXT = 1_000_000


@dataclass(frozen=True)
class UpsertPlan:
    """How a batch is upserted.

    Parameters
    ----------
    method : {"merge", "replace_where", "append_new"}
    touched : Touched
        Bounds of the target's rows that can match, from the keys and what they imply.
    winners : str
        Unless merged: the SQL predicate that exactly the keys of the rows to write meet.
    all_win : bool
        Whether those are all rows of the batch.
    counts : dict
        Unless merged: what the write will do, named as Delta names it for a MERGE, and the tombstones in it.
    version : int
        Unless merged: the version of the table that was looked at, which must be the newest when it is written.
    """

    method: Method
    touched: Touched
    winners: str = ""
    all_win: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    version: int = -1

    @property
    def rows(self) -> int:
        """How many rows are written, unless merged."""
        return self.counts["numTargetRowsInserted"] + self.counts["numTargetRowsUpdated"]


def plan_upsert(rows: DataFrame, table: TableRef, spec: Table) -> UpsertPlan:
    """Plan the upsert of a batch.

    Parameters
    ----------
    rows : DataFrame
        At most one row a key, with the hidden columns of the table, and no observation.
    table : TableRef
    spec : Table

    Returns
    -------
    UpsertPlan
        For a batch of at most 2000 keys, when this process holds the only writer's lock (a local path):
        ``append_new`` when no row of the table changes, ``replace_where`` when its rows can be deleted by vectors.
        Else ``merge``.

    Notes
    -----
    One job over the batch. The rows of the table that its keys can match are looked up without a job, mostly.
    """
    columns = [*dict.fromkeys([*spec.write.keys, *spec.write.key_implies])]
    kinds = {name: kind for name, kind in rows.dtypes if name in columns}
    keys = {name: kinds[name] for name in spec.write.keys}
    batch = _few(rows, columns) if table.local and is_exact(keys) else None
    touched = _touched(batch, kinds)
    if batch is None or touched is None:
        return UpsertPlan("merge", find_touched(rows, columns))
    try:
        return _planned(rows, batch, keys, table, spec, touched)
    except (ValueError, OverflowError):  # a value that Python has none for: a year, text that is not UTF-8
        return UpsertPlan("merge", touched)


def has_vectors(spec: Table) -> bool:
    """Tell whether rows of the table can be deleted by vectors, so that their files are kept."""
    return table_options(spec)["delta.enableDeletionVectors"] == "true"


def _few(rows: DataFrame, columns: Sequence[str]) -> pa.Table | None:
    """Return keys, what they imply and hidden columns of the batch, or None when they are too many."""
    hidden = [name for name in HIDDEN if name in rows.columns]
    found = rows.select(*columns, *hidden).limit(MAX_KEYS + 1).toArrow()
    return found if found.num_rows <= MAX_KEYS else None


def _touched(batch: pa.Table | None, kinds: Mapping[str, str]) -> Touched | None:
    try:
        return None if batch is None else touched_in(batch, kinds)
    except ValueError:
        return None


def _planned(
    rows: DataFrame, batch: pa.Table, kinds: Mapping[str, str], table: TableRef, spec: Table, touched: Touched
) -> UpsertPlan:
    """Look at the target's rows with the batch's keys, so that only what is newer or was not there is written."""
    merge = UpsertPlan("merge", touched)
    keys = _keys(batch, kinds)
    hidden = [name for name in HIDDEN if name in batch.column_names] if spec.write.when_matched == "update" else []
    if not keys or not all(is_comparable(batch[name].type) for name in hidden):
        return merge
    if len(one_of(kinds, keys)) > MAX_TEXT:
        return merge
    looked = look(rows.sparkSession, table, touched, kinds, keys, hidden)
    wins = _verdicts(rows, batch, kinds, table, looked) if hidden else dict.fromkeys(_places(keys, kinds, looked), False)
    updates = any(wins.values())
    if updates and not has_vectors(spec):
        return merge
    winners = [key for at, key in enumerate(keys) if wins.get(at, True)]
    method: Method = "replace_where" if updates else "append_new"
    all_win = len(winners) == len(keys)
    return UpsertPlan(method, touched, one_of(kinds, winners), all_win, _counts(batch, wins), looked.version)


def _keys(rows: pa.Table, kinds: Mapping[str, str]) -> list[tuple[Any, ...]]:
    return list(zip(*[rows[name].to_pylist() for name in kinds], strict=True))


def _places(keys: Sequence[tuple[Any, ...]], kinds: Mapping[str, str], looked: Looked) -> dict[int, int]:
    """Return where in the table's rows each row of the batch is whose key is there: place by place."""
    there = {key: place for place, key in enumerate(_keys(looked.rows, kinds))}
    return {at: there[key] for at, key in enumerate(keys) if key in there}


def _verdicts(
    rows: DataFrame, batch: pa.Table, kinds: Mapping[str, str], table: TableRef, looked: Looked
) -> dict[int, bool]:
    """Return for each row of the batch whose key is in the target, by its place, whether it is the newer one."""
    keys, hidden = _keys(batch, kinds), [name for name in HIDDEN if name in batch.column_names]
    mine, theirs = (
        list(zip(*[comparable(side[name]) for name in hidden], strict=True)) for side in (batch, looked.rows)
    )
    places = _places(keys, kinds, looked)
    tied = [keys[at] for at, place in places.items() if mine[at] == theirs[place]]
    decided = decide_ties(rows, kinds, table.load(rows.sparkSession), tied) if tied else {}
    return {at: decided.get(keys[at], mine[at] > theirs[place]) for at, place in places.items()}


def _counts(batch: pa.Table, wins: Mapping[int, bool]) -> dict[str, int]:
    """Say what the write will do, as Delta counts a MERGE."""
    deletes = batch["_deleted"].to_pylist() if "_deleted" in batch.column_names else [False] * batch.num_rows
    new = [at for at in range(batch.num_rows) if at not in wins]
    updated = [at for at, is_newer in wins.items() if is_newer]
    return {
        "numSourceRows": batch.num_rows,
        "numTargetRowsInserted": len(new),
        "numTargetRowsUpdated": len(updated),
        "numTargetRowsDeleted": 0,
        "insertedTombstones": sum(deletes[at] for at in new),
        "updatedTombstones": sum(deletes[at] for at in updated),
    }
