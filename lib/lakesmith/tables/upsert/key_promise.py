"""Check what a key implies against the rows that a table has for the keys of a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import column_in, is_true, named, same_key
from lakesmith.columns import DELETED
from lakesmith.errors import WriteError
from lakesmith.spec.key_implies import unproven
from lakesmith.tables.pruning.file_stats import table_files
from lakesmith.tables.pruning.search_bounds import without_promise
from lakesmith.tables.upsert.arrow_order import (
    NULL,
    comparable_rows,
    deletes_of,
    tuples_of,
)
from lakesmith.transforms.keys.key_promise import broken_json, differing

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.tables.pruning.key_bounds import Touched
    from lakesmith.tables.ref import TableRef


def refuse_broken_rows(
    batch: pa.Table,
    stored: pa.Table,
    keys: Sequence[str],
    implied: Sequence[str],
    table: TableRef,
) -> None:
    """Raise LS521 when a row of a table has another implied value than the batch.

    Parameters
    ----------
    batch : pyarrow.Table
        Keys, what they imply, and ``_deleted`` where the batch may delete.
    stored : pyarrow.Table
        Rows of the table with these keys.
    keys, implied : sequence of str
    table : TableRef

    Examples
    --------
    >>> from lakesmith.tables.ref import TableRef
    >>> table = TableRef("silver.s", "/lake/silver/s")
    >>> batch = pa.table({"id": [1], "day": [6]})
    >>> refuse_broken_rows(batch, pa.table({"id": [1], "day": [6]}), ["id"], ["day"], table)
    >>> refuse_broken_rows(batch, pa.table({"id": [1], "day": [5]}), ["id"], ["day"], table)
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    lakesmith.errors.WriteError: LS521 write.key_implies does not hold: rows with id = 1 have ...
    """
    place_of = {key: place for place, key in enumerate(tuples_of(batch, keys))}
    deletes = deletes_of(batch)
    in_batch = comparable_rows(batch, implied)
    in_table = comparable_rows(stored, implied)
    for stored_at, key in enumerate(tuples_of(stored, keys)):
        at = place_of.get(key)
        if at is None:
            continue
        if not _differs(
            in_batch[at],
            in_table[stored_at],
            deletes[at],
        ):
            continue
        one = _values(stored, stored_at, implied)
        other = _values(batch, at, implied)
        of_key = dict(zip(keys, key, strict=True))
        broken = {**of_key, "one": one, "other": other}
        raise broken_promise(table.name, broken)


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
    if not implied:
        return
    keys = spec.write.keys
    stored = _stored(
        rows,
        table,
        touched,
        implied,
        version,
    )
    if but:
        is_replaced = is_true(F.expr(but))
        stored = stored.filter(~is_replaced)
    columns = [*dict.fromkeys([*keys, *implied])]
    has_deletes = DELETED in rows.columns
    hidden = [DELETED] if has_deletes else []
    deletes = is_true(F.col("s._deleted")) if has_deletes else F.lit(False)
    shown = [named(name) for name in columns]
    batch = rows.select(*shown, *hidden).alias("s")
    in_table = stored.select(*shown).alias("t")
    is_broken = same_key("s", "t", keys) & differing(implied, "s", "t", deletes)
    of_key = [column_in("s", key).alias(key) for key in keys]
    sides = [_side(side, implied) for side in ("t", "s")]
    broken = broken_json(of_key, *sides).alias("broken")
    found = batch.join(in_table, is_broken).select(broken).limit(1).collect()
    if found:
        values = json.loads(found[0]["broken"])
        raise broken_promise(table.name, values)


def _stored(
    rows: DataFrame,
    table: TableRef,
    touched: Touched,
    implied: Sequence[str],
    version: int | None,
) -> DataFrame:
    bounds = without_promise(
        touched,
        implied,
        table_files(table),
        version or 0,
    )
    options = {} if version is None else {"versionAsOf": version}
    return table.load(rows.sparkSession, **options).filter(bounds.predicate())


def _side(side: str, implied: Sequence[str]) -> Column:
    columns = [column_in(side, name).alias(name) for name in implied]
    return F.struct(*columns)


def broken_promise(name: str, broken: Mapping[str, Any]) -> WriteError:
    """Return LS521 with the key and two values of what it implies.

    Examples
    --------
    >>> broken = {"id": 1, "one": {"day": 5}, "other": {"day": 6}}
    >>> print(broken_promise("silver.s", broken).what)
    write.key_implies does not hold: rows with id = 1 have day = 5 and day = 6
    """
    one = broken["one"]
    other = broken["other"]
    differing_names = [name for name in one if one[name] != other.get(name)]
    names = differing_names or [*one]
    sides = ("one", "other")
    key = {name: value for name, value in broken.items() if name not in sides}
    first = _shown({name: one.get(name) for name in names})
    second = _shown({name: other.get(name) for name in names})
    return WriteError(
        f"write.key_implies does not hold: rows with {_shown(key)} have {first} and "
        f"{second}",
        code="LS521",
        where=name,
        hint=f"take {', '.join(names)} out of write.key_implies (and of partition_by "
        f"and event_date) and run `lakesmith run --rebuild --select {name}`, or let the "
        "rows of a key agree; nothing was written",
    )


def _differs(batch: tuple[Any, ...], stored: tuple[Any, ...], is_delete: bool) -> bool:
    """Return whether implied values differ, where the table has one and a delete carries one."""
    pairs = zip(batch, stored, strict=True)
    return any(
        old != NULL and new != old and not (is_delete and new == NULL)
        for new, old in pairs
    )


def _values(rows: pa.Table, place: int, names: Sequence[str]) -> dict[str, Any]:
    scalars = {name: rows[name][place] for name in names}
    return {name: scalar.as_py() for name, scalar in scalars.items()}


def _shown(values: Mapping[str, Any]) -> str:
    texts = [
        f"{name} = {'NULL' if value is None else value}"
        for name, value in values.items()
    ]
    return ", ".join(texts)
