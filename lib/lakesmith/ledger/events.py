"""Ledger events: what may happen to a table, and how it folds into the table's state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import Mark, TableState

SCHEMA_VERSION = 4
FILES_PER_EVENT = 1000
LEDGER = "schema_version INT, seq BIGINT, event STRING, table STRING, epoch INT, batch BIGINT, run_id STRING, payload STRING"


@dataclass(frozen=True)
class LedgerEvent:
    """One row of the ledger.

    `event` is ``intent done dropped parked accepted undo undone restored rebuild maintained published``, or
    ``state files`` after a compaction.
    """

    event: str
    table: str
    epoch: int
    batch: int
    payload: dict[str, Any]
    run_id: str = ""

    def row(self, seq: int, run_id: str) -> dict[str, Any]:
        """Return the row of the ledger table."""
        return {
            "schema_version": SCHEMA_VERSION,
            "seq": seq,
            **self.__dict__,
            "run_id": self.run_id or run_id,
            "payload": json.dumps(self.payload, sort_keys=True),
        }


def intent_event(intent: Intent) -> LedgerEvent:
    """Return the event that opens a batch."""
    return LedgerEvent(
        "intent", intent.table, intent.epoch, intent.batch, intent.to_dict()
    )


def done_event(
    intent: Intent,
    version: int,
    refused: bool,
    record: Mapping[str, Any] | None = None,
    void: tuple[int, int] | None = None,
) -> LedgerEvent:
    """Return the event that closes a batch: the version it wrote, whether the gate refused it, counts and verdicts.

    `void` are versions up to this one that changed no row.
    """
    payload = {"version": version, "refused": refused, "intent": intent.to_dict()}
    payload |= {"void": list(void)} if void else {}
    told = {"record": dict(record)} if record else {}
    return LedgerEvent("done", intent.table, intent.epoch, intent.batch, payload | told)


def fold(states: dict[str, TableState], event: LedgerEvent) -> None:
    """Apply one event to the states, in place."""
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
    if state.refused:
        _accept(state, event, state.refused)


def _dropped(state: TableState, event: LedgerEvent) -> None:
    state.open = None
    state.batch = event.batch


def _parked(state: TableState, event: LedgerEvent) -> None:
    files = event.payload["files"]
    state.see([file[:3] for file in files], event.batch)
    state.parked |= {path: reason for path, _, _, reason in files}


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
        state.start_anew(event.epoch)
    state.must_read |= set(event.payload.get("files", ()))


def _undone(state: TableState, event: LedgerEvent) -> None:
    state.voids.extend((low, high) for low, high in event.payload["voids"])


def _maintained(state: TableState, event: LedgerEvent) -> None:
    state.maintain(event.payload["from"], event.payload["version"])


def _state(state: TableState, event: LedgerEvent) -> None:
    data = event.payload
    state.epoch = event.epoch
    state.batch = event.batch
    for name in ("version", "spec_hash", "since", "lookups", "parked", "refused"):
        setattr(state, name, data[name])
    state.voids = [(low, high) for low, high in data["voids"]]
    # Of a ledger whose schema version is 1 the last batch is all that is known.
    state.closed = data.get("closed", event.batch)
    state.undo = data.get("undo")
    state.marks = [Mark(**mark) for mark in data.get("marks", [])]
    state.whole = data.get("whole", False)
    state.built_by = data.get("built_by", "")
    state.upstream = data.get("upstream", "")
    state.must_read = set(data.get("must_read", ()))


def _files(state: TableState, event: LedgerEvent) -> None:
    for path, size, mtime, *batch in event.payload["files"]:
        state.seen[path] = (size, mtime)
        state.read_in[path] = batch[0] if batch else event.batch


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
}


def compacted(states: Iterable[TableState]) -> Iterator[LedgerEvent]:
    """Yield the fewest events that fold into the same states."""
    for state in states:
        yield LedgerEvent(
            "state", state.table, state.epoch, state.batch, _snapshot(state)
        )
        files = iter(
            [path, *seen, state.read_in[path]]
            for path, seen in sorted(state.seen.items())
        )
        while chunk := list(islice(files, FILES_PER_EVENT)):
            yield LedgerEvent(
                "files", state.table, state.epoch, state.batch, {"files": chunk}
            )
        if state.open:
            yield intent_event(state.open)


def _snapshot(state: TableState) -> dict[str, Any]:
    names = (
        "version",
        "spec_hash",
        "since",
        "lookups",
        "parked",
        "refused",
        "undo",
        "voids",
        "closed",
        "whole",
    )
    known = {name: getattr(state, name) for name in (*names, "built_by", "upstream")}
    # Only where a rebuild is unfinished.
    known |= {"must_read": sorted(state.must_read)} if state.must_read else {}
    return {**known, "marks": [asdict(mark) for mark in state.marks]}
