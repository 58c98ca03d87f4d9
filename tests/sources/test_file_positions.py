"""What a position knows of files that changed, also after it went back or was stored."""

from __future__ import annotations

import copy
from typing import Any

from lakesmith.sources.files.position import FilePositions, files_slice, held_files
from lakesmith.sources.slices import ParkedPart

POSITIONS = FilePositions()


def read(position: dict[str, Any], batch: int, *files: tuple[str, int, int]) -> None:
    POSITIONS.advance(position, files_slice("orders", files), batch)


def test_going_back_knows_a_file_that_changed_as_it_was_before() -> None:
    position = POSITIONS.start()
    read(position, 1, ("a", 10, 100), ("b", 20, 100))
    read(position, 2, ("a", 11, 200), ("c", 30, 200))
    POSITIONS.go_back(position, {}, batch=1)
    assert position == {
        "seen": {"a": (10, 100), "b": (20, 100)},
        "read_in": {"a": 1, "b": 1},
        "parked": {},
        "earlier": {},
    }


def test_going_back_to_the_beginning_forgets_all() -> None:
    position = POSITIONS.start()
    read(position, 1, ("a", 10, 100))
    read(position, 2, ("a", 11, 200))
    POSITIONS.go_back(position, {}, batch=0)
    assert position == POSITIONS.start()


def test_going_back_knows_again_why_a_file_was_parked() -> None:
    position = POSITIONS.start()
    POSITIONS.park(position, [ParkedPart("a", "no header", [10, 100])], batch=1)
    read(position, 2, ("a", 11, 200))
    assert position["parked"] == {}
    POSITIONS.go_back(position, {}, batch=1)
    assert (position["parked"], position["seen"]) == ({"a": "no header"}, {"a": (10, 100)})


def test_a_file_that_was_parked_when_it_changed_has_left_its_earlier_rows() -> None:
    position = POSITIONS.start()
    read(position, 1, ("a", 10, 100), ("b", 20, 100))
    POSITIONS.park(position, [ParkedPart("a", "no header", [3, 200]), ParkedPart("c", "empty", [0, 200])], batch=2)
    assert held_files(position) == {"a": (10, 100), "b": (20, 100)}


def test_a_stored_position_is_the_position() -> None:
    position = POSITIONS.start()
    read(position, 1, ("a", 10, 100), ("b", 20, 100))
    POSITIONS.park(position, [ParkedPart("a", "no header", [3, 200])], batch=2)
    read(position, 3, ("b", 21, 300))
    restored = POSITIONS.start()
    for part in copy.deepcopy(list(POSITIONS.stored(position))):
        POSITIONS.restore(restored, part, batch=3)
    for one in (position, restored):
        POSITIONS.go_back(one, {}, batch=1)
    assert restored == position
    assert restored["seen"] == {"a": (10, 100), "b": (20, 100)}


def test_a_file_that_waits_from_run_to_run_is_remembered_once() -> None:
    position = POSITIONS.start()
    for batch in (1, 2, 3):
        POSITIONS.park(position, [ParkedPart("a", "it may not be read", [10, 100])], batch)
    assert (position["earlier"], position["read_in"]) == ({}, {"a": 1})


def test_a_file_seen_twice_in_one_batch_is_one_file() -> None:
    position = POSITIONS.start()
    POSITIONS.park(position, [ParkedPart("a", "open", [10, 100])], batch=1)
    read(position, 1, ("a", 10, 100))
    assert (position["parked"], position["earlier"]) == ({}, {})
