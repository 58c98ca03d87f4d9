"""What a rollback of a run undoes, by the states of the ledger alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lakesmith.errors import LedgerError
from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import Mark, TableState
from lakesmith.repair.undone_batches import find_rollbacks
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.model import Project
from tests.positions import read_to


def project(**inputs: str) -> Project:
    aggregate = {"from": "bronze.a", "inputs": inputs, "write": {"strategy": "append"}}
    tables = {"bronze": {"a": {"from": "sources.s"}}, "silver": {"b": aggregate}}
    source = {"format": "csv", "path": "in", "columns": ["x"]}
    return Project.model_validate({"name": "p", "sources": {"s": source}, "tables": tables})


def test_what_was_built_on_an_undone_version_is_undone_too() -> None:
    states = {
        "bronze.a": TableState("bronze.a", version=5, marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)]),
        "silver.b": TableState(
            "silver.b",
            version=3,
            marks=[Mark(1, "r1", 0, positions=read_to(0)), Mark(2, "r3", 3, positions=read_to(5))],
        ),
    }
    found = find_rollbacks(project(), states, "r2")
    assert {name: (one.to.version, one.batches) for name, one in found.items()} == {
        "bronze.a": (0, 1), "silver.b": (0, 1),
    }  # fmt: skip


def test_a_backfill_that_read_an_undone_version_is_undone_too() -> None:
    upstream = TableState("bronze.a", version=5, marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)])
    clean = Intent(
        "silver.b", 1, 1, "2026-01-01T00:00:00+00:00", "hash", versions_slice("bronze.a", None, 0), first=True
    )
    days = ("2026-01-01", "2026-01-02")
    from_undone = replace(clean, batch=2, input=versions_slice("bronze.a", None, 5), first=False, dates=days)
    with_undone = replace(clean, batch=2, first=False, dates=days, lookups=(("x", 5),), inputs=(("x", "bronze.a"),))
    for again in (from_undone, with_undone):
        downstream = TableState("silver.b")
        downstream.accept(clean, 0, "r1")
        downstream.accept(again, 1, "r3")
        found = find_rollbacks(project(), {"bronze.a": upstream, "silver.b": downstream}, "r2")
        assert [(one.to.version, one.batches) for one in found.values()] == [(0, 1), (0, 1)]


def test_a_batch_that_was_begun_on_an_undone_version_is_undone_too() -> None:
    opened = Intent("silver.b", 1, 2, "2026-01-01T00:00:00+00:00", "hash", versions_slice("bronze.a", 0, 5))
    states = {
        "bronze.a": TableState("bronze.a", version=5, marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)]),
        "silver.b": TableState("silver.b", version=0, marks=[Mark(1, "r1", 0, positions=read_to(0))], open=opened),
    }
    assert set(find_rollbacks(project(), states, "r2")) == {"bronze.a", "silver.b"}


@pytest.mark.parametrize(("inputs", "undone"), [({"new": "bronze.a"}, True), ({}, False)], ids=["renamed", "gone"])
def test_a_name_of_an_input_that_is_no_more_stops_no_rollback(inputs: dict[str, str], undone: bool) -> None:
    states = {
        "bronze.a": TableState("bronze.a", version=5, marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)]),
        "silver.b": TableState(
            "silver.b", version=3, marks=[Mark(1, "r3", 0, positions=read_to(0), lookups={"old": 5})]
        ),
    }
    assert ("silver.b" in find_rollbacks(project(**inputs), states, "r2")) is undone


def test_what_an_older_ledger_looked_up_is_undone_too() -> None:
    upstream = TableState("bronze.a", version=5, marks=[Mark(1, "r1", 0), Mark(2, "r2", 5)])
    read, downstream = versions_slice("bronze.c", None, 0), TableState("silver.b")
    downstream.accept(Intent("silver.b", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read, lookups=(("x", 5),)), 0, "r1")
    found = find_rollbacks(project(x="bronze.a"), {"bronze.a": upstream, "silver.b": downstream}, "r2")
    assert set(found) == {"bronze.a", "silver.b"}


def test_a_ledger_that_does_not_reach_back_refuses() -> None:
    states = {"bronze.a": TableState("bronze.a", version=5, marks=[Mark(2, "r2", 5)], whole=False)}
    with pytest.raises(LedgerError, match=r"LS607.*does not know where bronze.a stood before"):
        find_rollbacks(project(), states, "r2")
