"""Widen pruning bounds to NULL, because a delete may carry only its key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lakesmith.tables.pruning.key_bounds import Touched


def loosened(
    touched: Touched, keys: Collection[str], columns: Collection[str]
) -> Touched:
    """Widen the bounds of rows that may delete to what their keys and values imply.

    Parameters
    ----------
    touched : Touched
        Values of the keys and of what they imply.
    keys : collection of str
    columns : collection of str
        The columns of the batch; ``_deleted`` is among them where it may delete.

    Notes
    -----
    The row of a key is where the key says, or at NULL as the tombstone of a delete with only its
    key, or from before the table had the column. Where a batch that may delete has NULL itself, its
    row may lie anywhere.

    Examples
    --------
    >>> touched = Touched({"id": frozenset([5]), "day": frozenset([1]),
    ...     "part": frozenset([None, 2])})
    >>> loosened(touched, ["id"], ["id", "_deleted"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL)'
    >>> loosened(touched, ["id"], ["id"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL) AND (`part` = 2 OR `part` IS NULL)'
    """
    may_delete = "_deleted" in columns
    bounds = {
        name: values if name in keys else values | {None}
        for name, values in touched.values.items()
        if name in keys or None not in values or not may_delete
    }
    return replace(touched, values=bounds)
