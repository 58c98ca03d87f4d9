"""Records of a real HTTP server land once, whatever happens to runs and servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import LakesmithError
from lakesmith.suggest.read_source import source_rows
from tests.runs.crash_injection import PLACES, CrashPoints
from tests.services.http_api import Answer, Api, Asked, http_api
from tests.shop import Shop, by_table

SOURCE = """
type: http
url: {url}
records: rows
columns: [id, amount]
optional_columns: [amount]
pages: {{by: offset}}
attempts: 1
{more}
"""
NEW = "incremental: {parameter: since, field: at}"
TABLES = ["bronze.payments"]


class Payments:
    """What an API has, two records a page."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, number: int, **fields: Any) -> None:
        self.rows.append({"id": number, "at": f"2024-03-{number:02d}T10:00:00Z", **fields})

    def __call__(self, asked: Asked) -> Answer:
        found = [row for row in self.rows if row["at"] >= asked.query.get("since", "")]
        start = int(asked.query.get("offset", "0"))
        return Answer({"rows": found[start : start + 2]})


@pytest.fixture(scope="module")
def server() -> Iterator[Api]:
    with http_api() as api:
        yield api


@pytest.fixture
def payments(server: Api) -> Payments:
    server.troubles.clear()
    server.asked.clear()
    payments = Payments()
    server.answers = payments
    return payments


@pytest.fixture
def make(server: Api, spark: SparkSession, tmp_path: Path) -> Callable[..., Shop]:
    def made(more: str = NEW) -> Shop:
        source = SOURCE.format(url=server.url, more=more)
        specs = {"sources/payments": source, "tables/bronze/payments": "from: sources.payments\n"}
        return Shop(tmp_path / "shop", spark, specs)

    return made


def landed(shop: Shop, *columns: str) -> list[tuple[str | None, ...]]:
    rows = shop.lake.table("bronze.payments").select(*columns).collect()
    return sorted((tuple(row) for row in rows), key=str)


def state(shop: Shop) -> str:
    return by_table(shop.run(select=TABLES))["bronze.payments"].state


def test_what_is_new_lands_once_and_a_rebuild_reads_it_without_the_api(
    server: Api, payments: Payments, make: Callable[..., Shop]
) -> None:
    shop = make()
    payments.add(1, amount=9.50)
    payments.add(2, amount=12345678901234567890.0)
    payments.add(3)
    assert state(shop) == "done"
    assert landed(shop, "id", "amount") == [("1", "9.5"), ("2", "1.2345678901234567e+19"), ("3", None)]
    assert state(shop) == "nothing_new"

    payments.add(4, amount=1, note="x")
    assert state(shop) == "done"
    assert landed(shop, "id", "_rescued")[-1] == ("4", '{"at":"2024-03-04T10:00:00Z","note":"x"}')

    server.answers = lambda _: Answer({"rows": []})
    shop.run(select=TABLES, rebuild=True)
    assert [row[0] for row in landed(shop, "id")] == ["1", "2", "3", "4"]


def test_a_plan_and_a_first_look_land_nothing(
    server: Api, payments: Payments, make: Callable[..., Shop], spark: SparkSession
) -> None:
    shop = make()
    payments.add(1, amount=1)
    lake = shop.lake
    (planned,) = [row for row in lake.plan(select=TABLES).tables if row.table == "bronze.payments"]
    assert planned.new == f"what {server.url} has"
    assert server.asked == []
    rows = source_rows(spark, lake.project, "payments").select("id", "amount").collect()
    assert [tuple(row) for row in rows] == [("1", "1")]
    assert not (shop.root / "lake" / "_landing").exists()


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_loses_and_doubles_nothing(
    payments: Payments, make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    shop = make()
    payments.add(1)
    crashes = CrashPoints(monkeypatch)
    crashes.run(shop, [("bronze.payments", place)], select=TABLES)
    payments.add(2)
    crashes.run(shop, [("bronze.payments", place)], select=TABLES)
    assert state(shop) == "nothing_new"
    assert landed(shop, "id") == [("1",), ("2",)]


def test_an_api_that_fails_behind_its_first_page_leaves_the_position(
    server: Api, payments: Payments, make: Callable[..., Shop]
) -> None:
    shop = make()
    for number in (1, 2, 3):
        payments.add(number)
    server.answers = lambda asked: Answer("", 500) if asked.query.get("offset") == "2" else payments(asked)
    with pytest.raises(LakesmithError, match=r"LS226 .* gave no page in 1 attempts: status 500"):
        shop.run(select=TABLES)
    server.answers = payments
    assert state(shop) == "done"
    assert landed(shop, "id") == [("1",), ("2",), ("3",)]


def test_an_extract_that_is_gone_stops_a_rebuild(payments: Payments, make: Callable[..., Shop]) -> None:
    shop = make()
    payments.add(1)
    state(shop)
    landing = shop.root / "lake" / "_landing" / "payments"
    landing.rename(shop.root / "elsewhere")
    with pytest.raises(LakesmithError, match=r"LS609 .*the extract \w+ is gone"):
        shop.run(select=TABLES, rebuild=True)
    assert landed(shop, "id") == [("1",)]


def test_all_records_are_asked_for_without_a_mark(payments: Payments, make: Callable[..., Shop]) -> None:
    shop = make("")
    payments.add(1)
    state(shop)
    assert state(shop) == "nothing_new"
    payments.rows.clear()
    payments.add(2)
    state(shop)
    assert landed(shop, "id") == [("1",), ("2",)]
