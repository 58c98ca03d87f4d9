"""A backfill recomputes the rows of some dates, and only those."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from lakesmith.batch import run as batch_run
from lakesmith.errors import ConfigError, InputError, LedgerError, RunFailed
from tests.shop import SPECS, Shop, by_table

DATED = {
    "tables/silver/lines": SPECS["tables/silver/lines"] + "event_date: day\n",
    "tables/gold/daily": SPECS["tables/gold/daily"] + "event_date: day\n",
}
CHECK = 'checks:\n  - {id: sku_known, check: in_set, column: sku, values: ["A", "C"]}\n'
ROWS = [
    "1,A,1,2.50,2026-01-01,1,I", "2,B,2,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I",
    "4,B,1,1.00,2026-01-02,1,I", "5,B,1,1.00,soon,1,I",
]  # fmt: skip
DAYS = ("2026-01-02", "2026-01-03")


@pytest.fixture(scope="module")
def lasting(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop that one run built; only for refusals and to be copied."""
    shop = Shop(tmp_path_factory.mktemp("dated") / "shop", spark, DATED)
    shop.land("a.csv", ROWS)
    shop.run()
    return shop


@pytest.fixture
def dated(make_shop: Callable[..., Shop], lasting: Shop) -> Shop:
    """A shop with a copy of its lake; the file that it read is no longer in the landing directory."""
    return make_shop(DATED).take_over(lasting)


def skus(shop: Shop) -> list[tuple[object, str]]:
    return sorted((row[1], str(row[2])) for row in shop.rows("silver.lines"))


def test_rows_of_other_dates_stay_as_they_were(dated: Shop) -> None:
    dated.spec("tables/silver/lines", DATED["tables/silver/lines"] + CHECK)
    result = by_table(dated.lake.backfill(["silver.lines"], *DAYS))
    assert result["silver.lines"].counts.read >= 1
    assert skus(dated) == [("A", "2026-01-01"), ("B", "2026-01-01"), ("C", "2026-01-02")]
    assert dated.reasons("silver.lines") == ["day_cast", "sku_known"]

    dated.spec("tables/silver/lines", DATED["tables/silver/lines"])
    dated.lake.backfill(["silver.lines"], *DAYS)
    assert skus(dated) == [("A", "2026-01-01"), ("B", "2026-01-01"), ("B", "2026-01-02"), ("C", "2026-01-02")]
    assert dated.reasons("silver.lines") == ["day_cast"]
    assert dated.run().state == "nothing_new"


def test_bad_rows_that_an_undone_backfill_had_cleared_are_bad_rows_again(dated: Shop) -> None:
    dated.spec("tables/silver/lines", DATED["tables/silver/lines"] + CHECK)
    dated.lake.backfill(["silver.lines"], *DAYS)
    again = dated.lake.backfill(["silver.lines"], *DAYS).run_id
    dated.lake.rollback(again)
    assert dated.reasons("silver.lines") == ["day_cast", "sku_known"]


def test_bad_rows_that_no_version_holds_any_more_are_reported(dated: Shop) -> None:
    dated.spec("tables/silver/lines", DATED["tables/silver/lines"] + CHECK)
    dated.lake.backfill(["silver.lines"], *DAYS)
    again = dated.lake.backfill(["silver.lines"], *DAYS).run_id
    quarantine = dated.root / "lake" / "silver" / "lines__quarantine"
    now = {uri.rpartition("/")[2] for uri in DeltaTable(str(quarantine)).file_uris()}
    for file in quarantine.glob("*.parquet"):
        if file.name not in now:
            file.unlink()
    with pytest.warns(UserWarning, match=r"LS616 bad rows .* cleared from silver.lines__quarantine are lost"):
        dated.lake.rollback(again)
    assert dated.lake.run().state == "nothing_new"


def test_groups_of_an_aggregate_are_recomputed(dated: Shop) -> None:
    dated.spec("tables/gold/daily", DATED["tables/gold/daily"].replace("qty: sum(qty)", "qty: sum(qty) * 10"))
    dated.lake.backfill(["gold.daily"], *DAYS)
    assert [(str(row[0]), row[2]) for row in dated.rows("gold.daily")] == [("2026-01-01", 3), ("2026-01-02", 50)]


def test_a_backfill_that_dies_is_ended_by_the_next_run(dated: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    dated.spec("tables/silver/lines", DATED["tables/silver/lines"] + CHECK)

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch_run, "write_quarantine", die)
        with pytest.raises(KeyboardInterrupt):
            dated.lake.backfill(["silver.lines"], *DAYS)
    with pytest.raises(LedgerError, match=r"LS611.*unfinished"):
        dated.lake.backfill(["silver.lines"], *DAYS)
    dated.run()
    assert skus(dated) == [("A", "2026-01-01"), ("B", "2026-01-01"), ("C", "2026-01-02")]
    assert dated.reasons("silver.lines") == ["day_cast", "sku_known"]


def test_what_comes_later_is_read_as_if_nothing_had_been(dated: Shop) -> None:
    dated.lake.backfill(["silver.lines", "gold.daily"], *DAYS)
    dated.land("b.csv", ["6,C,1,1.00,2026-01-02,1,I"])
    dated.run()
    assert [(str(row[0]), row[1]) for row in dated.rows("gold.daily")] == [("2026-01-01", 2), ("2026-01-02", 3)]
    assert len(skus(dated)) == 5


@pytest.mark.parametrize(("table", "what"), [("bronze.orders", "built from files"), ("silver.orders", "no event_date")])
def test_tables_that_cannot_be_backfilled_are_named(lasting: Shop, table: str, what: str) -> None:
    with pytest.raises(InputError, match=rf"LS610.*{table}.*{what}"):
        lasting.lake.backfill([table], *DAYS)


def test_a_backfill_that_takes_rows_away_only_is_published(dated: Shop) -> None:
    fewer = 'of: raw}\n  - filter: "try_cast(OrderId AS int) < 3"'
    dated.spec("tables/silver/lines", DATED["tables/silver/lines"].replace("of: raw}", fewer))
    dated.lake.backfill(["silver.lines"], *DAYS)
    assert skus(dated) == [("A", "2026-01-01"), ("B", "2026-01-01")]


def test_a_table_that_is_read_row_by_row_is_not_backfilled(dated: Shop) -> None:
    dated.spec("tables/silver/more", "from: silver.lines\nwrite: {strategy: append}\n")
    with pytest.raises(InputError, match=r"LS610.*silver\.lines is read by silver\.more"):
        dated.lake.backfill(["silver.lines"], *DAYS)


def test_a_backfill_publishes_no_rows_of_a_run_that_was_not_published(dated: Shop) -> None:
    dated.land("b.csv", ["6,C,1,1.00,2026-01-02,1,I"])
    dated.spec("tables/gold/daily", DATED["tables/gold/daily"].replace("sum(qty)", "sum(nothing)"))
    with pytest.raises(RunFailed):
        dated.run()
    with pytest.raises(LedgerError, match=r"LS611.*silver\.lines has rows of a run that was not published"):
        dated.lake.backfill(["silver.lines"], *DAYS)
    dated.spec("tables/gold/daily", DATED["tables/gold/daily"])
    dated.run()
    assert len(skus(dated)) == 5


def test_a_log_is_not_backfilled_from_what_it_has_yet_to_read(make_shop: Callable[..., Shop]) -> None:
    log = DATED["tables/silver/lines"].partition("write:")[0] + "event_date: day\nwrite: {strategy: append}\n"
    shop = make_shop({"tables/silver/lines": log, "base": SPECS["base"] + "maintenance: {min_small_files: 2}\n"})
    shop.land("a.csv", ROWS)
    shop.run()
    shop.land("b.csv", ["6,C,1,1.00,2026-01-02,1,I"])
    shop.run(select=["bronze.orders"])
    with pytest.raises(LedgerError, match=r"LS611.*silver\.lines has read version 0 of bronze\.orders.* reads 1"):
        shop.lake.backfill(["silver.lines"], *DAYS)
    shop.run()
    assert any(step.state == "done" for step in shop.lake.maintain(["bronze.orders"]).steps)  # it moves no row
    shop.lake.backfill(["silver.lines"], *DAYS)
    assert len(skus(shop)) == 5


@pytest.mark.parametrize("dates", [("2026-01-02", "2026-01-02"), ("soon", "2026-01-02")])
def test_dates_that_bound_nothing_are_refused(lasting: Shop, dates: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"LS190"):
        lasting.lake.backfill(["gold.daily"], *dates)
