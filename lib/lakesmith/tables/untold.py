"""What a key implies, where a row does not tell it: a delete may name its key only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lakesmith.tables.prune import Touched


def loosened(touched: Touched, keys: Collection[str], columns: Collection[str]) -> Touched:
    """Bound the rows of a batch that may delete by its keys, and by what they imply as far as its rows tell it.

    Parameters
    ----------
    touched : Touched
        Values of the keys and of what they imply.
    keys : collection of str
    columns : collection of str
        The columns of the batch; without ``_deleted`` the bounds stay as they are.

    Notes
    -----
    The row of a key lies where the key says, or as the tombstone of a delete that named the key only at NULL. Where
    the batch itself has NULL, its row may lie anywhere.

    Examples
    --------
    >>> told = Touched({"id": frozenset([5]), "day": frozenset([1]), "part": frozenset([None, 2])})
    >>> loosened(told, ["id"], ["id", "_deleted"]).sql()
    '(`id` = 5) AND (`day` = 1 OR `day` IS NULL)'
    """
    if "_deleted" not in columns:
        return touched
    bounds = {
        name: values if name in keys else values | {None}
        for name, values in touched.values.items()
        if name in keys or None not in values
    }
    return replace(touched, values=bounds)
