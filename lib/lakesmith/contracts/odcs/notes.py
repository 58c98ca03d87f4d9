"""Collect what has no counterpart on the other side."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Notes:
    """Hold each note with the places that it is about.

    Examples
    --------
    >>> notes = Notes()
    >>> notes.add("no counterpart for tags", "column a")
    >>> notes.add("no counterpart for tags", "column b")
    >>> notes.lines()
    ['no counterpart for tags: column a, column b']
    """

    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, place: str = "") -> None:
        """Add a note. The same note of several places becomes one line."""
        known = self.places.setdefault(what, [])
        known += [place] if place else []

    def lines(self) -> list[str]:
        """Return one line for each note."""
        return [
            f"{what}: {', '.join(places)}" if places else what
            for what, places in self.places.items()
        ]
