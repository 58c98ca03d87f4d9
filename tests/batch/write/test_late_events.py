"""Versions stand for the events that they come from, where the upstream has these no longer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from pyspark.sql import DataFrame, SparkSession

from lakesmith.batch.context import BatchContext
from lakesmith.batch.write.late_events import LateEvents, as_events, versions_of_late
from lakesmith.spec.model import Project
from lakesmith.testing import frame

VERSIONS = "id int, name string, _seq struct<at:int>, valid_from int, valid_to int, is_current boolean"
EVENTS = "id int, name string, _seq struct<at:int>, _deleted boolean"
UPSTREAM = {"from": "bronze.a", "write": {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}}


def version(id: int, name: str, begun: int, ended: int | None) -> tuple[Any, ...]:
    return (id, name, (begun,), begun, ended, ended is None)


def late(stored: DataFrame, events: DataFrame) -> LateEvents:
    project = Project.model_validate(
        {"name": "shop", "env": "local", "sources": {}, "tables": {"silver": {"a": UPSTREAM}}}, by_alias=True
    )
    batch = SimpleNamespace(project=project, spec=SimpleNamespace(from_="silver.a"), upstream_decides=True)
    return LateEvents(cast(BatchContext, batch), ("id",), ("name",), events, stored)


def test_versions_as_events(spark: SparkSession) -> None:
    stored = frame(spark, VERSIONS, [version(1, "a", 1, 4), version(1, "b", 4, None), version(2, "c", 2, 3)])
    events = as_events(stored)
    assert events.columns == ["id", "name", "_seq", "_deleted", "_begun"]
    found = sorted((row.id, row._seq.at, row._deleted, row._begun) for row in events.collect())
    assert found == [
        (1, 1, False, True),
        (1, 4, False, True),
        (1, 4, True, False),
        (2, 2, False, True),
        (2, 3, True, False),
    ]


def test_a_late_event_splits_the_version_of_its_time(spark: SparkSession) -> None:
    stored = frame(spark, VERSIONS, [version(1, "a", 1, 9), version(1, "b", 9, None), version(2, "c", 2, None)])
    events = frame(spark, EVENTS, [(1, "late", (5,), False)])
    changed = versions_of_late(late(stored, events)).filter("_change IS NOT NULL")
    found = sorted((row._change, row.name, row.valid_from, row.valid_to) for row in changed.collect())
    assert found == [("insert", "late", 5, 9), ("update", "a", 1, 5)]


def test_a_late_event_with_the_values_of_its_version_changes_nothing(spark: SparkSession) -> None:
    stored = frame(spark, VERSIONS, [version(1, "a", 1, 9), version(1, "b", 9, None)])
    events = frame(spark, EVENTS, [(1, "a", (5,), False)])
    assert versions_of_late(late(stored, events)).filter("_change IS NOT NULL").collect() == []


def test_a_late_delete_ends_the_version_of_its_time(spark: SparkSession) -> None:
    stored = frame(spark, VERSIONS, [version(1, "a", 1, 9), version(1, "b", 9, None)])
    events = frame(spark, EVENTS, [(1, "a", (5,), True)])
    changed = versions_of_late(late(stored, events)).filter("_change IS NOT NULL")
    found = [(row._change, row.name, row.valid_from, row.valid_to) for row in changed.collect()]
    assert found == [("update", "a", 1, 5)]
