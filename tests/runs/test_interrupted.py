"""A run that dies before its records are written is recorded by the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lakesmith.observe.records import CHECKS
from lakesmith.observe.results import RunResult
from lakesmith.runs import executor
from lakesmith.runs import finish as conclude
from lakesmith.runs.batch_runner import BatchOutcome
from lakesmith.tables.ops_table import OpsTable
from lakesmith.tables.ref import table_ref
from tests.shop import Shop

ROWS = ["1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I"]


class Crash(BaseException):
    pass


def crash(*args: object, **options: object) -> None:
    raise Crash


def run_to_its_death(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, select: Sequence[str] = ()
) -> None:
    monkeypatch.setattr(module, name, crash)
    with pytest.raises(Crash):
        shop.run(select=select)
    monkeypatch.undo()


def counted(shop: Shop) -> list[tuple[str, str, int, int, int]]:
    names = ("state", "batches", "read", "quarantined")
    tables = [(run["run_state"], one) for run in shop.lake.status() for one in run["tables"] if one["batches"]]
    return sorted((one["table"], state, *(one[name] for name in names[1:])) for state, one in tables)


def test_a_run_that_died_before_its_records_is_in_the_status(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land("a.csv", ROWS)
    run_to_its_death(shop, monkeypatch, conclude, "write_records")
    results: list[RunResult] = [shop.run(), shop.run()]
    assert [result.state for result in results] == ["nothing_new", "nothing_new"]
    assert counted(shop) == [
        ("bronze.orders", "interrupted", 1, 2, 0),
        ("gold.daily", "interrupted", 1, 1, 0),
        ("silver.lines", "interrupted", 1, 2, 0),
        ("silver.orders", "interrupted", 1, 2, 1),
    ]


def test_what_a_killed_run_had_closed_and_what_it_had_not_are_counted_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.land("a.csv", ROWS)
    shop.run()
    shop.land("b.csv", ["3,C,1,1.00,2026-01-02,1,I"])
    closing: Callable[..., None] = executor.Executor._close

    def close(self: executor.Executor, outcome: BatchOutcome) -> None:
        if outcome.intent.table == "gold.daily":
            raise Crash
        closing(self, outcome)

    monkeypatch.setattr(executor.Executor, "_close", close)
    with pytest.raises(Crash):
        shop.run()
    monkeypatch.undo()
    for _ in range(2):
        shop.run()
    assert counted(shop) == [
        ("bronze.orders", "done", 1, 2, 0),
        ("bronze.orders", "interrupted", 1, 1, 0),
        ("gold.daily", "done", 1, 1, 0),
        ("gold.daily", "done", 1, 1, 0),
        ("silver.lines", "done", 1, 2, 0),
        ("silver.lines", "interrupted", 1, 1, 0),
        ("silver.orders", "done", 1, 2, 1),
        ("silver.orders", "interrupted", 1, 1, 0),
    ]


def test_the_verdicts_of_a_run_that_died_are_recorded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.land("a.csv", ROWS)
    names = ["bronze.orders", "silver.orders"]
    run_to_its_death(shop, monkeypatch, conclude, "write_records", names)
    shop.run(select=names)
    found = OpsTable(table_ref(str(shop.root / "lake"), None, "ops.checks"), CHECKS).read(None)
    checks = [(row["table"], row["check"], row["status"], row["failed"]) for row in found]
    assert ("silver.orders", "qty_not_negative", "quarantine", 1) in checks
    assert len(checks) == len(set(checks))
