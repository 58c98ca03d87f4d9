"""Find the rows of a batch with few keys that are newer than the table's, as a MERGE would."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import same_key
from lakesmith.tables.pruning.sql_literals import one_of
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.arrow_order import comparable
from lakesmith.tables.upsert.key_lookup import Looked
from lakesmith.tables.writes import newest_first
from lakesmith.transforms.keys.orderable import orderable

Key = tuple[Any, ...]
NULL = (0,)


def keys_of(rows: pa.Table, kinds: Mapping[str, str]) -> list[Key]:
    """Return the keys of collected rows."""
    return list(zip(*[rows[name].to_pylist() for name in kinds], strict=True))


def verdicts(
    rows: DataFrame,
    batch: pa.Table,
    kinds: Mapping[str, str],
    table: TableRef,
    looked: Looked,
    hidden: Sequence[str],
    follows: bool = False,
    keeps_first: bool = False,
) -> dict[int, bool]:
    """Return for each row of the batch whose key is in the table whether it is newer.

    Parameters
    ----------
    rows : DataFrame
        The batch.
    batch : pyarrow.Table
        Its keys and hidden columns.
    kinds : dict
        Spark's types of the key columns.
    table : TableRef
    looked : Looked
    hidden : sequence of str
        The columns that decide, the first one first; without any the table's row stays.
    follows : bool
        Whether the batch's row wins at the same sequence.
    keeps_first : bool
        Whether the row with the smaller sequence wins.

    Notes
    -----
    No job, unless rows of a key are equal in all of `hidden`: then one query over the rows of these
    keys.
    """
    keys = keys_of(batch, kinds)
    there = {key: place for place, key in enumerate(keys_of(looked.rows, kinds))}
    places = {at: there[key] for at, key in enumerate(keys) if key in there}
    if not hidden:
        return dict.fromkeys(places, False)
    mine, theirs = (
        list(zip(*[comparable(side[name]) for name in hidden], strict=True))
        for side in (batch, looked.rows)
    )
    tied = [keys[at] for at, place in places.items() if mine[at] == theirs[place]]
    decided = (
        _decide_ties(rows, kinds, table.load(rows.sparkSession), tied, follows)
        if tied
        else {}
    )
    wins = _is_earlier if keeps_first else operator.gt
    return {
        at: decided.get(keys[at], wins(mine[at], theirs[place]))
        for at, place in places.items()
    }


def _is_earlier(mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> bool:
    """Compare hidden columns, the sequence first. The smaller one wins and NULL loses.

    Examples
    --------
    >>> _is_earlier(((1, (1, 5)),), ((1, (1, 7)),)), _is_earlier(((1, (0,)),), ((1, (1, 7)),))
    (True, False)
    """
    if mine[0] != theirs[0]:
        return _null_last(mine[0]) < _null_last(theirs[0])
    return mine[1:] > theirs[1:]


def _null_last(sequence: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [(value == NULL, value) for value in sequence[1:]]


def _decide_ties(
    rows: DataFrame,
    kinds: Mapping[str, str],
    target: DataFrame,
    tied: Sequence[Key],
    follows: bool,
) -> dict[Key, bool]:
    """Let all columns decide where sequences are equal, as the MERGE does."""
    names = newest_first(rows.columns)
    some = one_of(kinds, tied)
    both = (
        rows.filter(some)
        .alias("s")
        .join(target.filter(some).alias("t"), same_key("s", "t", kinds))
    )
    fields = {name: rows.schema[name].dataType for name in names}
    mine, theirs = (
        F.struct(
            *[
                orderable(F.col(f"{side}.`{name}`"), kind)
                for name, kind in fields.items()
            ]
        )
        for side in "st"
    )
    newer = ~mine.eqNullSafe(theirs) if follows else mine > theirs
    found = both.select(
        *[f"s.`{name}`" for name in kinds], newer.alias("_newer")
    ).toArrow()
    return dict(zip(keys_of(found, kinds), found["_newer"].to_pylist(), strict=True))


def count_verdicts(batch: pa.Table, wins: Mapping[int, bool]) -> dict[str, int]:
    """Count what the write will do, as Delta counts a MERGE."""
    deletes = (
        batch["_deleted"].to_pylist()
        if "_deleted" in batch.column_names
        else [False] * batch.num_rows
    )
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
