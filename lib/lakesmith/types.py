"""Define the type of a transformation and the families of column types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from pyspark.sql import DataFrame

Transform: TypeAlias = Callable[[DataFrame], DataFrame]

WHOLE = ("tinyint", "smallint", "int", "bigint")
FLOATS = ("float", "double")


def is_float(kind: str) -> bool:
    """Whether a column of this type can hold NaN."""
    return kind in FLOATS
