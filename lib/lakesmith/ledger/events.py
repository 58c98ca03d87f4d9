"""Define the events of the ledger, and fold them into the states of tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import Mark, TableState, is_staged
from lakesmith.sources.registry import positions_of
from lakesmith.sources.slices import Slice, parked_parts

if TYPE_CHECKING:
    from lakesmith.sources.base import Source
    from lakesmith.sources.positions import Position
    from lakesmith.sources.slices import ParkedPart

SCHEMA_VERSION = 5
PARTS_PER_EVENT = 1000
LEDGER = (
    "schema_version INT, seq BIGINT, event STRING, table STRING, epoch INT, batch BIGINT,"
    " run_id STRING, payload STRING"
)


_DEFAULTS = {"undo": None, "whole": False, "built_by": "", "upstream": "", "waived": 0}


@dataclass(frozen=True)
class LedgerEvent:
    """One row of the ledger.

    `event` is one of ``intent``, ``done``, ``dropped``, ``parked``, ``accepted``, ``undo``,
    ``undone``, ``restored``, ``rebuild``, ``maintained``, ``published`` and ``consumer``, or
    ``state`` and ``position`` (``files`` in schema versions up to 4) after a compaction.
    """

    event: str
    table: str
    epoch: int
    batch: int
    payload: dict[str, Any]
    run_id: str = ""

    def row(self, seq: int, run_id: str) -> dict[str, Any]:
        """Return the row of the ledger table.

        Examples
        --------
        >>> LedgerEvent("dropped", "bronze.orders", 1, 4, {}).row(seq=9, run_id="run")["payload"]
        '{}'
        """
        return {
            "schema_version": SCHEMA_VERSION,
            "seq": seq,
            **self.__dict__,
            "run_id": self.run_id or run_id,
            "payload": json.dumps(self.payload, sort_keys=True),
        }


def intent_event(intent: Intent) -> LedgerEvent:
    """Return the event that opens a batch.

    Examples
    --------
    >>> read = Slice("files", "orders", {"files": []})
    >>> intent_event(Intent("bronze.a", 1, 4, "2026-01-01T00:00:00+00:00", "hash", read)).batch
    4
    """
    payload = intent.to_dict()
    return LedgerEvent("intent", intent.table, intent.epoch, intent.batch, payload)


def done_event(
    intent: Intent,
    version: int,
    refused: bool,
    record: Mapping[str, Any] | None = None,
    void: tuple[int, int] | None = None,
) -> LedgerEvent:
    """Return the event that closes a batch.

    `version` is what it wrote, `refused` whether the gate refused it, `record` its counts and
    verdicts, and `void` the versions up to this one that changed no row.

    Examples
    --------
    >>> read = Slice("files", "orders", {"files": []})
    >>> intent = Intent("bronze.a", 1, 4, "2026-01-01T00:00:00+00:00", "hash", read)
    >>> done_event(intent, 7, refused=False, void=(6, 7)).payload["void"]
    [6, 7]
    """
    payload = {"version": version, "refused": refused, "intent": intent.to_dict()}
    payload |= {"void": list(void)} if void else {}
    payload |= {"record": dict(record)} if record else {}
    return LedgerEvent("done", intent.table, intent.epoch, intent.batch, payload)


def parked_event(
    state: TableState, source: Source, parked: Sequence[ParkedPart]
) -> LedgerEvent:
    """Return the event that leaves out parts of a source."""
    parts = [one.to_list() for one in parked]
    payload = {"position": source.key, "parts": parts}
    return LedgerEvent("parked", state.table, state.epoch, state.batch, payload)


def landed_events(
    state: TableState, source: Source, piece: Slice
) -> Iterator[LedgerEvent]:
    """Yield the events that count a slice as read by the batches that the ledger knows."""
    rules = source.positions
    position = rules.start()
    rules.advance(position, piece, state.closed)
    yield from _position_events(state, source.key, position, state.closed)


def fold(states: dict[str, TableState], event: LedgerEvent) -> None:
    """Apply one event to the states, in place.

    Examples
    --------
    >>> states: dict[str, TableState] = {}
    >>> fold(states, LedgerEvent("maintained", "bronze.orders", 1, 4, {"from": 2, "version": 3}))
    >>> states["bronze.orders"].voids
    [(3, 3)]
    """
    state = states.setdefault(event.table, TableState(event.table))
    _FOLDERS[event.event](state, event)


def _intent(state: TableState, event: LedgerEvent) -> None:
    state.open = Intent.from_dict(event.table, event.epoch, event.batch, event.payload)
    state.batch = event.batch


def _done(state: TableState, event: LedgerEvent) -> None:
    state.open = None
    state.batch = event.batch
    state.closed = event.batch
    if event.payload["refused"]:
        state.refused = dict(event.payload)
    else:
        _accept(state, event, event.payload)


def _accept(state: TableState, event: LedgerEvent, payload: dict[str, Any]) -> None:
    intent = Intent.from_dict(state.table, state.epoch, event.batch, payload["intent"])
    state.accept(intent, payload["version"], event.run_id)
    if "void" in payload:
        state.skip(*payload["void"])


def _accepted(state: TableState, event: LedgerEvent) -> None:
    refused = state.refused
    if refused and is_staged(refused):
        state.waived = event.batch  # yet to be written
        state.refused = None
        _intent(state, replace(event, payload=refused["intent"]))
    elif refused:
        _accept(state, event, refused)


def _dropped(state: TableState, event: LedgerEvent) -> None:
    state.open = None
    state.refused = None
    state.batch = event.batch


def _parked(state: TableState, event: LedgerEvent) -> None:
    state.park(*parked_parts(event.payload), event.batch)


def _undo(state: TableState, event: LedgerEvent) -> None:
    state.undo = dict(event.payload)
    state.open = None


def _restored(state: TableState, event: LedgerEvent) -> None:
    state.epoch = event.epoch
    state.refused = None
    state.open = None
    state.undo = None
    if "back_to" in event.payload:
        state.go_back(event.payload["back_to"])
    state.version = event.payload["version"]
    state.voids.append((event.payload["void"][0], event.payload["void"][1]))


def _rebuild(state: TableState, event: LedgerEvent) -> None:
    if not event.payload.get("more"):
        state.start_again(event.epoch)
    state.must_read.update(event.payload.get("files", ()))


def _undone(state: TableState, event: LedgerEvent) -> None:
    state.voids += [(low, high) for low, high in event.payload["voids"]]


def _maintained(state: TableState, event: LedgerEvent) -> None:
    state.maintain(event.payload["from"], event.payload["version"])


def _state(state: TableState, event: LedgerEvent) -> None:
    data = event.payload
    state.epoch = event.epoch
    state.batch = event.batch
    for name in ("version", "spec_hash", "lookups", "refused"):
        setattr(state, name, data[name])
    keys = data.get("positions", ())
    state.positions = {key: positions_of(key).start() for key in keys}
    state.voids = [(low, high) for low, high in data["voids"]]
    # Of a ledger whose schema version is 1 the last batch is all that is known.
    state.closed = data.get("closed", event.batch)
    for name, default in _DEFAULTS.items():
        setattr(state, name, data.get(name, default))
    state.marks = [Mark.from_dict(mark) for mark in data.get("marks", [])]
    state.must_read = set(data.get("must_read", ()))
    _restore_old_positions(state, data, event.batch)


def _restore_old_positions(
    state: TableState, data: Mapping[str, Any], batch: int
) -> None:
    """Read the positions of schema versions up to 4, which knew files and tables only."""
    if data.get("since") is not None:
        state.position("table")["to"] = data["since"]
    if data.get("parked"):
        _restore(state, "files", {"parked": data["parked"]}, batch)


def _files(state: TableState, event: LedgerEvent) -> None:
    _restore(state, "files", event.payload, event.batch)


def _position(state: TableState, event: LedgerEvent) -> None:
    payload = event.payload
    _restore(state, payload["position"], payload["part"], event.batch)


def _restore(state: TableState, key: str, part: dict[str, Any], batch: int) -> None:
    positions_of(key).restore(state.position(key), part, batch)


_FOLDERS = {
    "intent": _intent,
    "done": _done,
    "dropped": _dropped,
    "parked": _parked,
    "undone": _undone,
    "maintained": _maintained,
    "accepted": _accepted,
    "undo": _undo,
    "restored": _restored,
    "rebuild": _rebuild,
    "state": _state,
    "files": _files,
    "position": _position,
}


def compacted(states: Iterable[TableState]) -> Iterator[LedgerEvent]:
    """Yield the fewest events that fold into the same states.

    Examples
    --------
    >>> state = TableState("silver.orders", positions={"table": {"to": 8}})
    >>> [event.event for event in compacted([state])]
    ['state', 'position']
    """
    for state in states:
        known = _snapshot(state)
        yield LedgerEvent("state", state.table, state.epoch, state.batch, known)
        for key, position in sorted(state.positions.items()):
            yield from _position_events(state, key, position, state.batch)
        if state.open:
            yield intent_event(state.open)


def _position_events(
    state: TableState, key: str, position: Position, batch: int
) -> Iterator[LedgerEvent]:
    for part in positions_of(key).stored(position):
        payload = {"position": key, "part": part}
        yield LedgerEvent("position", state.table, state.epoch, batch, payload)


def _snapshot(state: TableState) -> dict[str, Any]:
    names = (
        "version", "spec_hash", "lookups", "refused", "undo", "voids", "closed", "whole",
        "built_by", "upstream", "waived",
    )  # fmt: skip
    known = {name: getattr(state, name) for name in names}
    known["positions"] = sorted(state.positions)
    known["marks"] = [asdict(mark) for mark in state.marks]
    # Only where a rebuild is unfinished.
    return known | ({"must_read": sorted(state.must_read)} if state.must_read else {})
