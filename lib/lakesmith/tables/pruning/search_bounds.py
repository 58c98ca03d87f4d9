"""Bound the search for the rows of a batch's keys, without trusting what the keys imply."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from lakesmith.tables.pruning.ranges import Span, merge_overlaps

if TYPE_CHECKING:
    from lakesmith.tables.pruning.file_stats import Files
    from lakesmith.tables.pruning.key_bounds import Touched

# Rows, beside those that a batch reads anyway, among which its keys are looked up.
MOST_ROWS = 2_000_000


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
        By the keys alone, unless more than 2 million rows can have them. Then also by a range of an
        implied column that holds about so many, another one each turn.

    Examples
    --------
    >>> from lakesmith.tables.pruning.key_bounds import Touched
    >>> touched = Touched({"id": frozenset([5]), "day": frozenset([1])})
    >>> without_promise(touched, ["day"], files=None).sql()
    '(`id` = 5)'
    """
    wide = touched.only([name for name in touched.values if name not in implied])
    found = files.matching(wide) if files else None
    if found is None or (found.rows is not None and found.rows <= MOST_ROWS):
        return wide
    column = next((name for name in implied if name in touched.values), None)
    part = part_of(found, column, turn) if column else None
    if column is None or part is None:
        return touched
    spans = merge_overlaps(
        [
            *touched.ranges(column),
            part,
        ]
    )
    return replace(
        wide,
        values={
            **wide.values,
            column: touched.values[column],
        },
        spans={**wide.spans, column: spans},
    )


def part_of(files: Files, column: str, turn: int) -> Span | None:
    """Return a range of a column that holds about 2 million rows, another one each turn.

    Examples
    --------
    >>> from lakesmith.tables.pruning.file_stats import Files
    >>> import pyarrow as pa
    >>> rows = {"num_records": [1_500_000] * 3}
    >>> files = Files(pa.table({**rows, "min.id": [0, 10, 20], "max.id": [9, 19, 29]}))
    >>> [part_of(files, "id", turn) for turn in range(4)]
    [(0, 9), (10, 19), (20, 29), (0, 9)]
    """
    spans = files.spans_of(column)
    if not spans:
        return None
    start = turn % len(spans)
    low, high, rows = spans[start]
    for first, last, count in spans[start + 1 :]:
        rows += count
        if rows > MOST_ROWS:
            break
        low = min(low, first)
        high = max(high, last)

    return low, high
