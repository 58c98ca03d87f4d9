"""Keep what the ledger knows of one table, now and after each of its last batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lakesmith.sources.registry import positions_of, version_read

if TYPE_CHECKING:
    from lakesmith.ledger.intent import Intent
    from lakesmith.sources.positions import Position
    from lakesmith.sources.slices import ParkedPart

MARKS = 200


@dataclass(frozen=True)
class Mark:
    """Where a table stood after an accepted batch, which a rollback returns to.

    `positions` are the marks of its sources. `reads` are the versions that the batch itself read,
    by table: a backfill reads other versions than `since`.
    """

    batch: int = 0
    run_id: str = ""
    version: int | None = None
    spec_hash: str = ""
    positions: dict[str, Position] = field(default_factory=dict)
    lookups: dict[str, int] = field(default_factory=dict)
    built_by: str = ""
    upstream: str = ""
    reads: dict[str, int] = field(default_factory=dict)

    @property
    def since(self) -> int | None:
        """The version up to which the upstream table was read.

        Examples
        --------
        >>> Mark(positions={"table": {"to": 5}}).since
        5
        """
        return version_read(self.positions)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Mark:
        """Read a mark back from the ledger.

        Examples
        --------
        >>> Mark.from_dict({"batch": 2, "since": 5}).positions  # schema version 4
        {'table': {'to': 5}}
        """
        known = dict(data)
        since = known.pop("since", None)
        if since is not None:
            known["positions"] = {"table": {"to": since}}
        return cls(**known)


@dataclass
class TableState:
    """What the ledger knows of one table, folded from its events.

    Attributes
    ----------
    version : int or None
        The newest version that may be read, of the newest accepted batch.
    spec_hash, lookups : str, dict
        Spec and versions of the inputs of the newest batch that was no backfill.
    built_by : str
        The spec hash of all batches since the first one; empty when they had several, one was a
        backfill, or types changed.
    batch, closed : int
        The newest number given, and the newest batch that is known to have landed.
    positions : dict
        How far each source was read, by the key that the source gives it.
    refused, undo : dict or None
        The batch that the gate refused and that is not undone; a rollback that is not finished.
    marks, whole : list of Mark, bool
        The last accepted batches, and whether they reach back to the first one.
    upstream : str
        The table or source that was read; empty when the ledger does not have it.
    waived : int
        The batch that was accepted before it was written, 0 for none.
    must_read : set of str
        The parts of a source that a rebuild has yet to read, since the table held their rows.
    """

    table: str
    epoch: int = 1
    batch: int = 0
    version: int | None = None
    spec_hash: str = ""
    positions: dict[str, Position] = field(default_factory=dict)
    lookups: dict[str, int] = field(default_factory=dict)
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
    waived: int = 0

    @property
    def since(self) -> int | None:
        """The version up to which the upstream table was read.

        Examples
        --------
        >>> TableState("silver.orders", positions={"table": {"to": 5}}).since
        5
        """
        return version_read(self.positions)

    def position(self, key: str) -> Position:
        """Return the position of a source, to be moved in place.

        Examples
        --------
        >>> TableState("silver.orders").position("table")
        {}
        """
        return self.positions.setdefault(key, positions_of(key).start())

    def accept(self, intent: Intent, version: int, run_id: str) -> None:
        """Move on by a batch.

        A backfill or a replay changes rows, not how far the table has read.

        Examples
        --------
        >>> from lakesmith.ledger.intent import Intent
        >>> from lakesmith.sources.slices import Slice
        >>> read = Slice("table", "bronze.orders", {"since": None, "to": 5, "voids": []})
        >>> intent = Intent("silver.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read)
        >>> state = TableState("silver.orders")
        >>> state.accept(intent, version=0, run_id="run")
        >>> state.version, state.since, state.upstream
        (0, 5, 'bronze.orders')
        """
        self.version = version
        self.refused = None
        # Groups of a backfill hold rows that the table has yet to read; other types give
        # other measures.
        is_other = intent.is_repair or intent.retyped
        is_same = self.built_by == intent.spec_hash
        is_whole = intent.first or (is_same and not is_other)
        self.built_by = intent.spec_hash if is_whole else ""
        if not intent.is_repair:
            self.spec_hash = intent.spec_hash
            self.lookups = dict(intent.lookups)
            self.upstream = intent.upstream
            self._advance(intent)
        self.marks = [*self.marks, self._mark(intent, version, run_id)]
        self.whole = self.whole and len(self.marks) <= MARKS
        self.marks = self.marks[-MARKS:]

    def _mark(self, intent: Intent, version: int, run_id: str) -> Mark:
        return Mark(
            batch=intent.batch,
            run_id=run_id,
            version=version,
            spec_hash=self.spec_hash,
            positions=self._marked_positions(),
            lookups=dict(self.lookups),
            built_by=self.built_by,
            upstream=self.upstream,
            # An older ledger has no tables of the lookups: they are found by the spec's inputs.
            reads=intent.reads if intent.inputs or not intent.lookups else {},
        )

    def _marked_positions(self) -> dict[str, Position]:
        marked = {
            key: positions_of(key).mark(position)
            for key, position in self.positions.items()
        }
        return {key: mark for key, mark in marked.items() if mark}

    def _advance(self, intent: Intent) -> None:
        piece = intent.input
        rules = positions_of(piece.kind)
        key = rules.key(piece.kind, piece.name)
        position = self.position(key)
        rules.advance(position, piece, intent.batch)
        parts = rules.parts(piece)
        self.must_read.difference_update(parts)

    def park(self, key: str, parked: Sequence[ParkedPart], batch: int) -> None:
        """Remember the parts of a source that a batch leaves out.

        Examples
        --------
        >>> from lakesmith.sources.slices import ParkedPart
        >>> state = TableState("bronze.orders")
        >>> state.park("files", [ParkedPart("in/a.csv", "cut", [12, 1700])], batch=1)
        >>> state.positions["files"]["parked"]
        {'in/a.csv': 'cut'}
        """
        positions_of(key).park(self.position(key), parked, batch)

    def go_back(self, batch: int) -> None:
        """Return to where the table stood after a batch, so that what came later is new.

        Examples
        --------
        >>> mark = Mark(batch=1, version=3, positions={"table": {"to": 5}})
        >>> positions = {"table": {"to": 8}}
        >>> state = TableState("silver.orders", version=4, positions=positions, marks=[mark])
        >>> state.go_back(1)
        >>> state.version, state.since
        (3, 5)
        """
        self.marks = [mark for mark in self.marks if mark.batch <= batch]
        mark = self.marks[-1] if self.marks else Mark()
        self.version = mark.version
        self.spec_hash = mark.spec_hash
        self.lookups = dict(mark.lookups)
        self.built_by = mark.built_by
        self.upstream = mark.upstream
        for key, position in self.positions.items():
            marked = mark.positions.get(key, {})
            rules = positions_of(key)
            rules.go_back(position, marked, batch)

    def maintain(self, old: int, new: int) -> None:
        """Move on to a version with the same rows, so that downstream tables skip what is between.

        A batch that another run accepted meanwhile is newer, and stays where the table stands.

        Examples
        --------
        >>> state = TableState("silver.orders", version=4)
        >>> state.maintain(4, 6)
        >>> state.version, state.voids
        (6, [(5, 6)])
        """
        self.skip(old + 1, new)
        if self.version == old:
            self.version = new
            self.marks = [
                replace(mark, version=new) if mark.version == old else mark
                for mark in self.marks
            ]

    def skip(self, low: int, high: int) -> None:
        """Remember versions that together change no row, so that downstream tables skip them.

        Examples
        --------
        >>> state = TableState("silver.orders", voids=[(4, 5)])
        >>> state.skip(6, 7)
        >>> state.voids
        [(4, 7)]
        """
        while self.voids:
            first, last = self.voids[-1]
            if first > high + 1 or low > last + 1:
                break
            low = min(low, first)
            high = max(high, last)
            self.voids.pop()
        self.voids.append((low, high))

    def start_again(self, epoch: int) -> None:
        """Forget all positions, since the table is built again from all that its source has.

        Examples
        --------
        >>> state = TableState("silver.orders", version=4, positions={"table": {"to": 8}})
        >>> state.start_again(epoch=2)
        >>> state.epoch, state.version, state.positions
        (2, None, {})
        """
        self.epoch = epoch
        self.version = None
        self.spec_hash = ""
        self.positions = {}
        self.lookups = {}
        self.voids = []
        self.open = None
        self.refused = None
        self.undo = None
        self.marks = []
        self.whole = False
        self.built_by = ""
        self.upstream = ""
        self.must_read = set()


def is_staged(refused: Mapping[str, Any]) -> bool:
    """Return whether a refused batch was never written to its table."""
    return bool(refused.get("record", {}).get("staged"))
