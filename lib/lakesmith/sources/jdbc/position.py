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
        position["near"] = {**piece.data["near"], str(batch): to}


def still_near(position: Mapping[str, Any], low: str, order: Order) -> dict[str, str]:
    """Return the batches that may have read rows from a mark on.

    Examples
    --------
    >>> still_near({"near": {"1": "9", "2": "12"}}, "10", "number")
    {'2': '12'}
    >>> still_near({"near": {"1": "2024-01-02 10:00:00", "2": "2024-01-02"}}, "2024-01-02", "time")
    {'1': '2024-01-02 10:00:00', '2': '2024-01-02'}
    """
    least = _comparable(low, order)
    near = position.get("near", {})
    return {batch: to for batch, to in near.items() if _comparable(to, order) >= least}


def _comparable(text: str, order: Order) -> Any:
    # Times in UTC with four digits of the year are in the order of their texts.
    return Decimal(text) if order == "number" else text
