"""Whatever is replayed, in any steps and with any kills: each row is in one place, as often as it came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from tests.runs.crash_injection import PLACES, CrashPoints, Killed
from tests.shop import Shop

NAMES = ["bronze.orders", "silver.arrived"]
MARK = "batch.run.mark_replayed"
BATCHES = 3
ROWS = 12
ARRIVED = """
from: bronze.orders
columns:
  id: {{type: bigint, source: OrderId}}
  sku: {{type: string, source: Sku}}
  qty: {{type: int, source: Qty}}
checks:
  - {{id: qty_large, check: between, column: qty, min: {least}}}
  - {{id: no_test, check: not_in_set, column: sku, values: [Z], on_fail: drop}}
write: {{strategy: append}}
"""
Row = tuple[str | None, ...]


def random_rows(dice: Random) -> list[Row]:
    """Return rows of few values, so that some are equal and some fit no rule."""
    return [(dice.choice("123"), dice.choice("ABZ"), dice.choice(["x", "-9", "-4", "2"])) for _ in range(ROWS)]


def in_table(shop: Shop) -> Counter[Row]:
    return Counter(tuple(map(str, row)) for row in shop.rows("silver.arrived"))


def in_quarantine(shop: Shop) -> Counter[Row]:
    rows = shop.lake.quarantine("silver.arrived").filter("_state = 'waiting'").select("_raw").collect()
    fields = [json.loads(row["_raw"]) for row in rows]
    return Counter((row["OrderId"], row["Sku"], row["Qty"]) for row in fields)


def replay_with_kills(shop: Shop, crashes: CrashPoints, dice: Random, where: str) -> None:
    """Replay until nothing dies; a run may come between."""
    crashes.due = {(place, "silver.arrived") for place in (*PLACES, MARK) if dice.random() < 0.5}
    while True:
        before = len(crashes.due)
        with suppress(Killed):
            if dice.random() < 0.3:
                shop.run(select=NAMES)
            shop.lake.replay("silver.arrived", where=where)
        if len(crashes.due) == before:
            return


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(4))
def test_each_row_is_accepted_quarantined_or_dropped_once(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = Random(seed)
    shop = make_shop({"tables/silver/arrived": ARRIVED.format(least=0)})
    crashes = CrashPoints(monkeypatch)
    crashes._arm(monkeypatch, MARK)
    landed: Counter[Row] = Counter()
    for number, least in zip(range(BATCHES), [0, -5, -10], strict=True):
        rows = random_rows(dice)
        landed.update(rows)
        shop.land(f"{number}.csv", [f"{one},{sku},{qty},1,2026-01-01,1,I" for one, sku, qty in rows])
        result = shop.run(select=NAMES).tables[1]
        assert result.counts.read == result.counts.dropped + result.counts.quarantined + result.counts.accepted
        shop.spec("tables/silver/arrived", ARRIVED.format(least=least))
        where = dice.choice(["", "_batch_id = 1", "get_json_object(_raw, '$.Sku') = 'A'"])
        replay_with_kills(shop, crashes, dice, where)
        both = in_table(shop) + in_quarantine(shop)
        assert {row: n for row, n in both.items() if row[1] != "Z"} == {
            row: n for row, n in landed.items() if row[1] != "Z"
        }
    replay_with_kills(shop, crashes, dice, "")
    fitting = {row: n for row, n in landed.items() if row[2] != "x"}
    assert in_table(shop) == {row: n for row, n in fitting.items() if row[1] != "Z"}
    assert in_quarantine(shop) == landed - Counter(fitting)


KEYED = """
from: bronze.orders
columns:
  id: {{type: bigint, source: OrderId}}
  sku: {{type: string, source: Sku}}
  qty: {{type: int, source: Qty}}
  seq: {{type: int, source: Seq}}
checks:
  - {{id: qty_large, check: between, column: qty, min: {least}, on_null: skip}}
write: {{keys: [id], sequence_by: [seq], {write}}}
"""
DELETES = "apply_as_deletes: Op = 'D'"
STRATEGIES = {
    "silver.newest": f"strategy: upsert, {DELETES}",
    "silver.versions": f"strategy: scd2, {DELETES}",
    "silver.events": f"strategy: cdc, {DELETES}",
    "silver.firsts": "strategy: upsert, when_matched: ignore",
}
FILES = [
    ["1,A,2,1,2026-01-01,1,I", "1,B,-1,1,2026-01-01,2,U", "2,A,-2,1,2026-01-01,3,I", "3,C,1,1,2026-01-01,1,I"],
    ["1,D,3,1,2026-01-02,5,U", "2,B,2,1,2026-01-02,1,I", "3,,-7,1,2026-01-02,4,D", "4,D,-3,1,2026-01-02,2,I"],
]


def keyed_specs(late: int) -> dict[str, str]:
    """Return each table twice, with a rule that is wrong until it is corrected and with the right one."""
    bounds = {"late": late, "right": -10}
    return {
        f"tables/{table.replace('.', '/')}_{rule}": KEYED.format(least=least, write=write)
        for table, write in STRATEGIES.items()
        for rule, least in bounds.items()
    }


@pytest.mark.prove
def test_replayed_rows_give_the_tables_of_a_rule_that_was_right_from_the_start(
    make_shop: Callable[..., Shop],
) -> None:
    # Both rules are in one project, so that two runs build all tables.
    shop = make_shop(keyed_specs(late=0))
    for number, lines in enumerate(FILES):
        shop.land(f"{number}.csv", lines)
        shop.run(select=["bronze.orders", *(f"{table}_{rule}" for table in STRATEGIES for rule in ("late", "right"))])
    before = {table: shop.rows(f"{table}_late") for table in STRATEGIES}
    for path, text in keyed_specs(late=-10).items():
        shop.spec(path, text)
    for table in STRATEGIES:
        shop.lake.replay(f"{table}_late")
    found = {table: shop.rows(f"{table}_late") for table in STRATEGIES}
    right = {table: shop.rows(f"{table}_right") for table in STRATEGIES}
    assert found == right
    assert [table for table in STRATEGIES if before[table] == right[table]] == []
    assert [row[1] for row in right["silver.newest"]] == ["D", "A", "D"]
    assert len(right["silver.versions"]) > len(right["silver.newest"])
