"""Find few ranges that cover many values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

CELLS = 256
Span = tuple[Any, Any]


def find_spans(
    numbers: DataFrame, extremes: Mapping[str, Span]
) -> dict[str, list[Span]]:
    """Find the ranges in which the numbers of a batch lie.

    Parameters
    ----------
    numbers : DataFrame
    extremes : dict
        Smallest and greatest value of each column, without NULL and NaN.

    Returns
    -------
    dict
        For each column of numbers whose extremes differ: at most 256 ranges, in ascending order.

    Notes
    -----
    One job. The cells are equally wide, so a gap narrower than 1/256 of the whole is not seen.
    """
    wide = {name: ends for name, ends in extremes.items() if _is_wide(ends)}
    if not wide:
        return {}
    cells = numbers.select(
        *wide,
        *[_cell(name, ends).alias(f"_cell_{name}") for name, ends in wide.items()],
    )
    keys = [F.col(f"_cell_{name}") for name in wide]
    bounds = [
        F.struct(F.min(_plain(cells, name)), F.max(_plain(cells, name))).alias(name)
        for name in wide
    ]
    rows = cells.groupingSets([[key] for key in keys], *keys).agg(*bounds).collect()
    found = {
        name: [tuple(row[name]) for row in rows if row[f"_cell_{name}"] is not None]
        for name in wide
    }
    return {name: sorted(spans) for name, spans in found.items()}


def _is_wide(ends: Span) -> bool:
    if not all(
        isinstance(end, int | float | Decimal) and not isinstance(end, bool)
        for end in ends
    ):
        return False
    return math.isfinite(float(ends[1]) - float(ends[0])) and float(ends[0]) < float(
        ends[1]
    )


def _cell(name: str, ends: Span) -> Column:
    low, high = (float(end) for end in ends)
    value = F.col(name).cast("double")
    place = F.floor((value - F.lit(low)) * F.lit(CELLS / (high - low)))
    return F.when(value.isNotNull() & ~F.isnan(value), place)


def _plain(rows: DataFrame, name: str) -> Column:
    is_float = dict(rows.dtypes)[name] in ("float", "double")
    return F.when(~F.isnan(name), F.col(name)) if is_float else F.col(name)


def join_spans(spans: list[Span], most: int, gaps: list[Any]) -> list[Span]:
    """Join neighbouring ranges across the narrowest gaps until at most `most` are left.

    Examples
    --------
    >>> join_spans([(1, 2), (4, 5), (90, 91)], 2, [2, 85])
    [(1, 5), (90, 91)]
    """
    widest = sorted(
        sorted(range(len(gaps)), key=gaps.__getitem__, reverse=True)[: most - 1]
    )
    starts = [0, *(at + 1 for at in widest)]
    ends = [*widest, len(spans) - 1]
    return (
        [
            (spans[start][0], spans[end][1])
            for start, end in zip(starts, ends, strict=True)
        ]
        if spans
        else []
    )
