"""What the ledger knows of one table: where it stands, and where it stood after each of its last batches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from lakesmith.ledger.intent import FilesInput, Intent, TableInput

MARKS = 200


@dataclass(frozen=True)
class Mark:
    """Where a table stood after an accepted batch: what a rollback returns to.

    `reads` are the versions that the batch itself read, by table: a backfill reads other ones than `since` says.
    """

    batch: int = 0
    run_id: str = ""
    version: int | None = None
    spec_hash: str = ""
    since: int | None = None
    lookups: dict[str, int] = field(default_factory=dict)
    built_by: str = ""
    upstream: str = ""
    reads: dict[str, int] = field(default_factory=dict)


@dataclass
class TableState:
    """What the ledger knows of one table, folded from its events.

    `version` is the newest version that may be read (the newest accepted batch), `built_by` the spec hash of all its
    batches since the first one, empty when they had several, one was a backfill or types changed, `batch` the newest
    number given, `closed` the newest batch that is known to have landed, `seen` the files read or parked with size and
    mtime, `read_in` the batch that did, `refused` the batch that the gate refused and nobody has undone, `undo` a
    rollback that is not finished, `marks` the last accepted batches, `whole` whether they reach back to the first one,
    `upstream` the table or the source that they read and that `since` counts of, empty when the ledger does not say,
    `must_read` the files that a rebuild has yet to read, since the table held their rows before.
    """

    table: str
    epoch: int = 1
    batch: int = 0
    version: int | None = None
    spec_hash: str = ""
    since: int | None = None
    lookups: dict[str, int] = field(default_factory=dict)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    read_in: dict[str, int] = field(default_factory=dict)
    parked: dict[str, str] = field(default_factory=dict)
    voids: list[tuple[int, int]] = field(default_factory=list)
    open: Intent | None = None
    refused: dict[str, Any] | None = None
    undo: dict[str, Any] | None = None
    closed: int = 0
    marks: list[Mark] = field(default_factory=list)
    whole: bool = True
    built_by: str = ""
    upstream: str = ""
    must_read: set[str] = field(default_factory=set)

    def accept(self, intent: Intent, version: int, run_id: str) -> None:
        """Move on by a batch; a backfill changes rows, not how far the table has read."""
        self.version = version
        self.refused = None
        # The groups of a backfill hold rows that the table itself has yet to read; other types give other measures.
        is_other = intent.dates is not None or intent.retyped
        is_whole = intent.first or (self.built_by == intent.spec_hash and not is_other)
        self.built_by = intent.spec_hash if is_whole else ""
        if intent.dates is None:
            self.spec_hash = intent.spec_hash
            self.lookups = dict(intent.lookups)
            self.upstream = intent.upstream
            self._move(intent.input, intent.batch)
        self.marks = [*self.marks, self._mark(intent, version, run_id)]
        self.whole = self.whole and len(self.marks) <= MARKS
        self.marks = self.marks[-MARKS:]

    def _mark(self, intent: Intent, version: int, run_id: str) -> Mark:
        return Mark(
            batch=intent.batch,
            run_id=run_id,
            version=version,
            spec_hash=self.spec_hash,
            since=self.since,
            lookups=dict(self.lookups),
            built_by=self.built_by,
            upstream=self.upstream,
            # An older ledger does not say which tables were looked up: its lookups are gone by, with the spec's inputs.
            reads=intent.reads if intent.inputs or not intent.lookups else {},
        )

    def _move(self, read: FilesInput | TableInput, batch: int) -> None:
        if isinstance(read, TableInput):
            self.since = read.to
            return
        self.see(read.files, batch)
        self.must_read -= {file[0] for file in read.files}
        self.parked = {
            path: why
            for path, why in self.parked.items()
            if path not in {file[0] for file in read.files}
        }

    def see(self, files: Any, batch: int) -> None:
        """Remember files as read, or parked, in a batch."""
        self.seen |= {path: (size, mtime) for path, size, mtime in files}
        self.read_in |= {path: batch for path, _, _ in files}

    def go_back(self, batch: int) -> None:
        """Return to where the table stood after an earlier batch; what came later is as if it had not been read."""
        self.marks = [mark for mark in self.marks if mark.batch <= batch]
        mark = self.marks[-1] if self.marks else Mark()
        self.version = mark.version
        self.spec_hash = mark.spec_hash
        self.since = mark.since
        self.lookups = dict(mark.lookups)
        self.built_by = mark.built_by
        self.upstream = mark.upstream
        self.read_in = {
            path: number for path, number in self.read_in.items() if number <= batch
        }
        self.seen = {
            path: seen for path, seen in self.seen.items() if path in self.read_in
        }
        self.parked = {
            path: why for path, why in self.parked.items() if path in self.read_in
        }

    def maintain(self, old: int, new: int) -> None:
        """Move on to a version that holds the same rows as an older one; tables below need not read what lies between.

        A batch that another run accepted meanwhile is newer, and stays where the table stands.
        """
        self.skip(old + 1, new)
        if self.version == old:
            self.version = new
            self.marks = [
                replace(mark, version=new) if mark.version == old else mark
                for mark in self.marks
            ]

    def skip(self, low: int, high: int) -> None:
        """Remember versions that tables below need not read, since together they change no row."""
        while (
            self.voids
            and self.voids[-1][0] <= high + 1
            and low <= self.voids[-1][1] + 1
        ):
            low = min(low, self.voids[-1][0])
            high = max(high, self.voids.pop()[1])
        self.voids.append((low, high))

    def start_anew(self, epoch: int) -> None:
        """Forget all positions: the table is built again from everything that its source has."""
        self.epoch = epoch
        self.version = None
        self.spec_hash = ""
        self.since = None
        self.lookups = {}
        self.seen = {}
        self.read_in = {}
        self.parked = {}
        self.voids = []
        self.open = None
        self.refused = None
        self.undo = None
        self.marks = []
        self.whole = False
        self.built_by = ""
        self.upstream = ""
        self.must_read = set()
