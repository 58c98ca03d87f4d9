"""Read collected rows, and compare their values in Spark's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from lakesmith.columns import DELETED

Key = tuple[Any, ...]
NULL = (0,)
NAN = (2,)
LEAVES = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean,
    pa.types.is_date, pa.types.is_timestamp, pa.types.is_string, pa.types.is_large_string,
    pa.types.is_string_view, pa.types.is_binary, pa.types.is_large_binary,
    pa.types.is_binary_view,
)  # fmt: skip


def tuples_of(rows: pa.Table, names: Iterable[str]) -> list[Key]:
    """Return some columns of collected rows as tuples.

    Examples
    --------
    >>> tuples_of(pa.table({"id": [1, 2], "day": ["a", None], "qty": [5, 6]}), ["id", "day"])
    [(1, 'a'), (2, None)]
    """
    columns = [rows[name].to_pylist() for name in names]
    return list(zip(*columns, strict=True))


def deletes_of(rows: pa.Table) -> list[bool]:
    """Return for each row of a batch whether it deletes its key.

    Examples
    --------
    >>> deletes_of(pa.table({"id": [1, 2], "_deleted": [True, None]}))
    [True, False]
    >>> deletes_of(pa.table({"id": [1, 2]}))
    [False, False]
    """
    if DELETED not in rows.column_names:
        return [False] * int(rows.num_rows)
    return [bool(value) for value in rows[DELETED].to_pylist()]


def is_comparable(kind: pa.DataType) -> bool:
    """Return whether Python orders values of a type as Spark does.

    Examples
    --------
    >>> is_comparable(pa.struct({"at": pa.timestamp("us")})), is_comparable(pa.list_(pa.int32()))
    (True, False)
    """
    if pa.types.is_struct(kind):
        return all(is_comparable(field.type) for field in kind)
    return any(test(kind) for test in LEAVES)


def comparable(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    """Return values that compare as Spark compares the column's.

    Raises
    ------
    ValueError
        When text is not UTF-8.

    Examples
    --------
    >>> nothing, small, nan = comparable(pa.array([None, 2.0, float("nan")]))
    >>> nothing < small < nan
    True
    >>> comparable(pa.array([{"at": 5}, None], pa.struct({"at": pa.int32()})))
    [(1, (1, 5)), (0,)]
    """
    if pa.types.is_struct(column.type):
        return _comparable_structs(column)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return [_rank(value) for value in column.to_pylist()]


def comparable_rows(rows: pa.Table, names: Iterable[str]) -> list[Key]:
    """Return some columns of collected rows as tuples that Python compares as Spark does.

    Examples
    --------
    >>> comparable_rows(pa.table({"id": [1, None], "day": ["a", "b"]}), ["id", "day"])
    [((1, 1), (1, 'a')), ((0,), (1, 'b'))]
    """
    columns = [comparable(rows[name]) for name in names]
    return list(zip(*columns, strict=True))


def _comparable_structs(column: pa.ChunkedArray | pa.Array) -> list[Any]:
    places = range(column.type.num_fields)
    fields = [comparable(pc.struct_field(column, [place])) for place in places]
    is_there = column.is_valid().to_pylist()
    found: list[Key] = []
    for valid, *row in zip(is_there, *fields, strict=True):
        found.append((1, *row) if valid else NULL)
    return found


def _rank(value: Any) -> tuple[Any, ...]:
    if value is None:
        return NULL
    return NAN if value != value else (1, value)
