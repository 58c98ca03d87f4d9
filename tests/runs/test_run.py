from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.counts import Counts
from lakesmith.errors import InputError, RunFailed, RunLocked
from lakesmith.lake import Lake
from lakesmith.observe.events import BatchWritten, RunEvent
from lakesmith.observe.observers import Observers
from lakesmith.observe.results import RunResult
from lakesmith.runs.lock import run_lock
from lakesmith.session.batch import batch_session
from tests.shop import HEADER, SPECS, TABLES, Shop, by_table

FIRST = [
    "1,A,1,2.50,2026-01-01,1,I", "2,B,-1,2.50,2026-01-01,1,I", "3,C,4,1.00,2026-01-02,1,I",
    "x,C,4,1.00,2026-01-02,1,I", "3,C,4", "3,C,4,1.00,2026-01-02,1,I",
]  # fmt: skip
SECOND = ["3,C,4,1.00,2026-01-02,2,D", "1,A,9,2.50,2026-01-03,2,U", "1,A,7,2.50,2026-01-01,1,U"]


@pytest.fixture(scope="module")
def twice(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, RunResult, RunResult]:
    """An uninterrupted lake: two files in two runs; only to be read."""
    shop = Shop(tmp_path_factory.mktemp("uninterrupted") / "shop", spark)
    shop.land("a.csv", FIRST)
    first = shop.run(run_date="2026-02-01")
    shop.land("b.csv", SECOND)
    return shop, first, shop.run(run_date="2026-02-02")


def published(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    return {table: shop.rows(table) for table in TABLES}


def test_the_tables_hold_what_the_feed_says(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, *_ = twice
    assert [row[:3] for row in shop.rows("silver.orders")] == [(1, "A", 9)]
    assert [(str(row[0]), row[1], row[2], str(row[3])) for row in shop.rows("gold.daily")] == [
        ("2026-01-03", 1, 9, "22.50")
    ]
    assert (len(shop.rows("bronze.orders")), len(shop.rows("silver.lines"))) == (9, 7)


def test_bad_rows_are_quarantined_with_reasons(twice: tuple[Shop, RunResult, RunResult]) -> None:
    assert twice[0].reasons("silver.orders") == ["id_cast", "qty_not_negative", "row_parsed"]


def test_the_accounting_closes(twice: tuple[Shop, RunResult, RunResult]) -> None:
    _, first, second = twice
    orders = [by_table(run)["silver.orders"].counts for run in (first, second)]
    assert orders[0] == Counts(read=6, dropped=1, quarantined=3, accepted=2, inserted=2)
    assert orders[1] == Counts(read=3, dropped=1, accepted=2, updated=1, deleted=1)
    for run in (first, second):
        for table in run.tables:
            counts = table.counts
            assert counts.read == counts.dropped + counts.quarantined + counts.accepted
            assert counts.accepted == counts.inserted + counts.updated + counts.deleted + counts.unchanged


def test_metrics_are_observed_on_the_write(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, *_ = twice
    assert {row["recomputed"] for run in shop.lake.status() for row in run["tables"]} == {False}


def test_a_run_with_nothing_new_publishes_nothing(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, _, second = twice
    result = shop.run()
    assert (result.state, result.published) == ("nothing_new", second.published)


def test_the_past_can_be_asked(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, first, second = twice
    runs = {run["run_id"]: run for run in shop.lake.status()}
    assert [runs[run.run_id]["run_state"] for run in (first, second)] == ["done", "done"]
    assert [row["run_id"] for row in shop.lake.history("silver.orders")] == [second.run_id, first.run_id]
    assert {row["check"] for row in shop.lake.quality("silver.orders")} >= {"qty_not_negative", "price_sane"}


def test_a_version_of_the_past_can_be_read(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, first, _ = twice
    version = by_table(first)["silver.orders"].version
    assert version is not None
    assert [row[0] for row in shop.rows("silver.orders", version)] == [1, 3]


def test_views_show_what_is_published(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, *_ = twice
    session = batch_session(shop.spark)
    shop.lake.register_views(session)
    assert [tuple(row) for row in session.sql("SELECT id, qty FROM silver_orders").collect()] == [(1, 9)]


def test_an_unknown_table_is_an_error(twice: tuple[Shop, RunResult, RunResult]) -> None:
    with pytest.raises(InputError, match=r"LS209"):
        twice[0].lake.table("silver.nope")


def test_a_second_run_of_the_same_warehouse_is_refused(twice: tuple[Shop, RunResult, RunResult]) -> None:
    shop, *_ = twice
    with run_lock(shop.spark, str(shop.root / "lake"), 0), pytest.raises(RunLocked, match=r"LS601"):
        shop.run()


@pytest.fixture(scope="module")
def uninterrupted(twice: tuple[Shop, RunResult, RunResult]) -> dict[str, list[tuple[object, ...]]]:
    """The published tables of the uninterrupted lake."""
    return published(twice[0])


class Crash(BaseException):
    """As from a killed process: nothing catches it."""


@pytest.mark.parametrize("place", ["runs.finish.publish", "batch.run.write_quarantine", "runs.close_batch.done_event"])
def test_a_crash_loses_and_doubles_nothing(
    shop: Shop, uninterrupted: dict[str, object], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    module, _, name = place.rpartition(".")

    def crash(*args: object, **options: object) -> None:
        raise Crash(place)

    shop.land("a.csv", FIRST)
    monkeypatch.setattr(importlib.import_module(f"lakesmith.{module}"), name, crash)
    with pytest.raises(Crash):
        shop.run()
    monkeypatch.undo()
    with pytest.raises(InputError):
        shop.rows("silver.orders")
    shop.land("b.csv", SECOND)
    result = shop.run()
    assert published(shop) == uninterrupted
    assert shop.reasons("silver.orders") == ["id_cast", "qty_not_negative", "row_parsed"]
    for table in result.tables:
        assert table.counts.read == table.counts.dropped + table.counts.quarantined + table.counts.accepted


def test_an_exception_in_a_user_step_is_one_clear_error_and_the_next_run_is_complete(
    make_shop: Callable[..., Shop], uninterrupted: dict[str, object]
) -> None:
    shop = make_shop()
    flag = shop.root / "flag"
    step = f"steps:\n  - tests.shop:explode_when_told: {{flag: {flag}}}\nchecks:"
    shop.spec("tables/silver/orders", SPECS["tables/silver/orders"].replace("checks:", step))
    shop.land("a.csv", FIRST)
    shop.run()
    before = published(shop)
    shop.land("b.csv", SECOND)
    flag.touch()
    message = "LS301 step 'tests.shop:explode_when_told' failed: ValueError: the moon is full"
    with pytest.raises(RunFailed, match=message) as caught:
        shop.run()
    assert "shop.py:" in str(caught.value)
    failed = by_table(caught.value.result)
    assert (failed["silver.orders"].state, failed["gold.daily"].state) == ("failed", "skipped")
    assert published(shop) == before
    flag.unlink()
    shop.run()
    assert published(shop) == uninterrupted


def test_bad_files_are_parked_and_the_rest_is_loaded(shop: Shop) -> None:
    shop.land("a.csv", FIRST[:1])
    shop.land("b.csv", ["2"], header="OrderId")
    shop.land("c.csv", ["9,D,2,3.00,2026-01-05,1,I,x"], header=f"{HEADER},More")
    (shop.landing / "d.csv").write_bytes(b"")
    chain = ["bronze.orders", "silver.orders"]
    result = shop.run(select=chain)
    bronze = by_table(result)["bronze.orders"]
    assert (result.state, bronze.state, bronze.counts.read) == ("degraded", "done", 2)
    assert [(one.path.rsplit("/", 1)[1], one.reason.split(";")[0]) for one in bronze.parked] == [
        ("b.csv", "column(s) Sku, Qty, Price, Day, Seq, Op missing"),
        ("d.csv", "the file is empty: it has no header"),
    ]
    assert [row[0] for row in shop.rows("silver.orders")] == [1, 9]
    rescued = shop.lake.table("bronze.orders").select("_rescued").distinct().collect()
    assert {row[0] for row in rescued} == {None, '{"More":"x"}'}
    assert shop.run(select=chain).state == "nothing_new"


def test_a_bounded_source_goes_on_behind_a_parked_file(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"sources/orders": SPECS["sources/orders"] + "batch: {max_files: 1}\n"})
    shop.land("a.csv", [], header="OrderId")
    shop.land("b.csv", FIRST[:1])
    shop.land("c.csv", FIRST[2:3])
    result = shop.run(select=["bronze.orders"])
    assert by_table(result)["bronze.orders"].batches == 2


@pytest.mark.parametrize("policy", ["fail", "reload", "ignore"])
def test_a_changed_file_follows_the_policy(make_shop: Callable[..., Shop], policy: str) -> None:
    shop = make_shop({"sources/orders": SPECS["sources/orders"] + f"on_changed_file: {policy}\n"})
    shop.land("a.csv", FIRST[:1])
    shop.run(select=["bronze.orders"])
    shop.land("a.csv", FIRST[:2])
    if policy == "fail":
        with pytest.raises(RunFailed, match=r"LS203"):
            shop.run(select=["bronze.orders"])
    else:
        shop.run(select=["bronze.orders"])
    assert len(shop.rows("bronze.orders")) == (3 if policy == "reload" else 1)


def test_no_such_directory_fails_with_its_key(shop: Shop) -> None:
    shop.landing.rmdir()
    with pytest.raises(RunFailed, match=r"LS201 no such directory(.|\n)*sources.orders.path"):
        shop.run()


def test_an_absent_optional_source_has_nothing_new(make_shop: Callable[..., Shop]) -> None:
    shop = make_shop({"sources/orders": SPECS["sources/orders"] + "optional: true\n"})
    shop.landing.rmdir()
    assert shop.run().state == "nothing_new"


def test_events_report_the_progress_and_an_observer_that_fails_stops_nothing(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.land("a.csv", FIRST[:1])
    events: list[RunEvent] = []

    def broken(event: RunEvent) -> None:
        raise ValueError("no network")

    shop.run(select=["bronze.orders"], on_event=Observers([broken, events.append]))
    assert caplog.text.count("LS702 the observer tests.runs.test_run") == len(events)
    (written,) = [event for event in events if isinstance(event, BatchWritten)]
    assert (written.table, written.batch, written.version, written.counts.accepted) == ("bronze.orders", 1, 0, 1)
    assert (written.positions["kind"], written.metrics["numOutputRows"]) == ("files", 1)
    assert written.schema == dict.fromkeys(["OrderId", "Sku", "Qty", "Price", "Day", "Seq", "Op"], "string")
    kinds = [event.kind for event in events]
    assert kinds[0] == "run_started"
    assert kinds[-1] == "run_finished"
    assert [kind for kind in kinds if kind in ("table_started", "table_finished", "published")] == [
        "table_started", "table_finished", "published",
    ]  # fmt: skip


def test_a_plan_says_what_is_new(shop: Shop) -> None:
    shop.land("a.csv", FIRST[:1])
    lake: Lake = shop.lake
    plan = {table.table: table.new for table in lake.plan().tables}
    assert plan["bronze.orders"].startswith("1 file(s)")
    assert plan["silver.orders"] == "what bronze.orders will write"


def test_a_plan_says_how_much_of_an_upserted_table_can_be_read(shop: Shop) -> None:
    chain = ["bronze.orders", "silver.orders"]
    shop.land("a.csv", FIRST[:1])
    shop.run(select=chain)
    shop.land("b.csv", FIRST[1:2])
    (reads,) = [table.reads for table in shop.lake.plan(select=chain).tables if table.table == "silver.orders"]
    assert "of the table what its id touch, at most 1 file(s), 1 rows, " in reads


def test_a_profile_before_the_first_run_has_no_row(shop: Shop) -> None:
    found = shop.lake.profile("silver.orders", since="2024-01-01")
    assert (found.count(), "max" in found.columns) == (0, True)
