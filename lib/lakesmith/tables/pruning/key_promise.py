"""Check what a key implies against the rows that a table has for the keys of a batch."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, same_key
from lakesmith.errors import WriteError
from lakesmith.spec.key_implies import unproven
from lakesmith.spec.model import Table
from lakesmith.tables.pruning.estimate import everything
from lakesmith.tables.pruning.key_bounds import Touched
from lakesmith.tables.pruning.matching_files import Files
from lakesmith.tables.pruning.ranges import Span
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.arrow_order import comparable
from lakesmith.transforms.keys.key_promise import broken_json, differing

# Rows, beside those that a batch reads anyway, among which its keys are looked up.
MOST_ROWS = 2_000_000
NOT_TOLD = (0,)


def without_promise(
    touched: Touched, implied: Collection[str], files: Files | None, turn: int = 0
) -> Touched:
    """Bound the rows of a batch's keys without taking for granted what the keys imply.

    Parameters
    ----------
    touched : Touched
        Bounds of the keys and of what they imply.
    implied : collection of str
        Columns that may differ between rows of one key.
    files : Files, optional
        Those of the table, None where they are not known.
    turn : int
        Which part of a big table is looked at.

    Returns
    -------
    Touched
        By the keys alone, unless more than 2 million rows can have them: then also by a range of an
        implied column that holds about so many, another one each turn.
    """
    wide = _only(touched, [name for name in touched.values if name not in implied])
    there = files.matching(wide) if files else None
    if there is None or (there.rows is not None and there.rows <= MOST_ROWS):
        return wide
    column = next((name for name in implied if name in touched.values), None)
    part = _part(there, column, turn) if column else None
    if column is None or part is None:
        return touched
    spans = _joined([*touched.ranges(column), part])
    return replace(
        wide,
        values={**wide.values, column: touched.values[column]},
        spans={**wide.spans, column: spans},
    )


def refuse_broken_rows(
    batch: pa.Table,
    held: pa.Table,
    keys: Sequence[str],
    implied: Sequence[str],
    table: TableRef,
) -> None:
    """Raise LS521 when a row of a table has another implied value than the batch."""
    mine = {key: place for place, key in enumerate(_rows(batch, keys))}
    deletes = (
        batch["_deleted"].to_pylist()
        if "_deleted" in batch.column_names
        else [False] * batch.num_rows
    )
    implied_values = list(
        zip(*[comparable(batch[name]) for name in implied], strict=True)
    )
    there = zip(*[comparable(held[name]) for name in implied], strict=True)
    for place, (key, values) in enumerate(zip(_rows(held, keys), there, strict=True)):
        at = mine.get(key)
        if at is not None and _differs(implied_values[at], values, bool(deletes[at])):
            sides = {
                side: _values(rows, row, implied)
                for side, rows, row in _sides(batch, at, held, place)
            }
            raise broken_promise(
                table.name, {**dict(zip(keys, key, strict=True)), **sides}
            )


def refuse_broken(
    rows: DataFrame,
    table: TableRef,
    spec: Table,
    touched: Touched,
    version: int | None = None,
    but: str = "",
) -> None:
    """Raise LS521 when a row of a table has another implied value than the batch.

    Parameters
    ----------
    rows : DataFrame
        The batch.
    table : TableRef
    spec : Table
    touched : Touched
        Bounds of its keys and of what they imply.
    version : int, optional
        The version of the table to look at.
    but : str
        SQL for the rows of the table that the batch replaces whatever their keys are.

    Notes
    -----
    No job where the spec proves the promise. Else one over the batch and over keys and implied
    columns of the rows that can have its keys.
    """
    implied = unproven(spec)
    keys = spec.write.keys
    if not implied:
        return
    session = rows.sparkSession
    bounds = without_promise(touched, implied, everything(table), version or 0)
    held = table.load(
        session, **({} if version is None else {"versionAsOf": version})
    ).filter(bounds.predicate())
    if but:
        held = held.filter(~F.coalesce(F.expr(but), F.lit(False)))
    deletes = (
        F.coalesce(F.col("s._deleted"), F.lit(False))
        if "_deleted" in rows.columns
        else F.lit(False)
    )
    columns = [*dict.fromkeys([*keys, *implied])]
    mine = rows.select(
        *map(named, columns), *(["_deleted"] if "_deleted" in rows.columns else [])
    ).alias("s")
    is_broken = same_key("s", "t", keys) & differing(implied, "s", "t", deletes)
    both = mine.join(held.select(*map(named, columns)).alias("t"), is_broken)
    sides = [
        F.struct(*[F.col(f"{side}.`{name}`").alias(name) for name in implied])
        for side in "ts"
    ]
    of_key = [F.col(f"s.`{key}`").alias(key) for key in keys]
    found = both.select(broken_json(of_key, *sides).alias("broken")).limit(1).collect()
    if found:
        raise broken_promise(table.name, json.loads(found[0]["broken"]))


def broken_promise(name: str, broken: Mapping[str, Any]) -> WriteError:
    """Return LS521 with the key and two values of what it implies.

    Examples
    --------
    >>> print(broken_promise("silver.s", {"id": 1, "one": {"day": 5}, "other": {"day": 6}}).what)
    write.key_implies does not hold: rows with id = 1 have day = 5 and day = 6
    """
    one = broken["one"]
    other = broken["other"]
    names = [name for name in one if one[name] != other.get(name)] or [*one]
    key = _shown(
        {name: value for name, value in broken.items() if name not in ("one", "other")}
    )
    both = " and ".join(
        _shown({name: side.get(name) for name in names}) for side in (one, other)
    )
    hint = (
        f"take {', '.join(names)} out of write.key_implies (and of partition_by "
        "and event_date) and run"
        f" `lakesmith run --rebuild --select {name}`, or let the rows of a key "
        "agree; nothing was written"
    )
    what = f"write.key_implies does not hold: rows with {key} have {both}"
    return WriteError(what, code="LS521", where=name, hint=hint)


def _only(touched: Touched, names: Sequence[str]) -> Touched:
    values = {name: touched.values[name] for name in names}
    spans = {name: spans for name, spans in touched.spans.items() if name in values}
    return replace(touched, values=values, spans=spans)


def _part(files: Files, column: str, turn: int) -> Span | None:
    """Return a range of a column that holds about 2 million rows, another one each turn."""
    spans = files.spans_of(column)
    if not spans:
        return None
    rows = 0
    place = turn % len(spans)
    low, high = spans[place][:2]
    for first, last, count in spans[place:]:
        rows += count
        if rows > MOST_ROWS:
            break
        low = min(low, first)
        high = max(high, last)
    return low, high


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Join ranges that overlap.

    Examples
    --------
    >>> _joined([(7, 9), (1, 3), (2, 4)])
    [(1, 4), (7, 9)]
    """
    joined: list[Span] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined


def _rows(rows: pa.Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*[rows[name].to_pylist() for name in names], strict=True))


def _differs(mine: tuple[Any, ...], theirs: tuple[Any, ...], deletes: bool) -> bool:
    pairs = zip(mine, theirs, strict=True)
    return any(
        there != NOT_TOLD and here != there and not (deletes and here == NOT_TOLD)
        for here, there in pairs
    )


def _sides(
    batch: pa.Table, at: int, held: pa.Table, place: int
) -> list[tuple[str, pa.Table, int]]:
    return [("one", held, place), ("other", batch, at)]


def _values(rows: pa.Table, place: int, names: Sequence[str]) -> dict[str, Any]:
    return {name: rows[name][place].as_py() for name in names}


def _shown(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {'NULL' if value is None else value}"
        for name, value in values.items()
    )
