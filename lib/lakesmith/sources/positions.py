"""Define how far a source was read, and how that moves with each batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.sources.slices import ParkedPart, Slice

Position = dict[str, Any]


@dataclass(frozen=True)
class Positions:
    """How the position of a source moves.

    Here it is the entry `to` of the newest slice. A position is shared when all sources of its kind
    have one for a table.
    """

    shared: bool = False

    def key(self, kind: str, name: str) -> str:
        """Return the name of a position in the state of a table.

        Examples
        --------
        >>> Positions().key("numbers", "ids"), Positions(shared=True).key("files", "orders")
        ('numbers:ids', 'files')
        """
        return kind if self.shared else f"{kind}:{name}"

    def start(self) -> Position:
        """Return the position of a source of which nothing was read.

        Examples
        --------
        >>> Positions().start()
        {}
        """
        return {}

    def parts(self, piece: Slice) -> tuple[str, ...]:
        """Return the names of the parts in a slice that could be parked, or none by default."""
        return ()

    def advance(self, position: Position, piece: Slice, batch: int) -> None:
        """Move a position behind a slice, in place.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> position = {"to": 3}
        >>> Positions().advance(position, Slice("numbers", "ids", {"to": 7}), batch=2)
        >>> position
        {'to': 7}
        """
        position["to"] = piece.data["to"]

    def park(
        self, position: Position, parked: Sequence[ParkedPart], batch: int
    ) -> None:
        """Remember parts that are left out, in place.

        Examples
        --------
        >>> from lakesmith.sources.slices import ParkedPart
        >>> position = {"to": 3}
        >>> Positions().park(position, [ParkedPart("4", "no number")], batch=2)
        >>> position
        {'to': 3, 'parked': {'4': 'no number'}}
        """
        reasons = {one.part: one.reason for one in parked}
        position["parked"] = position.get("parked", {}) | reasons

    def mark(self, position: Position) -> Position:
        """Return what `go_back` needs to return to a position, as small JSON."""
        return deepcopy(position)

    def go_back(self, position: Position, mark: Position, batch: int) -> None:
        """Return a position to where it stood after a batch, in place.

        Examples
        --------
        >>> position = {"to": 7}
        >>> Positions().go_back(position, {"to": 3}, batch=1)
        >>> position
        {'to': 3}
        """
        position.clear()
        position.update(deepcopy(mark))

    def stored(self, position: Position) -> Iterator[Position]:
        """Yield the JSON parts from which `restore` puts a position together.

        Examples
        --------
        >>> list(Positions().stored({"to": 7})), list(Positions().stored({}))
        ([{'to': 7}], [])
        """
        if position:
            yield position

    def restore(self, position: Position, part: Position, batch: int) -> None:
        """Add a stored part to a position, in place.

        `batch` counts for what names no batch.
        """
        position.update(part)

    def brief(self, piece: Slice) -> dict[str, Any]:
        """Return a slice for the metadata of a commit, with a `count` where it is cut short.

        Examples
        --------
        >>> from lakesmith.sources.slices import Slice
        >>> Positions().brief(Slice("numbers", "ids", {"to": 7}))
        {'kind': 'numbers', 'name': 'ids', 'to': 7}
        """
        return piece.to_dict()
