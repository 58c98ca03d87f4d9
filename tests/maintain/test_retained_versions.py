"""Who holds which versions of a table, by the ledger alone."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import MagicMock

import pytest

from lakesmith.ledger.intent import Intent
from lakesmith.ledger.state import TableState
from lakesmith.ledger.store import Ledger
from lakesmith.maintain.retained_versions import all_holds, readers, unfinished
from lakesmith.sources.version_slices import versions_slice
from lakesmith.spec.model import Project
from lakesmith.spec.model.checks import check_from
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import TableRef
from tests.positions import read_to
from tests.shop import Shop


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The specs of the shop; no Spark."""
    return Shop(tmp_path / "shop", MagicMock()).lake.project


def ledger(*states: TableState, **published: int) -> Ledger:
    table = OpsTable(TableRef("ops.ledger", "nowhere"), "")
    return Ledger(table, "run", {state.table: state for state in states}, {"id": 1, "tables": published})


def test_a_batch_that_was_begun_holds_the_versions_that_it_reads(project: Project) -> None:
    opened = Intent("gold.daily", 1, 4, "2026-01-01T00:00:00+00:00", "hash", versions_slice("silver.orders", 2, 5))
    found = ledger(TableState("gold.daily", positions=read_to(2), open=opened), TableState("silver.orders", version=5))
    held = readers(project, found, "silver.orders")
    assert [(hold.version, hold.reason) for hold in held] == [
        (2, "gold.daily has read it up to version 2"),
        (2, "batch 4 of gold.daily was begun and reads it from version 2"),
        (5, "batch 4 of gold.daily was begun and reads it from version 5"),
    ]


def test_a_batch_that_was_begun_holds_what_its_checks_compare_with(project: Project) -> None:
    check = check_from({"id": "c", "check": "references", "columns": ["id"], "table": "silver.lines", "max": 0})
    daily = project.table("gold.daily").model_copy(update={"checks": (check,)})
    tables = {**project.tables, "gold": {"daily": daily}}
    compared = project.model_copy(update={"tables": tables})
    read = versions_slice("silver.orders", 2, 5)
    opened = Intent("gold.daily", 1, 4, "2026-01-01T00:00:00+00:00", "hash", read, references=(("silver.lines", 7),))
    found = ledger(TableState("gold.daily", positions=read_to(2), open=opened), TableState("silver.lines", version=9))
    assert [hold.version for hold in readers(compared, found, "silver.lines")] == [7]


def test_a_downstream_table_that_only_misses_maintenance_holds_nothing(project: Project) -> None:
    upstream = TableState("silver.orders", version=9, voids=[(6, 9)])
    found = ledger(TableState("gold.daily", positions=read_to(5)), upstream)
    assert [hold.version for hold in readers(project, found, "silver.orders")] == [9]


def test_a_table_that_is_to_be_built_from_another_one_holds_what_it_was_built_from(project: Project) -> None:
    downstream = TableState("gold.daily", positions=read_to(5), upstream="silver.lines")
    found = ledger(downstream, TableState("silver.lines", version=9), TableState("silver.orders", version=9))
    held = {name: readers(project, found, name) for name in ("silver.lines", "silver.orders")}
    assert {name: [hold.version for hold in holds] for name, holds in held.items()} == {
        "silver.lines": [5], "silver.orders": [],
    }  # fmt: skip


def test_a_table_whose_own_batch_is_not_closed_is_left_alone(project: Project) -> None:
    opened = Intent("gold.daily", 1, 4, "2026-01-01T00:00:00+00:00", "hash", versions_slice("silver.orders", 2, 5))
    assert "begun" in unfinished(TableState("gold.daily", open=opened))
    assert "refused" in unfinished(TableState("gold.daily", refused={"version": 3}))
    assert "rollback" in unfinished(TableState("gold.daily", undo={"version": 3}))
    assert unfinished(TableState("gold.daily")) == ""


def test_what_is_published_and_the_newest_batch_are_held_too(project: Project) -> None:
    found = ledger(TableState("silver.orders", version=9), **{"silver.orders": 7})
    assert [(hold.version, hold.reason) for hold in all_holds(project, found, "silver.orders")] == [
        (7, "version 7 is published"), (9, "version 9 is its newest batch"),
    ]  # fmt: skip
