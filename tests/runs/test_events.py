from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakesmith.ledger.events import LedgerEvent, compacted, done_event, fold, intent_event
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import Mark, TableState
from lakesmith.sources.files import position
from lakesmith.sources.files.position import files_slice
from lakesmith.sources.registry import register
from lakesmith.sources.slices import Slice
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.model import source_types
from tests.positions import files_parked, files_seen, read_files
from tests.sources.numbers_source import Numbers

NAMES = st.sampled_from(["bronze.a", "silver.b", "gold.c"])
SMALL = st.integers(0, 5)
FILES = st.dictionaries(st.sampled_from("abcdef"), st.tuples(SMALL, SMALL), max_size=4).map(
    lambda found: tuple((path, *seen) for path, seen in found.items())
)
VOIDS = st.lists(st.tuples(SMALL, SMALL), max_size=2).map(tuple)
INPUTS = st.builds(files_slice, st.just("orders"), FILES) | st.builds(
    versions_slice, st.just("bronze.a"), st.none() | SMALL, SMALL, VOIDS
)
INPUTS |= st.builds(lambda since, to: Slice("numbers", "ids", {"since": since, "to": to}), SMALL, SMALL)
LOOKUPS = st.sampled_from([(), (("silver.b", 3),)])
TIME = st.just("2026-01-01T00:00:00+00:00")
INTENTS = st.builds(Intent, NAMES, SMALL, SMALL, TIME, st.text(max_size=3), INPUTS, LOOKUPS, st.booleans())


def plain(kind: str, payload: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[LedgerEvent]:
    return st.builds(LedgerEvent, st.just(kind), NAMES, SMALL, SMALL, payload)


PARKED = st.builds(lambda files: {"files": [[*file, "bad"] for file in files]}, FILES)
LEFT_OUT = st.builds(lambda part: {"position": "numbers:ids", "parts": [[str(part), "bad", None]]}, SMALL)
RESTORED = st.builds(lambda low, version: {"version": version, "void": [low, low + 1]}, SMALL, st.none() | SMALL)
EVENTS = st.one_of(
    INTENTS.map(intent_event),
    st.builds(done_event, INTENTS, SMALL, st.booleans()),
    plain("dropped", st.just({})),
    plain("accepted", st.just({})),
    plain("parked", PARKED),
    plain("parked", LEFT_OUT),
    plain("restored", RESTORED),
    plain("restored", st.builds(lambda found, batch: {**found, "back_to": batch}, RESTORED, SMALL)),
    plain("rebuild", st.just({})),
    plain("undo", st.builds(lambda version: {"version": version, "back_to": 1}, st.none() | SMALL)),
)


@pytest.fixture(autouse=True, scope="module")
def numbers() -> Iterator[None]:
    """Register a source that is neither files nor a table."""
    register(Numbers)
    yield
    source_types._registered.pop("numbers")


def written(event: LedgerEvent) -> LedgerEvent:
    """Return the event as it comes back from the ledger."""
    row = event.row(1, "run")
    return LedgerEvent(row["event"], row["table"], row["epoch"], row["batch"], json.loads(row["payload"]))


def folded(found: list[LedgerEvent]) -> dict[str, TableState]:
    states: dict[str, TableState] = {}
    for event in found:
        fold(states, written(event))
    return states


def intent(batch: int = 1, read: Slice | None = None) -> Intent:
    files = read or files_slice("orders", (("a", 1, 5),))
    return Intent("bronze.a", 1, batch, "2026-01-01T00:00:00+00:00", "hash", files)


@given(st.lists(EVENTS, max_size=12))
def test_compaction_changes_no_state(history: list[LedgerEvent]) -> None:
    states = folded(history)
    assert folded(list(compacted(states.values()))) == states


def test_compaction_cuts_a_long_list_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position, "FILES_PER_PART", 2)
    state = TableState("bronze.a", positions=read_files(dict.fromkeys("abcde", (1, 5))))
    found = list(compacted([state]))
    assert [event.event for event in found] == ["state", "position", "position", "position"]
    assert folded(found) == {"bronze.a": state}


@given(INTENTS)
def test_an_intent_comes_back_from_the_ledger_as_it_was(intent: Intent) -> None:
    data = json.loads(json.dumps(intent.to_dict()))
    assert Intent.from_dict(intent.table, intent.epoch, intent.batch, data) == intent


def test_maintenance_moves_a_table_and_its_marks_to_the_same_rows() -> None:
    state = TableState("silver.b", version=4, voids=[(1, 2)], marks=[Mark(1, "r", 3), Mark(2, "r", 4), Mark(3, "s", 4)])
    for old, new in ((4, 6), (6, 7)):
        payload = {"from": old, "version": new}
        fold({"silver.b": state}, LedgerEvent("maintained", "silver.b", 1, 3, payload))
    assert (state.version, state.voids, [mark.version for mark in state.marks]) == (7, [(1, 2), (5, 7)], [3, 7, 7])


def test_maintenance_never_takes_a_newer_batch_back() -> None:
    state = TableState("silver.b", version=9)
    fold({"silver.b": state}, LedgerEvent("maintained", "silver.b", 1, 3, {"from": 4, "version": 6}))
    assert (state.version, state.voids) == (9, [(5, 6)])


def test_a_batch_that_moved_no_row_moves_its_table_and_nothing_downstream() -> None:
    same = done_event(intent(2), 5, refused=False, void=(4, 5))
    state = folded([done_event(intent(1), 3, refused=False), same])["bronze.a"]
    assert (state.version, state.voids, [mark.version for mark in state.marks]) == (5, [(4, 5)], [3, 5])
    undone = LedgerEvent("restored", "bronze.a", 1, 2, {"version": 3, "void": [4, 5]})
    same = done_event(intent(3), 6, refused=False, void=(4, 6))
    assert folded([done_event(intent(1), 3, refused=False), undone, same])["bronze.a"].voids == [(4, 6)]


def test_an_intent_opens_a_batch() -> None:
    state = folded([intent_event(intent())])["bronze.a"]
    assert (state.open, state.batch, state.version) == (intent(), 1, None)


def test_a_done_closes_it_and_moves_the_position() -> None:
    state = folded([intent_event(intent()), done_event(intent(), 4, refused=False)])["bronze.a"]
    assert (state.open, state.version, files_seen(state), state.spec_hash) == (None, 4, {"a": (1, 5)}, "hash")


def test_a_done_of_a_table_moves_the_version_read() -> None:
    read = intent(read=versions_slice("bronze.b", 3, 7))
    assert folded([done_event(read, 4, refused=False)])["bronze.a"].since == 7


def test_a_refused_batch_moves_no_position() -> None:
    state = folded([intent_event(intent()), done_event(intent(), 4, refused=True)])["bronze.a"]
    assert (state.open, state.version, files_seen(state)) == (None, None, {})
    assert state.refused is not None
    assert state.refused["version"] == 4


def test_a_restored_batch_has_a_new_epoch_and_a_void() -> None:
    refused = done_event(intent(), 4, refused=True)
    state = folded([refused, LedgerEvent("restored", "bronze.a", 2, 1, {"version": 3, "void": [4, 5]})])["bronze.a"]
    assert (state.epoch, state.version, state.refused, state.voids, files_seen(state)) == (2, 3, None, [(4, 5)], {})


def test_an_accepted_batch_is_as_if_it_had_not_been_refused() -> None:
    accepted = folded([done_event(intent(), 4, refused=True), LedgerEvent("accepted", "bronze.a", 1, 1, {})])
    assert accepted == folded([done_event(intent(), 4, refused=False)])


def test_a_dropped_batch_leaves_its_number_behind() -> None:
    state = folded([intent_event(intent(7)), LedgerEvent("dropped", "bronze.a", 1, 7, {})])["bronze.a"]
    assert (state.open, state.batch, files_seen(state)) == (None, 7, {})


def test_a_parked_file_is_seen_with_its_reason() -> None:
    state = folded([LedgerEvent("parked", "bronze.a", 1, 0, {"files": [["a", 1, 5, "empty"]]})])["bronze.a"]
    assert (files_seen(state), files_parked(state)) == ({"a": (1, 5)}, {"a": "empty"})


@pytest.mark.parametrize(
    "other",
    [
        Intent("bronze.a", 1, 1, "2026-01-02T00:00:00+00:00", "hash", files_slice("orders", (("a", 1, 5),))),
        Intent("bronze.a", 1, 1, "2026-01-01T00:00:00+00:00", "other", files_slice("orders", (("a", 1, 5),))),
        Intent("bronze.a", 1, 1, "2026-01-01T00:00:00+00:00", "hash", files_slice("orders", (("a", 1, 6),))),
    ],
    ids=["run time", "spec", "file"],
)
def test_the_digest_tells_what_decides_the_rows(other: Intent) -> None:
    assert other.digest != intent().digest


def test_a_table_whose_source_has_another_type_keeps_both_positions() -> None:
    numbers = intent(2, Slice("numbers", "ids", {"since": 0, "to": 4}))
    state = folded([done_event(intent(1), 1, refused=False), done_event(numbers, 2, refused=False)])["bronze.a"]
    assert (files_seen(state), state.positions["numbers:ids"]) == ({"a": (1, 5)}, {"to": 4})
    state.go_back(1)
    assert (files_seen(state), state.positions["numbers:ids"]) == ({"a": (1, 5)}, {})
