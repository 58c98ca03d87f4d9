"""Quarantined rows go through their table again: each once, in its place, and on to the tables downstream."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch import run as batch_run
from lakesmith.cli.quality.texts import quarantine_text
from lakesmith.cli.text import result_text, status_text
from lakesmith.errors import GateRefused, InputError, LedgerError, RunFailed
from tests.shop import SPECS, Shop, by_table

ORDERS = SPECS["tables/silver/orders"] + "quarantine: {warn: 10 %}\n"
RELAXED = ORDERS.replace("column: qty, min: 0", "column: qty, min: -10")
ROWS = [
    "1,A,1,2.50,2026-01-01,1,I", "2,B,-2,2.50,2026-01-01,1,I", "3,C,-4,1.00,2026-01-02,1,I",
    "4,D,x,1.00,2026-01-02,1,I", "2,B,3,2.50,2026-01-01,5,U",
]  # fmt: skip


@pytest.fixture(scope="module")
def lasting(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose first file has rows that are quarantined; only for refusals and to be copied."""
    shop = Shop(tmp_path_factory.mktemp("replayed") / "shop", spark, {"tables/silver/orders": ORDERS})
    shop.land("a.csv", ROWS)
    assert "warning: silver.orders: 3 of 5 rows were quarantined, more than 10 %" in result_text(shop.run())
    return shop


@pytest.fixture
def bad(make_shop: Callable[..., Shop], lasting: Shop) -> Shop:
    """A shop with three quarantined rows: two with a negative quantity, one with a text."""
    return make_shop({"tables/silver/orders": ORDERS}).take_over(lasting)


def ids(shop: Shop) -> list[tuple[Any, Any]]:
    return [(row[0], row[2]) for row in shop.rows("silver.orders")]


def states(shop: Shop) -> dict[str, str]:
    """Return the state of each quarantined row by its order."""
    rows = shop.lake.quarantine("silver.orders").collect()
    assert len(rows) == len({row["_row"] for row in rows})
    return {json.loads(row["_raw"])["OrderId"]: row["_state"] for row in rows}


def test_rows_that_a_new_rule_lets_pass_reach_silver_and_gold_once(bad: Shop) -> None:
    assert ids(bad) == [(1, 1), (2, 3)]
    bad.spec("tables/silver/orders", RELAXED)
    result = by_table(bad.lake.replay("silver.orders"))
    counts = result["silver.orders"].counts
    assert (counts.read, counts.quarantined, counts.accepted, counts.dropped) == (3, 1, 2, 0)
    assert "quarantine_growth" not in {one.check for one in result["silver.orders"].verdicts}
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]  # the older row of 2 does not win
    assert [(str(row[0]), row[1], row[2]) for row in bad.rows("gold.daily")] == [
        ("2026-01-01", 2, 4), ("2026-01-02", 1, -4),
    ]  # fmt: skip
    assert states(bad) == {"2": "replayed", "3": "replayed", "4": "waiting"}
    shown = quarantine_text(bad.lake.quarantined_rows("silver.orders", replayed=False) or [])
    assert shown.startswith('batch 1: qty_cast (qty = "x")\n') and shown.count("batch ") == 1
    assert [row["check"] for row in bad.lake.quarantine_reasons("silver.orders")] == ["qty_cast"]

    again = bad.lake.replay("silver.orders", where="array_contains(_reasons.check, 'qty_not_negative')")
    assert again.state == "nothing_new"
    shutil.rmtree(bad.root / "lake" / "ops" / "ledger")  # it is read from the tables' commits
    bad.run()
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]


def test_corrected_values_are_replayed(bad: Shop) -> None:
    file = bad.root / "fix.yml"
    file.write_text("- where: {OrderId: '4'}\n  set: {Qty: '7'}\n- where: {OrderId: '3'}\n  set: {Qty: '-5'}\n")
    bad.lake.replay("silver.orders", where="get_json_object(_raw, '$.OrderId') > 3", patch=file)
    assert ids(bad) == [(1, 1), (2, 3), (4, 7)]
    assert states(bad) == {"2": "waiting", "3": "waiting", "4": "replayed"}
    assert '\n  corrected: {"Qty": "-5"}' in quarantine_text(bad.lake.quarantined_rows("silver.orders") or [])
    assert bad.lake.replay("silver.orders", patch=file).state == "done"  # of 4 there is nothing to do
    assert ids(bad) == [(1, 1), (2, 3), (4, 7)]


def test_a_replay_that_dies_between_its_data_and_its_mark_is_ended_by_the_next(
    bad: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad.spec("tables/silver/orders", RELAXED)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch_run, "mark_replayed", die)
        with pytest.raises(KeyboardInterrupt):
            bad.lake.replay("silver.orders")
    result = by_table(bad.lake.replay("silver.orders", where="_batch_id < 0"))
    assert result["silver.orders"].counts.accepted == 2
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]
    assert states(bad) == {"2": "replayed", "3": "replayed", "4": "waiting"}


def test_an_undone_replay_waits_again(bad: Shop) -> None:
    bad.spec("tables/silver/orders", RELAXED)
    run_id = bad.lake.replay("silver.orders").run_id
    bad.lake.rollback(run_id)
    assert ids(bad) == [(1, 1), (2, 3)]
    assert set(states(bad).values()) == {"waiting"}
    bad.lake.replay("silver.orders")
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]


def test_a_replay_that_fails_or_is_refused_leaves_the_rows_waiting(bad: Shop) -> None:
    flag = bad.root / "flag"
    flag.touch()
    step = f"steps:\n  - tests.shop:explode_when_flagged: {{flag: '{flag}'}}\nwrite:"
    bad.spec("tables/silver/orders", RELAXED.replace("write:", step))
    with pytest.raises(RunFailed, match="the moon is full"):
        bad.lake.replay("silver.orders")
    assert bad.run().state == "nothing_new"  # no batch is open
    strict = "- {id: nothing, check: row_count, max: 0}\nwrite:"
    bad.spec("tables/silver/orders", RELAXED.replace("write:", f"  {strict}"))
    with pytest.raises(GateRefused):
        bad.lake.replay("silver.orders")
    assert set(states(bad).values()) == {"waiting"}
    with pytest.raises(LedgerError, match=r"LS611 silver\.orders has a refused batch(.|\n)*replay afterwards"):
        bad.lake.replay("silver.orders")
    bad.spec("tables/silver/orders", RELAXED)
    bad.run()  # undoes it
    bad.lake.replay("silver.orders")
    assert ids(bad) == [(1, 1), (2, 3), (3, -4)]


def test_a_replay_publishes_no_rows_of_a_run_that_was_not_published(bad: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    bad.land("b.csv", ["5,E,1,1.00,2026-01-03,1,I"])
    with monkeypatch.context() as patch:
        patch.setattr("lakesmith.runs.finish.state_of", lambda results: "failed")
        bad.run()
    withheld = r"LS611 silver\.orders has rows of a run that was not published"
    with pytest.raises(LedgerError, match=withheld):
        bad.lake.replay("silver.orders")
    assert ids(bad) == [(1, 1), (2, 3)]
    bad.run()
    bad.lake.replay("silver.orders")
    assert ids(bad) == [(1, 1), (2, 3), (5, 1)]


def test_equal_rows_of_which_only_some_pass_are_refused(make_shop: Callable[..., Shop]) -> None:
    step = "  - with_columns: {place: row_number() OVER (PARTITION BY id ORDER BY sku)}\n"
    columns = (
        "columns:\n  id: {type: bigint, source: OrderId}\n  sku: {type: string, source: Sku}\n  place: {type: int}\n"
    )
    check = "checks: [{id: one_place, check: between, column: place, max: 1}]\n"
    spec = f"from: bronze.orders\n{columns}steps:\n{step}{check}write: {{strategy: append}}\nnondeterministic: true\n"
    shop = make_shop({"tables/silver/arrived": spec})
    shop.land("a.csv", ["1,A,1,2.50,2026-01-01,1,I"] * 3)
    names = ["bronze.orders", "silver.arrived"]
    shop.run(select=names)
    with pytest.raises(RunFailed, match="of rows that are equal some pass and some fail"):
        shop.lake.replay("silver.arrived")
    assert len(shop.rows("silver.arrived")) == 1


def test_a_replay_is_judged_as_any_batch_of_its_table(bad: Shop) -> None:
    strict = "- {id: nothing, check: row_count, max: 0}\nwrite:"
    kept = RELAXED.replace("write:", f"  {strict}") + "on_refusal: keep_last_good\naudit: stage\n"
    bad.spec("tables/silver/orders", kept)
    result = by_table(bad.lake.replay("silver.orders"))
    assert result["silver.orders"].state == "kept_last_good"
    newest = bad.lake.table("silver.orders", "latest").collect()
    assert len(newest) == 2  # not even its path has the refused rows
    assert set(states(bad).values()) == {"waiting"}


def test_rows_of_a_batch_that_is_not_published_are_marked(bad: Shop) -> None:
    bad.land("b.csv", ["5,E,-1,1.00,2026-01-03,1,I", "6,F,1,2000,2026-01-03,1,I"])
    with pytest.raises(GateRefused):
        bad.run()
    assert states(bad) == {"2": "waiting", "3": "waiting", "4": "waiting", "5": "unpublished"}
    assert "batch 2 (not published): qty_not_negative" in quarantine_text(
        bad.lake.quarantined_rows("silver.orders") or []
    )


def test_growth_is_in_the_verdicts_and_in_the_status(lasting: Shop) -> None:
    message = "3 of 5 rows were quarantined, more than 10 %"
    verdicts = {row["check"]: row for row in lasting.lake.quality("silver.orders")}
    assert (verdicts["quarantine_growth"]["status"], verdicts["quarantine_growth"]["message"]) == ("warn", message)
    assert f"warning: silver.orders: {message}" in status_text(lasting.lake.status())


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("_nothing = 1", "LS652 the condition cannot be evaluated"),
        ("_batch_id = (", "LS652 the condition cannot be evaluated"),
        ("_raw", "LS652 the condition cannot be evaluated"),
        ("CAST(_row AS INT) = 1", "LS652 the condition cannot be evaluated"),
        ("rand() < 0.5", "LS652 the condition calls rand"),
    ],
)
def test_a_condition_that_is_none_is_refused(lasting: Shop, where: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        lasting.lake.replay("silver.orders", where=where)


def test_corrections_that_mean_no_row_or_one_twice_are_listed(lasting: Shop, tmp_path: Path) -> None:
    file = tmp_path / "fix.csv"
    file.write_text("where.OrderId,where.Sku,set.Qty\n4,D,1\n4,,2\n9,,3\n")
    with pytest.raises(InputError, match="LS653 2 mistake") as caught:
        lasting.lake.replay("silver.orders", patch=file)
    assert [line.rpartition("/")[2] for line in caught.value.what.splitlines()[1:]] == [
        "fix.csv:4 no row of the quarantine is meant",
        "fix.csv:3 line 2 means the same row",
    ]
    file.write_text("row,set.qty\n0000000000000000,1\n")
    with pytest.raises(InputError, match=r"LS653(.|\n)*fix\.csv:2 the input has no field 'qty': did you mean 'Qty'"):
        lasting.lake.replay("silver.orders", patch=file)


def test_a_table_without_a_quarantine_has_nothing_to_replay(lasting: Shop, tmp_path: Path) -> None:
    assert lasting.lake.replay("silver.lines").state == "nothing_new"
    file = tmp_path / "fix.csv"
    file.write_text("row,set.Qty\n0000000000000000,1\n")
    with pytest.raises(InputError, match=r"LS653 silver\.lines has no quarantined row to correct"):
        lasting.lake.replay("silver.lines", patch=file)
