"""The upsert planner: what a batch touches, who wins, and the cheapest commit that does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Literal

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.spec.model import Table
from lakesmith.tables.create import table_options
from lakesmith.tables.literals import is_exact, one_of
from lakesmith.tables.log import newest_commits
from lakesmith.tables.prune import Touched, find_touched
from lakesmith.tables.ref import HIDDEN, TableRef
from lakesmith.tables.strategies import newest_first

Method = Literal["merge", "replace_where"]
MAX_KEYS = 2000
MAX_TEXT = 1_000_000
AT = "_at"


@dataclass(frozen=True)
class UpsertPlan:
    """How a batch is upserted.

    Parameters
    ----------
    method : {"merge", "replace_where"}
    touched : Touched
        Bounds of the target's rows that can match, from the keys and what they imply.
    winners : str
        For ``replace_where``: the SQL predicate that exactly the keys of the rows to write meet.
    all_win : bool
        Whether those are all rows of the batch.
    counts : dict
        For ``replace_where``: what the write will do, named as Delta names it for a MERGE, and the tombstones in it.
    version : int
        For ``replace_where``: the version of the table that was looked at, which must be the newest when it is written.
    """

    method: Method
    touched: Touched
    winners: str = ""
    all_win: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    version: int = -1


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
        ``replace_where`` for a batch of at most 2000 keys on a table whose rows can be deleted by vectors, when this
        process holds the only writer's lock (a local path); else ``merge``.

    Notes
    -----
    One job over the batch; for ``replace_where`` one more over the rows of the table that its keys can match.
    """
    columns = [*dict.fromkeys([*spec.write.keys, *spec.write.key_implies])]
    touched = find_touched(rows, columns)
    kinds = {name: kind for name, kind in rows.dtypes if name in spec.write.keys}
    if not (table.local and _has_vectors(spec) and spec.write.when_matched == "update" and is_exact(kinds)):
        return UpsertPlan("merge", touched)
    batch = _few(rows, spec.write.keys)
    return UpsertPlan("merge", touched) if batch is None else _replacing(rows, batch, kinds, table, touched)


def _has_vectors(spec: Table) -> bool:
    return table_options(spec)["delta.enableDeletionVectors"] == "true"


def _few(rows: DataFrame, keys: Sequence[str]) -> pa.Table | None:
    """Return keys and hidden columns of the batch with their place in it, or None when they are too many."""
    hidden = [name for name in HIDDEN if name in rows.columns]
    found = rows.select(*keys, *hidden).limit(MAX_KEYS + 1).toArrow()
    if found.num_rows > MAX_KEYS:
        return None
    return found.append_column(AT, pa.array(range(found.num_rows), pa.int32()))


def _replacing(
    rows: DataFrame, batch: pa.Table, kinds: Mapping[str, str], table: TableRef, touched: Touched
) -> UpsertPlan:
    """Look at the target's rows with the batch's keys, so that only what is newer or was not there is written."""
    keys = list(zip(*[batch[name].to_pylist() for name in kinds], strict=True))
    text = one_of(kinds, keys)
    if not keys or len(text) > MAX_TEXT:
        return UpsertPlan("merge", touched)
    session = rows.sparkSession
    version = newest_commits(session, table, 1)[0].version
    target = table.load(session, versionAsOf=version).filter(touched.predicate()).filter(text)
    wins = _verdicts(rows, batch, kinds, target, keys)
    winners = [key for at, key in enumerate(keys) if wins.get(at, True)]
    if not winners:
        return UpsertPlan("merge", touched)
    counts = _counts(batch, wins)
    return UpsertPlan("replace_where", touched, one_of(kinds, winners), len(winners) == len(keys), counts, version)


def _verdicts(
    rows: DataFrame, batch: pa.Table, kinds: Mapping[str, str], target: DataFrame, keys: Sequence[tuple[Any, ...]]
) -> dict[int, bool]:
    """Return for each row of the batch whose key is in the target, by its place, whether it is the newer one."""
    hidden = [name for name in HIDDEN if name in rows.columns]
    local = rows.sparkSession.createDataFrame(batch)
    both = F.broadcast(local.alias("s")).join(target.select(*kinds, *hidden).alias("t"), _same_key(kinds))
    mine, theirs = (F.struct(*[f"{side}.{name}" for name in hidden]) for side in "st")
    found = both.select(AT, (mine > theirs).alias("newer"), (mine == theirs).alias("tied")).collect()
    tied = [keys[row[AT]] for row in found if row["tied"]]
    decided = _decide_ties(rows, kinds, target, tied) if tied else {}
    return {row[AT]: decided[keys[row[AT]]] if row["tied"] else row["newer"] for row in found}


def _decide_ties(
    rows: DataFrame, kinds: Mapping[str, str], target: DataFrame, tied: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], bool]:
    """Let all columns decide where sequences are equal, as the MERGE does."""
    names, some = newest_first(rows.columns), one_of(kinds, tied)
    both = rows.filter(some).alias("s").join(target.filter(some).alias("t"), _same_key(kinds))
    mine, theirs = (F.struct(*[f"{side}.{name}" for name in names]) for side in "st")
    found = both.select(*[f"s.{name}" for name in kinds], (mine > theirs).alias("_newer")).toArrow()
    places = zip(*[found[name].to_pylist() for name in kinds], strict=True)
    return dict(zip(places, found["_newer"].to_pylist(), strict=True))


def _same_key(kinds: Iterable[str]) -> Column:
    return reduce(Column.__and__, [F.col(f"s.{name}").eqNullSafe(F.col(f"t.{name}")) for name in kinds])


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
