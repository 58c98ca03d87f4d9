"""Groups of an aggregate: new rows merge into what is known of them, other changes recompute them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import functions as F

from lakesmith.batch import run as batches
from lakesmith.batch.transform.merged_groups import merges_in
from tests.runs.sums_shop import FILES, FIRST, GOLD, NEW, SUMS, TABLES, Make, aggregate_rows, run
from tests.shop import SPECS, Shop, by_table


@pytest.fixture
def sums(make_shop: Make) -> Callable[..., Shop]:
    def make(name: str = "shop", spec: str = SUMS) -> Shop:
        return make_shop({"tables/gold/sums": spec}, name)

    return make


@pytest.fixture
def based(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The versions that batches of the table merged new rows into; None for one that recomputed all groups."""
    found: list[int | None] = []
    whole = batches.with_scope

    def with_scope(batch: Any, inputs: Any) -> Any:
        done = whole(batch, inputs)
        if done.name == GOLD:
            found.append(done.base)
        return done

    monkeypatch.setattr(batches, "with_scope", with_scope)
    return found


@pytest.mark.parametrize("order", [pytest.param((0, 1, 2), marks=pytest.mark.prove), (2, 1, 0)])
def test_any_order_gives_the_groups_of_one_batch(sums: Make, based: list[int | None], order: tuple[int, ...]) -> None:
    one_batch, shop = sums("one_batch"), sums("shop")
    run(one_batch, [line for lines in FILES for line in lines])
    run(shop, *[FILES[number] for number in order])
    assert aggregate_rows(shop) == aggregate_rows(one_batch)
    assert [base is None for base in based] == [True, True, False, False]


def test_new_rows_are_added_without_reading_those_before(sums: Make, based: list[int | None]) -> None:
    shop = sums()
    run(shop, FIRST)
    old = list((shop.root / "lake/silver/orders").rglob("*.parquet"))
    shop.land("1.csv", NEW)
    shop.run(select=TABLES[:2])
    away = [file.rename(file.with_suffix(".away")) for file in old]
    shop.run(select=TABLES)
    assert based[-1] is not None
    for file in away:
        file.rename(file.with_suffix(".parquet"))
    assert aggregate_rows(shop)[:2] == [
        ("A", 3, 1, 9, Decimal("4.50"), *(day(1), day(2)), 2, 2, 3, 3, 2),
        ("B", 1, 0, 4, Decimal("1.00"), *(day(2), day(2)), 1, 1, 1, 1, 1),
    ]


def day(number: int) -> object:
    return dt.date(2026, 1, number)


def test_groups_are_recomputed_until_one_spec_has_built_them_all(sums: Make, based: list[int | None]) -> None:
    shop = sums()
    run(shop, FIRST)
    shop.spec("tables/gold/sums", SUMS.replace("id <> 99", "id <> 98"))
    run(shop, NEW, ["10,B,1,1.00,,1,I"])
    assert based == [None, None, None]
    shop.run(select=[GOLD], rebuild=True)
    run(shop, ["11,B,1,1.00,,1,I"])
    assert based[3:] == [None, 3]
    assert [row[:2] for row in aggregate_rows(shop)] == [("A", 3), ("B", 4), ("C", 1), (None, 2)]


def test_a_group_in_the_quarantine_takes_no_rows(sums: Make, based: list[int | None]) -> None:
    shop = sums(spec=SUMS.replace("write:", "checks: [{id: few, check: between, column: qty, max: 2}]\nwrite:"))
    few = ["1,A,1,1.00,,1,I", "2,B,1,1.00,,1,I", "3,B,1,1.00,,1,I", "4,B,1,1.00,,1,I"]
    run(shop, few, ["2,B,1,1.00,,2,D", "3,B,1,1.00,,2,D"], ["5,B,1,1.00,,1,I"])
    assert based == [None, None, None]
    assert [row[:2] for row in aggregate_rows(shop)] == [("A", 1), ("B", 2)]


@pytest.mark.parametrize("place", [pytest.param("write_rows", marks=pytest.mark.prove), "record"])
def test_a_batch_that_dies_adds_its_rows_once(
    sums: Make, monkeypatch: pytest.MonkeyPatch, based: list[int | None], place: str
) -> None:
    shop = sums()
    run(shop, FIRST)
    with monkeypatch.context() as broken:

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        shop.land("1.csv", NEW)
        shop.run(select=TABLES[:2])
        broken.setattr(batches, place, die)
        with pytest.raises(KeyboardInterrupt):
            shop.run(select=TABLES)
    result = by_table(shop.run(select=TABLES))[GOLD]
    assert based[1] == based[2] == 0
    assert [row[:4] for row in aggregate_rows(shop)] == [
        ("A", 3, 1, 9),
        ("B", 1, 0, 4),
        ("C", 1, 1, 6),
        (None, 2, 1, 3),
    ]
    assert (result.counts.inserted, result.counts.updated) == (1, 2)
    (profile,) = shop.lake.profile(GOLD).filter("column = 'n'").orderBy(F.desc("batch")).take(1)
    assert profile["max"] == "3"


def test_a_rollback_takes_back_what_was_added(sums: Make, based: list[int | None]) -> None:
    shop = sums()
    run(shop, FIRST)
    before = aggregate_rows(shop)
    shop.land("1.csv", NEW)
    last = shop.run(select=TABLES).run_id
    after = aggregate_rows(shop)
    shop.lake.rollback(last)
    assert aggregate_rows(shop) == before
    shop.run(select=TABLES)
    assert aggregate_rows(shop) == after
    assert based[1:] == [0, 2]


@pytest.mark.parametrize(
    ("measure", "kind"),
    [
        ("sum(cast(qty AS double))", "double"),
        pytest.param("sum(price)", "'decimal(28,1)'", marks=pytest.mark.prove),
        pytest.param("avg(qty)", "double", marks=pytest.mark.prove),
    ],
)
def test_what_would_round_is_recomputed(sums: Make, based: list[int | None], measure: str, kind: str) -> None:
    spec = f"from: silver.orders\ncolumns: {{sku: {{type: string}}, m: {{type: {kind}}}}}\n"
    steps = f"steps: [aggregate: {{by: [sku], measures: {{m: {measure!r}}}}}]\n"
    shop = sums(spec=f"{spec}{steps}write: {{strategy: aggregate, keys: [sku]}}\n".replace("'", '"'))
    run(shop, FIRST, NEW)
    assert based == [None, None]


def test_what_columns_of_another_type_say_is_recomputed(sums: Make, based: list[int | None]) -> None:
    spec = "from: silver.orders\ncolumns: {sku: {type: string}, n: {type: bigint}}\n"
    steps = "steps: [aggregate: {by: [sku], measures: {n: \"count_if(cast(price AS string) = '1.50')\"}}]\n"
    shop = sums(spec=f"{spec}{steps}write: {{strategy: aggregate, keys: [sku]}}\n")
    run(shop, ["1,A,1,1.50,2026-01-01,1,I"])
    wider = SPECS["tables/silver/orders"].replace("decimal(8,2)", "decimal(10,4)")
    shop.spec("tables/silver/orders", f"{wider}on_schema_change: widen\n")
    run(shop, ["2,A,1,1.5,2026-01-01,1,I"], ["3,A,1,2,2026-01-01,1,I"])
    assert shop.rows(GOLD) == [("A", 0)]
    assert based == [None, None, None]


def test_an_array_is_merged_though_it_may_be_null_within_as_it_is_stored(sums: Make, based: list[int | None]) -> None:
    spec = "from: silver.orders\ncolumns: {day: {type: date}, m: {type: array<string>}}\n"
    steps = "steps: [aggregate: {by: [day], measures: {m: \"max(split(sku, '-'))\"}}]\n"
    shop = sums(spec=f"{spec}{steps}write: {{strategy: aggregate, keys: [day]}}\n")
    run(shop, ["1,A-1,1,1,2026-01-01,1,I"], ["2,A-2,1,1,2026-01-01,1,I"])
    assert shop.rows(GOLD) == [(dt.date(2026, 1, 1), ["A", "2"])]
    assert [base is None for base in based] == [True, False]


def test_the_plan_says_what_is_read(sums: Make) -> None:
    shop = sums()
    run(shop, FIRST)
    shop.land("1.csv", NEW)
    plan = {table.table: table for table in shop.lake.plan(select=TABLES).tables}
    assert plan[GOLD].reads.endswith("of silver.orders only groups that lost or changed a row")


@pytest.mark.parametrize(
    ("this", "instead"),
    [
        ("count(*)\n", "count(distinct id)\n"),
        ("filter: id <> 99", "tests.shop:explode_when_flagged: {flag: nowhere}"),
        ("filter: id <> 99", "with_columns: {id: row_number() OVER (PARTITION BY sku ORDER BY id)}"),
        ("{days: hll", "{DAYS_hll: hll"),
        ("n: {type: bigint}", "n: {type: bigint, default: 0}"),
        ("write:", "checks: [{id: few, check: between, column: qty, max: 2, on_fail: drop}]\nwrite:"),
        ("write:", "on_schema_change: rescue\nwrite:"),
    ],
)
def test_what_all_rows_of_a_group_tell_is_computed_from_them(sums: Make, this: str, instead: str) -> None:
    assert merges_in(sums("one").lake.project, GOLD) is not None
    assert merges_in(sums("two", SUMS.replace(this, instead)).lake.project, GOLD) is None


def test_rows_that_a_backfill_read_first_are_not_added_again(sums: Make, based: list[int | None]) -> None:
    spec = (
        SUMS.replace("by: [sku]", "by: [sku, last]")
        .replace("        last: max(day)\n", "")
        .replace("[sku]}", "[sku, last]}")
    )
    spec = spec.replace("  - filter", "  - with_columns: {last: day}\n  - filter") + "event_date: last\n"
    shop = sums(spec=spec)
    run(shop, FIRST)
    shop.land("1.csv", ["5,A,5,1.00,2026-01-01,1,I"])
    shop.run(select=TABLES[:2])
    shop.lake.backfill([GOLD], start="2026-01-01", end="2026-01-02")
    counted = [row[:3] for row in aggregate_rows(shop)]
    shop.run(select=TABLES)
    assert [row[:3] for row in aggregate_rows(shop)] == counted
    assert ("A", 2, 1) in counted
    assert based[-1] is None
