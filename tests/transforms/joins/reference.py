"""Join literal rows in plain Python, as the reference of the joins of large sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame

Row = tuple[Any, ...]


def equals(one: Row, two: Row, null_safe: bool = False) -> bool:
    """Compare keys as Spark does: NaN equals NaN, 0.0 equals -0.0, NULL only where it is said to."""
    return all(_equals(a, b, null_safe) for a, b in zip(one, two, strict=True))


def _equals(one: Any, two: Any, null_safe: bool) -> bool:
    if one is None or two is None:
        return null_safe and one is two
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(two)
    return bool(one == two)


def joined(left: Sequence[Row], right: Sequence[Row], how: str, keys: int = 1, null_safe: bool = False) -> list[str]:
    """Join rows whose first columns are the key, and return the result as sorted texts."""

    def matches(row: Row, others: Sequence[Row]) -> list[Row]:
        return [other for other in others if equals(row[:keys], other[:keys], null_safe)]

    if how in ("semi", "anti"):
        return texts(row for row in left if bool(matches(row, right)) == (how == "semi"))
    found = [(*row, *other[keys:]) for row in left for other in matches(row, right)]
    no_left = (None,) * (len(left[0]) - keys if left else 1)
    no_right = (None,) * (len(right[0]) - keys if right else 1)
    if how in ("left", "full"):
        found += [(*row, *no_right) for row in left if not matches(row, right)]
    if how in ("right", "full"):
        found += [(*row[:keys], *no_left, *row[keys:]) for row in right if not matches(row, left)]
    return texts(found)


def texts(rows: Any) -> list[str]:
    """Return rows as sorted texts; values that Spark takes for equal have one text."""
    return sorted(repr([0.0 if value == 0 else value for value in row]) for row in rows)


def rows_of(df: DataFrame) -> list[str]:
    """Return the rows of a frame as sorted texts."""
    return texts(df.collect())
