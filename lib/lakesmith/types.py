"""Define the type of a transformation and the families of column types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pyspark.sql import DataFrame

Transform: TypeAlias = Callable[[DataFrame], DataFrame]

WHOLE = ("tinyint", "smallint", "int", "bigint")
FLOATS = ("float", "double")


def is_float(kind: str) -> bool:
    """Return whether a column of this type can hold NaN.

    Examples
    --------
    >>> is_float("double"), is_float("decimal(8,2)")
    (True, False)
    """
    return kind in FLOATS
