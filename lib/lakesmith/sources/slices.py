"""Define what a source has for a batch, as plain data for the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MISSING = "the file is missing, or the source no longer lists it"


@dataclass(frozen=True)
class Slice:
    """The part of an input that one batch reads, as JSON that its source understands."""

    kind: str
    name: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the ledger.

        Examples
        --------
        >>> Slice("numbers", "ids", {"to": 7}).to_dict()
        {'kind': 'numbers', 'name': 'ids', 'to': 7}
        """
        return {"kind": self.kind, "name": self.name, **self.data}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Slice:
        """Read a slice back from the ledger.

        Examples
        --------
        >>> Slice.from_dict({"kind": "numbers", "name": "ids", "to": 7})
        Slice(kind='numbers', name='ids', data={'to': 7})
        """
        rest = dict(data)
        kind = rest.pop("kind")
        name = rest.pop("name")
        return cls(kind, name, rest)


@dataclass(frozen=True)
class ParkedPart:
    """A part of an input that is left out, such as a file, with the reason."""

    part: str
    reason: str
    data: Any = None

    def to_list(self) -> list[Any]:
        """Return plain data for the ledger.

        Examples
        --------
        >>> ParkedPart("in/a.csv", "the file is empty", [0, 1700]).to_list()
        ['in/a.csv', 'the file is empty', [0, 1700]]
        """
        return [self.part, self.reason, self.data]


@dataclass(frozen=True)
class Slices:
    """What a source has for the next batch.

    `new` is None when nothing is new. `parked` are parts to leave out, `more` is True when bounds
    left something for a later batch. `lookups` are the versions of the tables that the table looks
    up, `aliases` other names of parts.
    """

    new: Slice | None = None
    parked: tuple[ParkedPart, ...] = ()
    more: bool = False
    lookups: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Required:
    """The parts that a rebuild must read again, and why some of them cannot be."""

    parts: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Versions of an upstream table, from after `since` (None is the beginning) up to `to`."""

    name: str
    since: int | None
    to: int
    voids: tuple[tuple[int, int], ...] = ()


def parked_parts(payload: dict[str, Any]) -> tuple[str, list[ParkedPart]]:
    """Return the key of a position and the parts that an event of the ledger leaves out.

    Examples
    --------
    >>> parked_parts({"position": "files", "parts": [["in/a.csv", "cut", [12, 1700]]]})
    ('files', [ParkedPart(part='in/a.csv', reason='cut', data=[12, 1700])])
    >>> parked_parts({"files": [["in/a.csv", 12, 1700, "cut"]]})  # schema versions up to 4
    ('files', [ParkedPart(part='in/a.csv', reason='cut', data=[12, 1700])])
    """
    if "files" not in payload:
        parts = [ParkedPart(*part) for part in payload["parts"]]
        return payload["position"], parts

    parts = []
    for name, size, modified, reason, *_ in payload["files"]:
        part = ParkedPart(name, reason, [size, modified])
        parts.append(part)

    return "files", parts
