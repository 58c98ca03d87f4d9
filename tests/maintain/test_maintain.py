"""Maintenance changes files and no row: what is published, what downstream tables read, what a run after it finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lakesmith.errors import MaintenanceFailed
from lakesmith.ledger import open_ledger as opening
from lakesmith.ledger.publications import newest
from lakesmith.maintain import actions, maintain_table, publish_maintained
from lakesmith.maintain.result import MaintenanceResult
from lakesmith.tables.delta_log.listing import log_files
from lakesmith.tables.ref import project_table
from tests.maintain.conftest import TABLES, THIRD, rows_of
from tests.shop import Shop, by_table


def states(result: MaintenanceResult, table: str) -> dict[str, str]:
    return {step.action: step.state for step in result.steps if step.table == table}


def heads(shop: Shop) -> dict[str, int | None]:
    return {name: log_files(shop.root / "lake" / name.replace(".", "/") / "_delta_log").head for name in TABLES}


def public(shop: Shop) -> dict[str, int]:
    return dict(newest(None, project_table(shop.lake.project, "ops.published"))["tables"])


def tombstones(shop: Shop, table: str) -> int:
    location = shop.root / "lake" / table.replace(".", "/")
    return shop.spark.read.format("delta").load(str(location)).filter("_deleted").count()


def test_a_dry_run_says_what_is_due_and_changes_nothing(shop: Shop) -> None:
    before = heads(shop)
    result = shop.lake.maintain(dry_run=True)
    assert states(result, "silver.orders") == {"tombstones": "proposed", "optimize": "proposed", "purge": "proposed"}
    reasons = {step.action: step.reason for step in result.steps if step.table == "silver.orders"}
    assert reasons["tombstones"] == "1 tombstone(s) older than 0s"
    assert reasons["optimize"].endswith("files under 32 MB in 1 partition(s)")
    assert (result.dry_run, heads(shop)) == (True, before)


def test_rows_stay_and_a_run_finds_nothing_new_then_only_what_is_new(
    shop: Shop, after_third: dict[str, object]
) -> None:
    before = rows_of(shop)
    result = shop.lake.maintain()
    assert states(result, "silver.orders") == {"tombstones": "done", "optimize": "done", "purge": "done"}
    assert rows_of(shop) == before
    assert [tombstones(shop, table) for table in ("silver.orders", "gold.copy")] == [0, 0]
    assert public(shop) == heads(shop)
    assert shop.run(select=TABLES).state == "nothing_new"

    shop.land("c.csv", THIRD)
    third = by_table(shop.run(select=TABLES))
    assert [third[name].counts.read for name in ("bronze.orders", "silver.orders", "gold.copy")] == [3, 3, 3]
    assert rows_of(shop) == after_third

    (last,) = shop.lake.status(limit=1)
    shop.lake.rollback(last["run_id"])
    assert rows_of(shop) == before


def test_maintenance_again_has_little_to_do(shop: Shop) -> None:
    shop.lake.maintain(["silver.orders"])
    again = shop.lake.maintain(["silver.orders"])
    assert states(again, "silver.orders") == {"all": "nothing"}
    assert shop.lake.status(limit=1)[0]["run_state"] == "maintained"


@pytest.mark.parametrize("goes_on", ["run", pytest.param("maintain", marks=pytest.mark.prove)])
def test_killed_between_two_actions_the_next_run_or_maintenance_goes_on(
    shop: Shop, after_third: dict[str, object], monkeypatch: pytest.MonkeyPatch, goes_on: str
) -> None:
    def die(*args: Any) -> None:
        actions._optimize(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(actions.ACTIONS, "optimize", die)
        with pytest.raises(KeyboardInterrupt):
            shop.lake.maintain(["silver.orders"])
    assert public(shop)["silver.orders"] < (heads(shop)["silver.orders"] or 0)
    if goes_on == "maintain":
        shop.lake.maintain(["silver.orders"])
        assert public(shop)["silver.orders"] == heads(shop)["silver.orders"]
        assert shop.run(select=TABLES).state == "nothing_new"
    shop.land("c.csv", THIRD)
    shop.run(select=TABLES)
    assert rows_of(shop) == after_third


@pytest.mark.prove
def test_killed_before_it_published_the_next_run_publishes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publish_maintained, "publish_beside", die)
        with pytest.raises(KeyboardInterrupt):
            shop.lake.maintain(["silver.orders"])
    assert all(table.batches == 0 for table in shop.run(select=TABLES).tables)
    assert public(shop)["silver.orders"] == heads(shop)["silver.orders"]


def test_a_failing_action_stops_its_table_only(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(session: Any, table: Any, settings: Any) -> None:
        if table.name == "silver.orders":
            raise RuntimeError("the disk sighs")
        actions._optimize(session, table, settings)

    monkeypatch.setitem(actions.ACTIONS, "optimize", fail)
    with pytest.raises(MaintenanceFailed, match=r"(?s)LS641.*silver.orders: optimize: the disk sighs") as caught:
        shop.lake.maintain(["silver.orders", "gold.copy"])
    assert states(caught.value.result, "silver.orders") == {"tombstones": "done", "optimize": "failed"}
    assert states(caught.value.result, "gold.copy")["optimize"] == "done"
    assert public(shop)["gold.copy"] == heads(shop)["gold.copy"]


def test_a_table_whose_metrics_cannot_be_read_stops_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    read = maintain_table.read_metrics

    def fail(session: Any, table: Any, now: float) -> Any:
        if table.name == "silver.orders":
            raise RuntimeError("the disk sighs")
        return read(session, table, now)

    monkeypatch.setattr(maintain_table, "read_metrics", fail)
    with pytest.raises(MaintenanceFailed, match=r"(?s)LS641.*silver.orders: all: the disk sighs") as caught:
        shop.lake.maintain(["silver.orders", "gold.copy"])
    assert states(caught.value.result, "silver.orders") == {"all": "failed"}
    assert states(caught.value.result, "gold.copy")["optimize"] == "done"


def everything_in(root: Path) -> dict[str, tuple[int, int]]:
    """Return the size and the time of each file and directory."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*")}


def test_a_plan_and_a_dry_run_write_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("schemas are created")

    monkeypatch.setattr(opening, "create_schemas", refuse)
    shop.land("c.csv", THIRD)
    before = everything_in(shop.root)
    assert shop.lake.plan().tables[0].new.startswith("1 file(s)")
    assert shop.lake.maintain(dry_run=True).dry_run
    assert everything_in(shop.root) == before


def test_a_table_that_others_changed_is_left_alone(shop: Shop) -> None:
    location = shop.root / "lake" / "gold" / "copy"
    shop.spark.sql(f"DELETE FROM delta.`{location}` WHERE id = 4").collect()
    (step,) = shop.lake.maintain(["gold.copy"]).steps
    assert (step.action, step.state) == ("all", "skipped")
    assert "was not written by Lakesmith" in step.reason


def test_prod_is_dry_unless_it_is_configured_otherwise(shop: Shop) -> None:
    project = shop.lake.project
    assert not project.maintains_dry
    assert project.model_copy(update={"env": "prod"}).maintains_dry
    loud = project.maintenance.model_copy(update={"dry_run": False})
    assert not project.model_copy(update={"env": "prod", "maintenance": loud}).maintains_dry
