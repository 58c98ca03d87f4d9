"""Define the type of a transformation and the families of column types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pyspark.sql import DataFrame

Transform: TypeAlias = Callable[[DataFrame], DataFrame]

WHOLE = ("tinyint", "smallint", "int", "bigint")
FLOATS = ("float", "double")
TEXTS = ("string", "char", "varchar")
TIMESTAMPS = ("timestamp", "timestamp_ntz")
# Of these each value has one literal, which equals it and no other. Floats have not, since -0.0
# equals 0.0.
EXACT = (*WHOLE, "decimal", "string", "date", "timestamp", "boolean", "binary")
SCALARS = (*EXACT, *FLOATS, "timestamp_ntz")


def family(kind: str) -> str:
    """Return a type without its parameters, such as ``decimal`` for ``decimal(12,4)``.

    Examples
    --------
    >>> family("decimal(12,4)"), family("array<int>")
    ('decimal', 'array')
    """
    return kind.partition("(")[0].partition("<")[0]


def are_comparable(left: str, right: str) -> bool:
    """Return whether values of two types have one order, none of them being cast.

    Examples
    --------
    >>> are_comparable("int", "decimal(8,2)"), are_comparable("string", "int")
    (True, False)
    """
    groups = ((*WHOLE, *FLOATS, "decimal"), TEXTS, ("date", *TIMESTAMPS))
    families = {family(left), family(right)}
    return left == right or any(families <= {*group} for group in groups)


def is_float(kind: str) -> bool:
    """Return whether a column of this type can hold NaN.

    Examples
    --------
    >>> is_float("double"), is_float("decimal(8,2)")
    (True, False)
    """
    return kind in FLOATS


def is_text(kind: str) -> bool:
    """Return whether a column of this type holds text.

    Examples
    --------
    >>> is_text("varchar(10)"), is_text("binary")
    (True, False)
    """
    return kind.startswith(TEXTS)


def is_temporal(kind: str) -> bool:
    """Return whether a column of this type holds dates or timestamps.

    Examples
    --------
    >>> is_temporal("timestamp_ntz"), is_temporal("interval day")
    (True, False)
    """
    return kind in ("date", *TIMESTAMPS)
