"""Find the rows of a batch with few keys that are newer than the table's, as a MERGE would."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import column_in, same_key
from lakesmith.columns import quoted
from lakesmith.tables.pruning.sql_literals import one_of
from lakesmith.tables.upsert.arrow_order import (
    NULL,
    Key,
    comparable_rows,
    deletes_of,
    tuples_of,
)
from lakesmith.tables.upsert.precedence import NEWEST, Precedence, newest_first
from lakesmith.transforms.keys.orderable import orderable

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef
    from lakesmith.tables.upsert.key_lookup import Looked


def find_winners(
    rows: DataFrame,
    batch: pa.Table,
    kinds: Mapping[str, str],
    table: TableRef,
    looked: Looked,
    hidden: Sequence[str],
    precedence: Precedence,
) -> dict[int, bool]:
    """Return for each row of the batch whose key is in the table whether it replaces the row there.

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
    precedence : Precedence

    Notes
    -----
    No job, unless rows of a key are equal in all of `hidden`: then one query over the rows of these
    keys.
    """
    matches = match_rows(batch, looked.rows, kinds)
    wins = compare_rows(batch, looked.rows, matches, hidden, precedence)
    tied = [place for place, is_newer in wins.items() if is_newer is None]
    keys = tuples_of(batch, kinds)
    decided: dict[Key, bool] = {}
    if tied:
        target = table.load(rows.sparkSession)
        decided = _decide_ties(
            rows,
            kinds,
            target,
            [keys[at] for at in tied],
            precedence,
        )
    return {
        at: decided.get(keys[at], False) if is_newer is None else is_newer
        for at, is_newer in wins.items()
    }


def match_rows(
    batch: pa.Table, stored: pa.Table, kinds: Mapping[str, str]
) -> dict[int, int]:
    """Return the place of the table's row for each place of the batch whose key it has.

    Examples
    --------
    >>> match_rows(pa.table({"id": [7, 8, 9]}), pa.table({"id": [9, 7]}), {"id": "int"})
    {0: 1, 2: 0}
    """
    in_table = tuples_of(stored, kinds)
    places = {key: place for place, key in enumerate(in_table)}
    matches: dict[int, int] = {}
    for at, key in enumerate(tuples_of(batch, kinds)):
        place = places.get(key)
        if place is not None:
            matches[at] = place

    return matches


def compare_rows(
    batch: pa.Table,
    stored: pa.Table,
    matches: Mapping[int, int],
    hidden: Sequence[str],
    precedence: Precedence = NEWEST,
) -> dict[int, bool | None]:
    """Return for each matched row of a batch whether it wins, None where both are equal.

    Parameters
    ----------
    batch, stored : pyarrow.Table
    matches : mapping of int to int
        Places in the table's rows by those in the batch.
    hidden : sequence of str
        The columns that decide, the first one first; without any the table's row stays.
    precedence : Precedence

    Examples
    --------
    >>> batch = pa.table({"_seq": [1, 5, 9]})
    >>> compare_rows(batch, pa.table({"_seq": [5]}), {0: 0, 1: 0, 2: 0}, ["_seq"])
    {0: False, 1: None, 2: True}
    """
    if not hidden:
        return dict.fromkeys(matches, False)
    in_batch = comparable_rows(batch, hidden)
    in_table = comparable_rows(stored, hidden)
    is_winner = _is_earlier if precedence.keeps_first else operator.gt
    wins: dict[int, bool | None] = {}
    for at, place in matches.items():
        new = in_batch[at]
        old = in_table[place]
        wins[at] = None if new == old else is_winner(new, old)

    return wins


def _is_earlier(batch: tuple[Any, ...], stored: tuple[Any, ...]) -> bool:
    """Compare hidden columns, the sequence first. The smaller one wins and NULL loses.

    Examples
    --------
    >>> _is_earlier(((1, (1, 5)),), ((1, (1, 7)),)), _is_earlier(((1, (0,)),), ((1, (1, 7)),))
    (True, False)
    """
    if batch[0] != stored[0]:
        return _null_last(batch[0]) < _null_last(stored[0])
    return batch[1:] > stored[1:]


def _null_last(sequence: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [(value == NULL, value) for value in sequence[1:]]


def _decide_ties(
    rows: DataFrame,
    kinds: Mapping[str, str],
    target: DataFrame,
    tied: Sequence[Key],
    precedence: Precedence,
) -> dict[Key, bool]:
    """Let all columns decide where sequences are equal, as the MERGE does."""
    has_tied_key = one_of(kinds, tied)
    batch = rows.filter(has_tied_key).alias("s")
    stored = target.filter(has_tied_key).alias("t")
    both = batch.join(
        stored,
        same_key("s", "t", kinds),
    )
    new = _in_order("s", rows.schema)
    old = _in_order("t", rows.schema)
    is_newer = ~new.eqNullSafe(old) if precedence.upstream_decides else new > old
    keys = [f"s.{quoted(name)}" for name in kinds]
    found = both.select(
        *keys,
        is_newer.alias("_newer"),
    ).toArrow()
    return dict(zip(tuples_of(found, kinds), found["_newer"].to_pylist(), strict=True))


def _in_order(side: str, schema: StructType) -> Column:
    """Return all columns of a row, in the order in which they decide."""
    values = [
        orderable(
            column_in(side, name),
            schema[name].dataType,
        )
        for name in newest_first(schema.names)
    ]
    return F.struct(*values)


def count_rows(batch: pa.Table, wins: Mapping[int, bool]) -> dict[str, int]:
    """Count what the write will do, as Delta counts a MERGE.

    Parameters
    ----------
    batch : pyarrow.Table
    wins : mapping of int to bool
        Rows whose key the table has, and whether they replace its row.

    Examples
    --------
    >>> batch = pa.table({"id": [1, 2, 3], "_deleted": [False, True, True]})
    >>> counts = count_rows(batch, {0: True, 1: False})
    >>> counts["numTargetRowsInserted"], counts["numTargetRowsUpdated"]
    (1, 1)
    >>> counts["insertedTombstones"], counts["updatedTombstones"]
    (1, 0)
    """
    deletes = deletes_of(batch)
    inserted = [at for at in range(batch.num_rows) if at not in wins]
    updated = [at for at, is_newer in wins.items() if is_newer]
    return {
        "numSourceRows": batch.num_rows,
        "numTargetRowsInserted": len(inserted),
        "numTargetRowsUpdated": len(updated),
        "numTargetRowsDeleted": 0,
        "insertedTombstones": sum(deletes[at] for at in inserted),
        "updatedTombstones": sum(deletes[at] for at in updated),
    }
