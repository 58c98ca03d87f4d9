"""What a key implies, where a row does not tell it: a delete may name its key only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lakesmith.tables.pruning.key_bounds import Touched


def loosened(
    touched: Touched, keys: Collection[str], columns: Collection[str]
) -> Touched:
    """Bound the rows of a batch that may delete by its keys, and by what they imply as far as its rows tell it.

    Parameters
    ----------
    touched : Touched
        Values of the keys and of what they imply.
    keys : collection of str
    columns : collection of str
        The columns of the batch; ``_deleted`` is among them where it may delete.

    Notes
    -----
    The row of a key lies where the key says, or at NULL: as the tombstone of a delete that named the key only, or from
    before the table had the column. Where a batch that may delete has NULL itself, its row may lie anywhere.

    Examples
    --------
    >>> told = Touched({"id": frozenset([5]), "day": frozenset([1]), "part": frozenset([None, 2])})
    >>> loosened(told, ["id"], ["id", "_deleted"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL)'
    >>> loosened(told, ["id"], ["id"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL) AND (`part` = 2 OR `part` IS NULL)'
    """
    may_delete = "_deleted" in columns
    bounds = {
        name: values if name in keys else values | {None}
        for name, values in touched.values.items()
        if name in keys or None not in values or not may_delete
    }
    return replace(touched, values=bounds)
