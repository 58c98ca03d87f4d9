"""Describe how a change event says that it leaves a value as it was."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unchanged:
    """How an event says that it leaves a value as it was.

    Parameters
    ----------
    placeholders : tuple of str
        Debezium's ``unavailable.value.placeholder``.
    absent : bool
        Whether an update leaves fields unchanged that its image lacks.
    nulls : bool
        Whether an update leaves fields unchanged that its image has as null.
    made : tuple of str
        Fields that a step may make of others: an event that lacks one, and leaves another as it
        was, leaves it too.

    Examples
    --------
    >>> Unchanged().is_possible, Unchanged(absent=True).is_possible
    (False, True)
    """

    placeholders: tuple[str, ...] = ()
    absent: bool = False
    nulls: bool = False
    made: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether an event can leave a value as it was."""
        return bool(self.placeholders) or self.absent


WHOLE_ROWS = Unchanged()
