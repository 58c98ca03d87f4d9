from __future__ import annotations

from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.scd2 import timeline, tracked

EVENTS = "id int, name string, price int, _seq struct<at:int,no:int>, _deleted boolean"
VERSIONS = "id int, name string, valid_from int, valid_to int, is_current boolean"


def derived(spark: SparkSession, events: list[tuple[Any, ...]]) -> DataFrame:
    rows = frame(spark, EVENTS, events).transform(timeline(["id"], ["name"]))
    return rows.select("id", "name", "valid_from", "valid_to", "is_current").orderBy("id", "valid_from")


@pytest.mark.parametrize(("events", "versions"), [
    ([(1, "a", 0, (1, 0), False)], [(1, "a", 1, None, True)]),
    # Equal neighbours are one version.
    ([(1, "a", 0, (1, 0), False), (1, "a", 5, (3, 0), False)], [(1, "a", 1, None, True)]),
    # A-B-A are three.
    ([(1, "a", 0, (1, 0), False), (1, "b", 0, (2, 0), False), (1, "a", 0, (3, 0), False)],
     [(1, "a", 1, 2, False), (1, "b", 2, 3, False), (1, "a", 3, None, True)]),
    # NULL is a value, and so is a NULL key.
    ([(None, None, 0, (1, 0), False), (None, "b", 0, (2, 0), False), (None, None, 0, (3, 0), False)],
     [(None, None, 1, 2, False), (None, "b", 2, 3, False), (None, None, 3, None, True)]),
    # A delete ends a version, twice is once, and what comes back begins another one.
    ([(1, "a", 0, (1, 0), False), (1, "a", 0, (2, 0), True), (1, "x", 0, (3, 0), True), (1, "a", 0, (4, 0), False)],
     [(1, "a", 1, 2, False), (1, "a", 4, None, True)]),
    # A delete of what was never there is nothing.
    ([(1, "a", 0, (1, 0), True)], []),
])  # fmt: skip
def test_versions(spark: SparkSession, events: list[tuple[Any, ...]], versions: list[tuple[Any, ...]]) -> None:
    for order in (events, events[::-1]):
        assert_df_equality(derived(spark, order), frame(spark, VERSIONS, versions), ignore_nullable=True)


@pytest.mark.parametrize(
    ("listed", "versions"), [((), [("a", 5, 5, 7), ("a", 7, 7, None)]), (("name",), [("a", 7, 5, None)])]
)
def test_a_sequence_in_the_contract_is_tracked_where_nothing_is_listed(
    spark: SparkSession, listed: tuple[str, ...], versions: list[tuple[Any, ...]]
) -> None:
    events = frame(spark, "id int, name string, at int, _seq struct<at:int>", [(1, "a", 5, (5,)), (1, "a", 7, (7,))])
    track = tracked(events.columns, ["id"], listed)
    rows = events.transform(timeline(["id"], track)).orderBy("valid_from")
    assert rows.select("name", "at", "valid_from", "valid_to").collect() == versions


def test_what_is_not_tracked_follows_the_newest_event_of_its_version(spark: SparkSession) -> None:
    events = [(1, "a", 5, (1, 0), False), (1, "a", 6, (2, 9), False), (1, "b", 7, (3, 0), False)]
    rows = frame(spark, EVENTS, events).transform(timeline(["id"], ["name"])).orderBy("valid_from")
    assert [(row.price, row._seq.at, row._change) for row in rows.collect()] == [(6, 1, "insert"), (7, 3, "insert")]


@pytest.mark.parametrize(("event", "changes"), [
    ((1, "a", 5, (3, 0), False), [None]),  # nothing new
    ((1, "a", 6, (3, 0), False), ["update"]),  # another price
    ((1, "a", 5, (3, 0), True), ["update"]),  # closed
    ((1, "b", 5, (3, 0), False), ["update", "insert"]),
])  # fmt: skip
def test_a_version_that_the_table_holds(spark: SparkSession, event: tuple[Any, ...], changes: list[str | None]) -> None:
    stored = frame(spark, f"{EVENTS}, _stored boolean", [(1, "a", 5, (1, 0), False, True), (*event, False)])
    rows = stored.transform(timeline(["id"], ["name"])).orderBy("valid_from")
    assert [row._change for row in rows.collect()] == changes


def test_what_is_rescued_and_not_tracked_follows_the_newest_event_of_its_version(spark: SparkSession) -> None:
    ddl = "id int, name string, _rescued string, _seq struct<at:int>, _stored boolean"
    rows = frame(spark, ddl, [(1, "a", '{"x":1}', (1,), True), (1, "a", '{"x":2}', (2,), False)])
    found = rows.transform(timeline(["id"], ["name"])).collect()
    assert [(row.valid_from, row._rescued, row._change) for row in found] == [(1, '{"x":2}', "update")]


def test_columns_of_any_type_are_tracked(spark: SparkSession) -> None:
    ddl = "id int, tags map<string,int>, _seq struct<at:date>"
    rows = frame(spark, ddl, []).transform(timeline(["id"], tracked(["id", "tags"], ["id"], [])))
    assert dict(rows.dtypes)["valid_from"] == "date"
    assert rows.count() == 0
