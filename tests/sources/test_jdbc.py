"""Rows of a real PostgreSQL server land once, as the database spells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakesmith.errors import LakesmithError, RunFailed
from tests.runs.crash_injection import PLACES, CrashPoints
from tests.services.postgresql import PASSWORD, USER, Postgresql, postgresql, programs
from tests.shop import Shop, by_table

SOURCE = """
type: jdbc
dialect: postgresql
host: 127.0.0.1
port: {port}
database: shop
user: {user}
password: {{env: LAKESMITH_TEST_PASSWORD}}
table: {table}
columns: [{columns}]
{more}
"""
TABLES = ["bronze.people"]
BY_TIME = "incremental: {column: changed, overlap: 10m}"
PEOPLE = "id int, name text, changed timestamptz"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    if programs() is None:
        pytest.skip("there is no PostgreSQL server here: apt-get install postgresql")
    with postgresql(tmp_path_factory.mktemp("postgresql")) as one:
        yield one


@pytest.fixture
def people(
    server: Postgresql, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Shop]:
    """Make a table of the database, and a bronze table that reads it."""
    monkeypatch.setenv("LAKESMITH_TEST_PASSWORD", PASSWORD)

    def make(fields: str = PEOPLE, more: str = BY_TIME, columns: str = "id, name, changed", user: str = USER) -> Shop:
        server.sql(f"DROP TABLE IF EXISTS people; CREATE TABLE people ({fields})")
        source = SOURCE.format(port=server.port, table="public.people", columns=columns, more=more, user=user)
        return Shop(
            tmp_path / "shop", spark, {"sources/people": source, "tables/bronze/people": "from: sources.people\n"}
        )

    return make


def landed(shop: Shop, *columns: str) -> list[tuple[str | None, ...]]:
    rows = shop.lake.table("bronze.people").select(*columns).collect()
    return sorted((tuple(row) for row in rows), key=str)


def state(shop: Shop) -> str:
    return by_table(shop.run(select=TABLES))["bronze.people"].state


def test_what_is_new_lands_once_also_when_it_was_committed_late(
    server: Postgresql, people: Callable[..., Shop]
) -> None:
    shop = people()
    server.sql(
        "INSERT INTO people VALUES (1, 'Ann', now() - interval '1 hour'), (2, NULL, now() - interval '1 minute')"
    )
    assert state(shop) == "done"
    assert landed(shop, "id", "name") == [("1", "Ann"), ("2", None)]
    assert state(shop) == "nothing_new"

    server.sql("INSERT INTO people VALUES (3, 'late', now() - interval '5 minutes')")
    server.sql("UPDATE people SET name = 'Bob', changed = now() WHERE id = 2")
    assert state(shop) == "done"
    assert landed(shop, "id", "name") == [("1", "Ann"), ("2", "Bob"), ("2", None), ("3", "late")]
    assert state(shop) == "nothing_new"


def test_a_row_at_the_last_mark_is_new(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text, changed bigint", "incremental: {column: id}", "id, name")
    server.sql("INSERT INTO people VALUES (7, 'first')")
    state(shop)
    server.sql("INSERT INTO people VALUES (7, 'second'), (6, 'below')")
    state(shop)
    assert landed(shop, "id", "name") == [("7", "first"), ("7", "second")]


def test_rows_of_the_last_day_land_once(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text, changed date", "incremental: {column: changed}", "id, changed")
    server.sql("INSERT INTO people VALUES (1, 'a', '2024-03-01')")
    assert state(shop) == "done"
    assert state(shop) == "nothing_new"
    server.sql("INSERT INTO people VALUES (2, 'b', '2024-03-01')")
    state(shop)
    assert landed(shop, "id") == [("1",), ("2",)]


def test_a_position_does_not_move_back_when_rows_are_deleted(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text", "incremental: {column: id}", "id")
    for number in (1, 5, 9):
        server.sql(f"INSERT INTO people VALUES ({number})")
        state(shop)
    server.sql("DELETE FROM people WHERE id > 1")
    assert state(shop) == "nothing_new"
    server.sql("INSERT INTO people VALUES (10)")
    state(shop)
    assert landed(shop, "id") == [("1",), ("10",), ("5",), ("9",)]


def test_values_are_as_the_database_spells_them(server: Postgresql, people: Callable[..., Shop]) -> None:
    kinds = {
        "a": ("numeric", "12345678901234567890123456789012345678901234567890.10"),
        "b": ("timestamptz", "2024-03-31 01:30:00.123456+00"),
        "c": ("jsonb", '{"n": 1.10}'),
        "d": ("int[]", "{1,NULL,3}"),
        "e": ("uuid", "6f1b6a52-4f3c-4f10-9c7c-0c1a7a0f2f11"),
        "f": ("bytea", "\\x00ff"),
        "g": ("float8", "0.1"),
        "h": ("date", "0001-01-01 BC"),
        "i": ("boolean", "true"),
        "j": ("text", "a\nb'\"\\"),
    }
    shop = people(", ".join(f"{name} {kind}" for name, (kind, _) in kinds.items()), "", ", ".join(kinds))
    values = ", ".join(f"$x${text}$x$::{kind}" for kind, text in kinds.values())
    server.sql(f"INSERT INTO people VALUES ({values})")
    state(shop)
    assert landed(shop, *kinds) == [tuple(text for _, text in kinds.values())]


def test_without_a_mark_each_run_reads_all_rows(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int", "read_at: read_at", "id, read_at")
    server.sql("INSERT INTO people VALUES (1)")
    state(shop)
    server.sql("DELETE FROM people; INSERT INTO people VALUES (2)")
    state(shop)
    rows = landed(shop, "id", "read_at")
    assert [row[0] for row in rows] == ["1", "2"]
    assert len({row[1] for row in rows}) == 2


def test_parts_are_of_equal_size(server: Postgresql, people: Callable[..., Shop], spark: SparkSession) -> None:
    shop = people("id int, name text", "parts: {column: id, number: 4}", "id, name")
    server.sql("INSERT INTO people SELECT n * n, 'x' FROM generate_series(1, 1000) n; INSERT INTO people VALUES (NULL)")
    source = shop.lake.project.sources["people"]
    assert source.parts.number == 4
    state(shop)
    files = shop.lake.table("bronze.people").groupBy("_metadata.file_path").count().collect()
    assert sorted(row["count"] for row in files) == [250, 250, 250, 251]


@pytest.mark.parametrize(("values", "says"), [
    ("(1, 'a', NULL)", "LS222 column 'changed' has rows without a value"),
    ("(1, 'a', 'infinity')", "LS222 column 'changed' has the value infinity"),
    ("(1, 'a', now() + interval '3 days')", "LS222 column 'changed' has values more than a day ahead"),
])  # fmt: skip
def test_rows_that_would_never_be_new_are_refused(
    server: Postgresql, people: Callable[..., Shop], values: str, says: str
) -> None:
    shop = people()
    server.sql(f"INSERT INTO people VALUES {values}")
    with pytest.raises(LakesmithError, match=says):
        shop.run(select=TABLES)


def test_a_wrong_password_is_one_error_that_does_not_show_it(
    people: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = people()
    monkeypatch.setenv("LAKESMITH_TEST_PASSWORD", "hush-hush")
    with pytest.raises(LakesmithError, match=r"LS220 the database .* cannot be read: FATAL: password") as caught:
        shop.run(select=TABLES)
    assert "hush-hush" not in str(caught.value)


def test_a_server_that_does_not_answer_leaves_the_position(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people()
    server.sql("INSERT INTO people VALUES (1, 'Ann', now())")
    state(shop)
    source = (shop.root / "conf/sources/people.yml").read_text()
    shop.spec("sources/people", source.replace(f"port: {server.port}", "port: 1"))
    with pytest.raises(
        LakesmithError, match=r"LS220 the database .* cannot be read: ConnectException: Connection refused"
    ):
        shop.run(select=TABLES)
    shop.spec("sources/people", source)
    server.sql("INSERT INTO people VALUES (2, 'Bob', now())")
    state(shop)
    assert landed(shop, "id") == [("1",), ("2",)]


def test_a_rebuild_would_lose_what_the_database_has_no_more(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people()
    server.sql("INSERT INTO people VALUES (1, 'Ann', now())")
    state(shop)
    server.sql("DELETE FROM people")
    with pytest.raises(LakesmithError, match=r"LS609 .*a database keeps no rows that were changed or deleted since"):
        shop.run(select=TABLES, rebuild=True)
    assert landed(shop, "id") == [("1",)]


def test_no_plan_and_no_commit_shows_the_password(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people()
    server.sql("INSERT INTO people VALUES (1, 'Ann', now())")
    state(shop)
    files = [file for file in (shop.root / "lake").rglob("*.json") if file.is_file()]
    assert files
    assert [file for file in files if PASSWORD in file.read_text()] == []


@pytest.mark.parametrize("place", PLACES)
def test_a_crash_loses_and_doubles_nothing(
    server: Postgresql, people: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    shop = people()
    server.sql("INSERT INTO people VALUES (1, 'Ann', now() - interval '2 minutes')")
    crashes = CrashPoints(monkeypatch)
    crashes.run(shop, [("bronze.people", place)], select=TABLES)
    server.sql("INSERT INTO people VALUES (2, 'Bob', now() - interval '1 minute')")
    crashes.run(shop, [("bronze.people", place)], select=TABLES)
    assert state(shop) == "nothing_new"
    assert landed(shop, "id") == [("1",), ("2",)]


def test_a_secret_that_is_not_there_is_named(people: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    shop = people()
    monkeypatch.delenv("LAKESMITH_TEST_PASSWORD")
    with pytest.raises(LakesmithError, match=r"LS219 the environment variable LAKESMITH_TEST_PASSWORD is not set"):
        shop.run(select=TABLES)


def test_a_greater_overlap_doubles_nothing(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text, changed bigint", "incremental: {column: changed}", "id, changed")
    for mark in (0, 1, 2):
        server.sql(f"INSERT INTO people VALUES ({mark}, 'a', {mark})")
        state(shop)
    text = (
        (shop.root / "conf/sources/people.yml")
        .read_text()
        .replace("{column: changed}", "{column: changed, overlap: 6}")
    )
    shop.spec("sources/people", text)
    for mark in (3, 4):
        server.sql(f"INSERT INTO people VALUES ({mark}, 'a', {mark})")
        state(shop)
    server.sql("INSERT INTO people VALUES (9, 'late', 3)")
    state(shop)
    assert landed(shop, "id") == [(str(one),) for one in (0, 1, 2, 3, 4, 9)]


def test_a_position_is_of_one_column_and_table(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text, changed bigint", "incremental: {column: changed}", "id, changed")
    server.sql("INSERT INTO people VALUES (1, 'a', 1000)")
    assert state(shop) == "done"
    text = (shop.root / "conf/sources/people.yml").read_text()
    shop.spec("sources/people", text.replace("{column: changed}", "{column: id}"))
    server.sql("INSERT INTO people VALUES (2, 'b', 1001)")
    with pytest.raises(RunFailed, match=r"LS223 the rows up to 1000 .* by changed, and not from") as raised:
        shop.run(select=TABLES)
    known = str(raised.value).partition("were read from ")[2].partition(", and not")[0]
    assert "moved_from" not in str(raised.value)

    moved = text.replace("host: 127.0.0.1", "host: localhost")
    shop.spec("sources/people", moved)
    with pytest.raises(RunFailed, match=f"write moved_from: {known}"):
        shop.run(select=TABLES)
    shop.spec("sources/people", moved.replace("{column: changed}", f"{{column: changed, moved_from: '{known}'}}"))
    assert state(shop) == "done"
    assert landed(shop, "id") == [("1",), ("2",)]


def test_a_column_that_is_declared_later_lands_from_then_on(server: Postgresql, people: Callable[..., Shop]) -> None:
    shop = people("id int, name text, changed bigint", "incremental: {column: id, overlap: 9}", "id")
    shop.spec("tables/bronze/people", "from: sources.people\non_schema_change: add\n")
    server.sql("INSERT INTO people VALUES (1, 'a', 1), (2, 'b', 1)")
    state(shop)
    text = (shop.root / "conf/sources/people.yml").read_text()
    shop.spec("sources/people", text.replace("[id]", "[id, name]"))
    server.sql("INSERT INTO people VALUES (3, 'c', 1)")
    assert state(shop) == "done"
    assert landed(shop, "id", "name") == [("1", None), ("2", None), ("3", "c")]
