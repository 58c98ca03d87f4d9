from __future__ import annotations

from random import Random
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.testing import frame
from lakesmith.transforms.change_events.partial_updates import filled

COLUMNS = ["name", "stock"]
SCHEMA = "id int, at int, name string, stock int, _deleted boolean, _kept array<string>"
Event = tuple[int, int, str | None, int | None, bool, list[str] | None]


def drawn(random: Random, key: int) -> list[Event]:
    """Draw the events of a key, some of which delete, leave columns alone, or set them to NULL."""
    events: list[Event] = []
    for at in range(random.randint(1, 8)):
        deletes = random.random() < 0.2
        kept = [] if deletes else [name for name in COLUMNS if random.random() < 0.4]
        name = None if "name" in kept or random.random() < 0.2 else random.choice("abc")
        stock = None if "stock" in kept or random.random() < 0.2 else random.randint(1, 3)
        events.append((key, at, name, stock, deletes, kept or None))
    return events


def model(events: list[Event]) -> list[tuple[Any, ...]]:
    """Apply events one after the other."""
    known: dict[str, Any] = {}
    rows: list[tuple[Any, ...]] = []
    for key, at, name, stock, deletes, kept in events:
        given = {"name": name, "stock": stock}
        if deletes:
            known = dict.fromkeys(COLUMNS)
            rows.append((key, at, name, stock, None))
            continue
        known |= {column: given[column] for column in COLUMNS if column not in (kept or [])}
        unknown = [column for column in kept or [] if column not in known]
        rows.append((key, at, known.get("name"), known.get("stock"), unknown or None))
    return rows


def test_events_are_filled_as_by_a_plain_model(spark: SparkSession) -> None:
    random = Random(7)
    keys = [drawn(random, key) for key in range(150)]
    events = [event for of_key in keys for event in of_key]
    shuffled = random.sample(events, len(events))
    found = frame(spark, SCHEMA, shuffled).transform(filled(["id"], ["at"], COLUMNS)).drop("_deleted").collect()
    assert sorted((tuple(row) for row in found), key=lambda row: row[:2]) == [row for key in keys for row in model(key)]


def test_filling_in_two_steps_is_filling_at_once(spark: SparkSession) -> None:
    events: list[Event] = [
        (1, 1, "Lamp", 5, False, None),
        (1, 2, None, 4, False, ["name"]),
        (1, 3, None, None, False, ["name", "stock"]),
    ]
    fill = filled(["id"], ["at"], COLUMNS)
    later = frame(spark, SCHEMA, events[1:]).transform(fill)
    found = frame(spark, SCHEMA, events[:1]).unionByName(later).transform(fill).orderBy("at").collect()
    assert [(row["name"], row["stock"], row["_kept"]) for row in found] == [
        ("Lamp", 5, None),
        ("Lamp", 4, None),
        ("Lamp", 4, None),
    ]


def test_the_key_null_is_a_key(spark: SparkSession) -> None:
    events: list[tuple[Any, ...]] = [(None, 1, "a", 1, False, None), (None, 2, None, 2, False, ["name"])]
    found = frame(spark, SCHEMA, events).transform(filled(["id"], ["at"], COLUMNS)).orderBy("at").collect()
    assert [row["name"] for row in found] == ["a", "a"]


def test_events_at_once_are_one_with_the_values_of_all(spark: SparkSession) -> None:
    events: list[tuple[Any, ...]] = [
        (1, 1, "a", 9, False, None),
        (1, 2, "b", None, False, ["stock"]),
        (1, 2, None, 7, False, ["name"]),
        (2, 1, "a", None, False, ["stock"]),
        (2, 1, None, None, True, None),
        (2, 1, None, 1, False, ["name"]),
    ]
    at_once = filled(["id"], ["at", "_deleted", "name", "stock"], COLUMNS, "at")
    found = frame(spark, SCHEMA, events).transform(at_once).orderBy("id", "at").collect()
    assert [tuple(row) for row in found] == [
        (1, 1, "a", 9, False, None), (1, 2, "b", 7, False, None), (2, 1, None, None, True, None),
    ]  # fmt: skip
