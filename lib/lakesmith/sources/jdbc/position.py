"""Move the position of a database source."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.sources.positions import Position, Positions

if TYPE_CHECKING:
    from lakesmith.sources.jdbc.dialects.base import Order
    from lakesmith.sources.slices import Slice


class MarkPositions(Positions):
    """How far the marks of a source were read, and by which batches those near the end."""

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Move a position behind a slice, in place.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> position = {}
        >>> piece = Slice("jdbc", "orders", {"to": "7", "low": "5", "order": "number", "near": {}})
        >>> MarkPositions().advance(position, piece, batch=3)
        >>> position
        {'to': '7', 'low': '5', 'order': 'number', 'near': {'3': '7'}}
        """
        to = piece.data["to"]
        position["to"] = to
        if "low" not in piece.data:
            return
        position["low"] = piece.data["low"]
        position["order"] = piece.data["order"]
        if "place" in piece.data:
            position["place"] = piece.data["place"]
        position["near"] = {**piece.data["near"], str(batch): to}


def still_near(position: Mapping[str, Any], low: str, order: Order) -> dict[str, str]:
    """Return the batches that may have read rows from a mark on.

    Examples
    --------
    >>> still_near({"near": {"1": "9", "2": "12"}}, "10", "number")
    {'2': '12'}
    >>> still_near({"near": {"1": "2024-01-01", "2": "2024-01-02"}}, "2024-01-02 00:00:00", "time")
    {'2': '2024-01-02'}
    """
    least = _comparable(low, order)
    near = position.get("near", {})
    return {batch: to for batch, to in near.items() if _comparable(to, order) >= least}


def later_of(low: str, since: str, order: Order) -> str:
    """Return the later of two marks, so that no batch is forgotten from which rows are compared.

    Examples
    --------
    >>> later_of("5", "12", "number")
    '12'
    """
    return max(low, since, key=lambda mark: _comparable(mark, order))


def is_behind(to: str, position: Mapping[str, Any], order: Order) -> bool:
    """Return whether a mark is below the one that was read, as after rows were deleted.

    Examples
    --------
    >>> is_behind("9", {"to": "12"}, "number"), is_behind("9", {}, "number")
    (True, False)
    """
    known = position.get("to")
    return known is not None and _comparable(to, order) < _comparable(known, order)


def _comparable(text: str, order: Order) -> Any:
    if order == "number":
        return Decimal(text)
    # Times in UTC with four digits of the year are in the order of their texts.
    is_date = len(text) == len("2024-01-02")
    return f"{text} 00:00:00" if is_date else text
