"""An intent: exactly what one batch of one table reads, written down before anything is read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

Dates = tuple[str, str]
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

    `first` is True when nothing of the table counts any more, so that the batch takes the place of all that is there.
    `dates` are the event dates ``[from, to)`` that a backfill computes anew; `retyped` is True when a column of the
    upstream has another type than the rows had that merged groups were computed from. `inputs` are the tables that the
    names of `lookups` stood for; an older ledger does not say them.
    """

    table: str
    epoch: int
    batch: int
    run_time: str
    spec_hash: str
    input: TableInput | FilesInput
    lookups: tuple[tuple[str, int], ...] = ()
    first: bool = False
    dates: Dates | None = None
    retyped: bool = False
    inputs: tuple[tuple[str, str], ...] = ()

    @property
    def reads(self) -> dict[str, int]:
        """The newest version that the batch reads of each table, as far as the intent names them."""
        versions = dict(self.lookups)
        found = {table: versions[key] for key, table in self.inputs if key in versions}
        if isinstance(self.input, TableInput):
            found[self.input.name] = max(self.input.to, found.get(self.input.name, 0))
        return found

    @property
    def purpose(self) -> str:
        """What the batch is for: ``main``, or ``backfill:FROM..TO``."""
        return f"backfill:{self.dates[0]}..{self.dates[1]}" if self.dates else "main"

    @property
    def upstream(self) -> str:
        """What the batch reads, as a spec's `from` names it."""
        return (
            self.input.name
            if isinstance(self.input, TableInput)
            else f"sources.{self.input.name}"
        )

    @property
    def digest(self) -> str:
        """Digest of everything that decides the batch's rows."""
        return hashlib.sha256(
            json.dumps(self.to_dict(), sort_keys=True).encode()
        ).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the ledger."""
        kind = "files" if isinstance(self.input, FilesInput) else "table"
        return {
            "run_time": self.run_time,
            "spec_hash": self.spec_hash,
            "first": self.first,
            "lookups": [list(pair) for pair in self.lookups],
            "input": {"kind": kind, **self.input.__dict__},
            **({"dates": list(self.dates)} if self.dates else {}),
            **({"retyped": True} if self.retyped else {}),
            **({"inputs": [list(pair) for pair in self.inputs]} if self.inputs else {}),
        }

    @classmethod
    def from_dict(
        cls, table: str, epoch: int, batch: int, data: dict[str, Any]
    ) -> Intent:
        """Read an intent back from the ledger."""
        lookups = tuple((name, version) for name, version in data["lookups"])
        read = _input(data["input"])
        dates = data.get("dates")
        slice_of = (dates[0], dates[1]) if dates else None
        inputs = tuple((name, table) for name, table in data.get("inputs", ()))
        said = (
            data["run_time"],
            data["spec_hash"],
            read,
            lookups,
            data["first"],
            slice_of,
        )
        return cls(
            table,
            epoch,
            batch,
            *said,
            retyped=data.get("retyped", False),
            inputs=inputs,
        )


def _input(data: dict[str, Any]) -> TableInput | FilesInput:
    if data["kind"] == "files":
        return FilesInput(
            data["name"],
            tuple((path, size, mtime) for path, size, mtime in data["files"]),
        )
    voids = tuple((low, high) for low, high in data["voids"])
    return TableInput(data["name"], data["since"], data["to"], voids)
