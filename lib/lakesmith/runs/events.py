"""Ledger events and how they fold into the state of each table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lakesmith.runs.intent import FilesInput, Intent, TableState

SCHEMA_VERSION = 1
FILES_PER_EVENT = 1000
LEDGER = (
    "schema_version INT, seq BIGINT, event STRING, table STRING, epoch INT, batch BIGINT, run_id STRING, payload STRING"
)


@dataclass(frozen=True)
class LedgerEvent:
    """One row of the ledger: ``intent done dropped parked restored accepted published state files``."""

    event: str
    table: str
    epoch: int
    batch: int
    payload: dict[str, Any]

    def row(self, seq: int, run_id: str) -> dict[str, Any]:
        """Return the row of the ledger table."""
        return {
            "schema_version": SCHEMA_VERSION,
            "seq": seq,
            "run_id": run_id,
            **self.__dict__,
            "payload": json.dumps(self.payload, sort_keys=True),
        }


def intent_event(intent: Intent) -> LedgerEvent:
    """Return the event that opens a batch."""
    return LedgerEvent("intent", intent.table, intent.epoch, intent.batch, intent.to_dict())


def done_event(intent: Intent, version: int, refused: bool) -> LedgerEvent:
    """Return the event that closes a batch: the version it wrote, and whether the gate refused it."""
    payload = {"version": version, "refused": refused, "intent": intent.to_dict()}
    return LedgerEvent("done", intent.table, intent.epoch, intent.batch, payload)


def fold(states: dict[str, TableState], event: LedgerEvent) -> None:
    """Apply one event to the states, in place."""
    state = states.setdefault(event.table, TableState(event.table))
    _FOLDERS[event.event](state, event)


def _intent(state: TableState, event: LedgerEvent) -> None:
    state.open = Intent.from_dict(event.table, event.epoch, event.batch, event.payload)
    state.batch = event.batch


def _done(state: TableState, event: LedgerEvent) -> None:
    state.open, state.batch = None, event.batch
    if event.payload["refused"]:
        state.refused = dict(event.payload)
    else:
        _accept(state, event.batch, event.payload)


def _accept(state: TableState, batch: int, payload: dict[str, Any]) -> None:
    intent = Intent.from_dict(state.table, state.epoch, batch, payload["intent"])
    state.version, state.spec_hash, state.refused = payload["version"], intent.spec_hash, None
    state.lookups = dict(intent.lookups)
    if isinstance(intent.input, FilesInput):
        state.seen |= {path: (size, mtime) for path, size, mtime in intent.input.files}
        state.parked = {
            path: why for path, why in state.parked.items() if path not in {f[0] for f in intent.input.files}
        }
    else:
        state.since = intent.input.to


def _dropped(state: TableState, event: LedgerEvent) -> None:
    state.open, state.batch = None, event.batch


def _parked(state: TableState, event: LedgerEvent) -> None:
    for path, size, mtime, reason in event.payload["files"]:
        state.seen[path] = (size, mtime)
        state.parked[path] = reason


def _restored(state: TableState, event: LedgerEvent) -> None:
    state.epoch, state.refused, state.open = event.epoch, None, None
    state.version = event.payload["version"]
    state.voids.append((event.payload["void"][0], event.payload["void"][1]))


def _accepted(state: TableState, event: LedgerEvent) -> None:
    if state.refused:
        _accept(state, event.batch, state.refused)


def _state(state: TableState, event: LedgerEvent) -> None:
    data = event.payload
    state.epoch, state.batch, state.version = event.epoch, event.batch, data["version"]
    state.spec_hash, state.since, state.lookups = data["spec_hash"], data["since"], data["lookups"]
    state.parked, state.refused = data["parked"], data["refused"]
    state.voids = [(low, high) for low, high in data["voids"]]


def _files(state: TableState, event: LedgerEvent) -> None:
    state.seen |= {path: (size, mtime) for path, size, mtime in event.payload["files"]}


_FOLDERS = {
    "intent": _intent,
    "done": _done,
    "dropped": _dropped,
    "parked": _parked,
    "restored": _restored,
    "accepted": _accepted,
    "state": _state,
    "files": _files,
}


def compacted(states: Iterable[TableState]) -> Iterator[LedgerEvent]:
    """Yield the fewest events that fold into the same states."""
    for state in states:
        yield LedgerEvent("state", state.table, state.epoch, state.batch, _snapshot(state))
        files = iter([path, *seen] for path, seen in sorted(state.seen.items()))
        while chunk := list(islice(files, FILES_PER_EVENT)):
            yield LedgerEvent("files", state.table, state.epoch, state.batch, {"files": chunk})
        if state.open:
            yield intent_event(state.open)


def _snapshot(state: TableState) -> dict[str, Any]:
    names = ("version", "spec_hash", "since", "lookups", "parked", "refused", "voids")
    return {name: getattr(state, name) for name in names}
