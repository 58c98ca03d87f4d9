"""A delete in one table is found by the tables that refer to it, also where they have no new rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lakesmith.observe.events import RefusalAlert, RunEvent
from lakesmith.observe.results import RunResult
from tests.runs.crash_injection import Killed
from tests.shop import Shop, by_table

ORDERS = ["bronze.orders", "silver.orders"]
NOTES = ["bronze.notes", "silver.notes"]
CHECK = "{{id: known, check: references, columns: [order], table: silver.orders, to: [id], max: 0{more}}}"
NOTED = f"""
from: bronze.notes
columns:
  order: {{{{type: int, source: Order}}}}
  text: {{{{type: string, source: Text}}}}
checks:
  - {CHECK}
write: {{{{strategy: append}}}}
"""
FOUND = (
    "the number of rows without a match of order in silver.orders is {rows}, expected at most 0;"
    " silver.orders lost the rows that they refer to"
)


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with notes on orders 1 and 2, two of them on order 1, and one on none."""
    shop = make_shop(
        {
            "sources/notes": "format: csv\npath: INnotes\ncolumns: [Order, Text]\n",
            "tables/bronze/notes": "from: sources.notes\n",
            "tables/silver/notes": NOTED.format(more=""),
        }
    )
    shop.land("a.csv", [f"{number},A,1,2.00,2026-01-01,1,I" for number in (1, 2, 3, 4)])
    notes = shop.landing.with_name("innotes")
    notes.mkdir()
    (notes / "a.csv").write_text("Order,Text\n1,late\n1,lost\n2,good\n,none\n")
    shop.run(select=[*ORDERS, *NOTES])
    return shop


def delete(shop: Shop, *numbers: int) -> None:
    shop.land(f"d{numbers[0]}.csv", [f"{number},A,1,2.00,2026-01-01,9,D" for number in numbers])


def orphans(result: RunResult) -> tuple[str, list[str]]:
    """Return the state of the notes, and what the check says."""
    found = by_table(result)["silver.notes"]
    return found.state, [one.message for one in found.verdicts]


def test_a_delete_alerts_the_table_that_refers_and_stops_nothing(shop: Shop) -> None:
    events: list[RunEvent] = []
    delete(shop, 1, 3)
    result = shop.run(select=[*ORDERS, *NOTES], on_event=events.append)
    assert (result.state, orphans(result)) == ("degraded", ("alerted", [FOUND.format(rows=2)]))
    assert [row[0] for row in shop.rows("silver.orders")] == [2, 4]
    assert [one.table for one in events if isinstance(one, RefusalAlert)] == ["silver.notes"]
    assert [row["message"] for row in shop.lake.quality("silver.notes")] == [FOUND.format(rows=2)]

    shop.land("more.csv", ["5,A,1,2.00,2026-01-01,1,I", "4,B,2,2.00,2026-01-01,2,U"])
    assert orphans(shop.run(select=[*ORDERS, *NOTES])) == ("nothing_new", [])
    delete(shop, 4)
    assert orphans(shop.run(select=[*ORDERS, *NOTES])) == ("nothing_new", [""])


def test_a_table_outside_the_run_is_reported(shop: Shop) -> None:
    shop.spec("tables/silver/notes", NOTED.format(more=", on_fail: warn"))
    delete(shop, 2)
    result = shop.run(select=ORDERS)
    found = by_table(result)["silver.notes"]
    assert (result.state, found.state) == ("done", "nothing_new")
    assert [(one.status, one.message) for one in found.verdicts] == [("warn", FOUND.format(rows=1))]


def test_a_run_that_died_before_it_published_is_followed_by_one_that_looks(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: object) -> None:
        raise Killed

    delete(shop, 2)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("lakesmith.runs.finish.publish", die)
        shop.run(select=ORDERS)
    assert orphans(shop.run(select=[*ORDERS, *NOTES])) == ("alerted", [FOUND.format(rows=1)])


def test_all_orphans_are_counted_where_the_changes_cannot_be_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*args: object) -> None:
        raise ValueError("no change feed")

    monkeypatch.setattr("lakesmith.batch.orphaned_rows.changed_rows", unreadable)
    delete(shop, 1, 2)
    assert orphans(shop.run(select=[*ORDERS, *NOTES])) == ("alerted", [FOUND.format(rows=3)])
