"""Rows as ledgers of schema version 4 and older have them; each is written out, as it was written then."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from lakesmith.ledger.events import LedgerEvent, compacted, fold
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.sources.files.position import files_slice
from tests.positions import files_parked, files_seen

FILES = '{"kind": "files", "name": "orders", "files": [["/in/b.csv", 30, 17]]}'
VERSIONS = '{"kind": "table", "name": "bronze.orders", "since": 3, "to": 6, "voids": [[4, 5]]}'
INTENT = '{"run_time": "2026-01-01T00:00:00+00:00", "spec_hash": "hash", "first": false, "lookups": [], "input": %s}'
STATE = """{
  "version": 4, "spec_hash": "hash", "since": %s, "lookups": {}, "parked": %s, "refused": null, "undo": null,
  "voids": [[4, 5]], "closed": 2, "whole": true, "built_by": "hash", "upstream": "%s",
  "marks": [{"batch": 1, "run_id": "r1", "version": 3, "spec_hash": "hash", "since": %s, "lookups": {},
             "built_by": "hash", "upstream": "%s", "reads": {}}]
}"""


def event(kind: str, table: str, batch: int, payload: str) -> LedgerEvent:
    return LedgerEvent(kind, table, 1, batch, json.loads(payload), "run")


def folded(*events: LedgerEvent) -> TableState:
    states: dict[str, TableState] = {}
    for one in events:
        fold(states, one)
    (state,) = states.values()
    again: dict[str, TableState] = {}
    for one in compacted([state]):
        fold(again, replace(one, payload=json.loads(json.dumps(one.payload))))
    assert again == {state.table: state}
    return state


def test_files_of_an_older_ledger_are_known() -> None:
    state = folded(
        event("state", "bronze.a", 2, STATE % ("null", '{"/in/c.csv": "cut"}', "sources.orders", "null", "")),
        event(
            "files", "bronze.a", 2, '{"files": [["/in/a.csv", 10, 15, 1], ["/in/c.csv", 5, 15, 2], ["/in/d", 1, 1]]}'
        ),
        event("parked", "bronze.a", 3, '{"files": [["/in/e.csv", 7, 16, "empty"]]}'),
        event("intent", "bronze.a", 4, INTENT % FILES),
        event("done", "bronze.a", 4, '{"version": 7, "refused": false, "intent": %s}' % (INTENT % FILES)),
    )
    assert files_seen(state) == {
        "/in/a.csv": (10, 15), "/in/b.csv": (30, 17), "/in/c.csv": (5, 15), "/in/d": (1, 1), "/in/e.csv": (7, 16),
    }  # fmt: skip
    assert files_parked(state) == {"/in/c.csv": "cut", "/in/e.csv": "empty"}
    assert (state.version, state.upstream, state.since) == (7, "sources.orders", None)
    state.go_back(1)
    assert (files_seen(state), files_parked(state)) == ({"/in/a.csv": (10, 15)}, {})


def test_versions_of_an_older_ledger_are_known() -> None:
    state = folded(
        event("state", "silver.b", 2, STATE % ("3", "{}", "bronze.orders", "2", "bronze.orders")),
        event("done", "silver.b", 3, '{"version": 7, "refused": false, "intent": %s}' % (INTENT % VERSIONS)),
    )
    assert (state.since, [mark.since for mark in state.marks]) == (6, [2, 6])
    state.go_back(1)
    assert state.since == 2


def test_an_older_rebuild_goes_on() -> None:
    state = folded(
        event("rebuild", "bronze.a", 2, '{"files": ["/in/a.csv", "/in/b.csv"]}'),
        event("done", "bronze.a", 3, '{"version": 7, "refused": false, "intent": %s}' % (INTENT % FILES)),
    )
    assert state.must_read == {"/in/a.csv"}


def intent(**more: Any) -> Intent:
    read = files_slice("orders", [("/in/b.csv", 30, 17)])
    return Intent("bronze.a", 1, 4, "2026-01-01T00:00:00+00:00", "hash", read, **more)


def test_the_digest_of_an_older_intent_is_the_same() -> None:
    older = Intent.from_dict("bronze.a", 1, 4, json.loads(INTENT % FILES))
    assert (older, older.digest) == (intent(), "10faea6ee5158aef3bf7aab0be1644c1")
    older = Intent.from_dict("silver.b", 1, 4, json.loads(INTENT % VERSIONS))
    assert older.digest == "5bb9ec41a20fdf29883a68143be49ff5"


def test_frozen_references_are_part_of_the_digest_and_come_back() -> None:
    frozen = intent(references=(("hot_keys.orders", 3),))
    data = json.loads(json.dumps(frozen.to_dict()))
    assert data["references"] == [["hot_keys.orders", 3]]
    assert Intent.from_dict("bronze.a", 1, 4, data) == frozen
    assert "references" not in intent().to_dict()
    assert len({intent().digest, frozen.digest, intent(references=(("hot_keys.orders", 4),)).digest}) == 3
