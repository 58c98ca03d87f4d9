"""An intent: exactly what one batch of one table reads, written down before anything is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

Files = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class TableInput:
    """A range of versions of an upstream table: after `since` (None = from nothing) up to `to`."""

    name: str
    since: int | None
    to: int
    voids: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class FilesInput:
    """A set of files of a source, as (path, size, mtime)."""

    name: str
    files: Files


@dataclass(frozen=True)
class Intent:
    """What a batch reads and when it claims to run; a retry reads the intent, never "latest".

    `first` is True when the table is known to hold nothing, so that an upsert may append.
    """

    table: str
    epoch: int
    batch: int
    run_time: str
    spec_hash: str
    input: TableInput | FilesInput
    lookups: tuple[tuple[str, int], ...] = ()
    first: bool = False

    @property
    def digest(self) -> str:
        """Digest of everything that decides the batch's rows."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the ledger."""
        kind = "files" if isinstance(self.input, FilesInput) else "table"
        return {
            "run_time": self.run_time,
            "spec_hash": self.spec_hash,
            "first": self.first,
            "lookups": [list(pair) for pair in self.lookups],
            "input": {"kind": kind, **self.input.__dict__},
        }

    @classmethod
    def from_dict(cls, table: str, epoch: int, batch: int, data: dict[str, Any]) -> Intent:
        """Read an intent back from the ledger."""
        lookups = tuple((name, version) for name, version in data["lookups"])
        read = _input(data["input"])
        return cls(table, epoch, batch, data["run_time"], data["spec_hash"], read, lookups, data["first"])


def _input(data: dict[str, Any]) -> TableInput | FilesInput:
    if data["kind"] == "files":
        return FilesInput(data["name"], tuple((path, size, mtime) for path, size, mtime in data["files"]))
    voids = tuple((low, high) for low, high in data["voids"])
    return TableInput(data["name"], data["since"], data["to"], voids)


@dataclass
class TableState:
    """What the ledger knows of one table, folded from its events.

    `version` is the newest version that may be read (the newest accepted batch), `head` the newest version
    written, `seen` the files read or parked, `refused` the batch that the gate refused and nobody has undone.
    """

    table: str
    epoch: int = 1
    batch: int = 0
    version: int | None = None
    spec_hash: str = ""
    since: int | None = None
    lookups: dict[str, int] = field(default_factory=dict)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    parked: dict[str, str] = field(default_factory=dict)
    voids: list[tuple[int, int]] = field(default_factory=list)
    open: Intent | None = None
    refused: dict[str, Any] | None = None
