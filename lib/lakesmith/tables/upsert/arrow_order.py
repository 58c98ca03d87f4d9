"""Compare values of Arrow columns in Spark's order."""

from __future__ import annotations

from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

LEAVES = (
    pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp, pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
    pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view,
)  # fmt: skip


def is_comparable(kind: pa.DataType) -> bool:
    """Tell whether Python orders values of a type as Spark does."""
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
    """
    if pa.types.is_struct(column.type):
        fields = [
            comparable(pc.struct_field(column, [place]))
            for place in range(column.type.num_fields)
        ]
        there = column.is_valid().to_pylist()
        return [
            (1, *row) if valid else (0,)
            for valid, row in zip(there, zip(*fields, strict=True), strict=True)
        ]
    numbers = column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
    return [_place(value) for value in numbers.to_pylist()]


def _place(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    return (2,) if value != value else (1, value)
