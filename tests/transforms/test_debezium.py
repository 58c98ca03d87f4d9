from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from lakesmith.spec.model import Column
from lakesmith.testing import frame
from lakesmith.transforms.change_events.debezium import from_debezium
from lakesmith.transforms.change_events.unavailable import forms_of
from lakesmith.transforms.change_events.unchanged import Unchanged

P = "__debezium_unavailable_value"
FIELDS = ["id", "name", "city"]
LEAVING = Unchanged((P,))
PARTIAL = Unchanged((P,), absent=True)
SCHEMA = "at int, op string, before string, after string"


def changes(spark: SparkSession, events: list[tuple[Any, ...]], **options: Any) -> list[Row]:
    rows = [(at, op, _text(before), _text(after)) for at, (op, before, after) in enumerate(events)]
    changed = frame(spark, SCHEMA, rows).transform(from_debezium(FIELDS, ["id"], **options))
    return sorted(changed.collect(), key=lambda row: (row["at"], row["_deleted"]))


def _text(image: Any) -> str | None:
    return image if image is None or isinstance(image, str) else json.dumps(image)


def values(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in FIELDS)


def test_fields_match_whatever_their_case_and_exactly_where_there_are_two(spark: SparkSession) -> None:
    events: list[tuple[Any, ...]] = [
        ("c", None, {"ID": 1, "Name": "Ada", "CITY": "Paris"}),
        ("u", None, {"id": 1, "NAME": "loud", "name": "exact", "city": "Oslo"}),
        ("d", {"Id": 1, "NAME": "Ada"}, None),
        ("u", {"ID": 1}, {"Id": 2, "name": "moved"}),
    ]
    found = [values(row) for row in changes(spark, events)]
    assert found == [
        ("1", "Ada", "Paris"),
        ("1", "exact", "Oslo"),
        ("1", "Ada", None),
        ("2", "moved", None),
        ("1", None, None),
    ]


@pytest.mark.parametrize("keeps_history", [False, True])
def test_an_event_that_changes_no_row_says_why(spark: SparkSession, keeps_history: bool) -> None:
    image = {"id": 1}
    events: list[tuple[Any, ...]] = [
        ("m", None, None),
        (None, None, image),
        ("U", None, image),
        ("c", None, None),
        ("u", image, "not JSON"),
        ("c", None, '{"id": 1} and more'),
        ("d", None, image),
        ("c", None, {"id": 1, "Name": "a", "NAME": "b"}),
        ("t", None, None),
        ("c", None, image),
    ]
    found = changes(spark, events, keeps_history=keeps_history)
    truncate = "op" if keeps_history else None
    reasons = ["op", "op", "op", "after", "after", "after", "before", "names", truncate, None]
    assert [row["_refused"] for row in found] == reasons
    assert {values(row) for row in found[:-1]} == {(None, None, None)}


def test_numbers_of_images_keep_their_spelling(spark: SparkSession) -> None:
    key = "1000000000000000000000000000000000000001"
    after = f'{{"id": {key}, "name": 1.10, "city": {{"zip": 1e400, "at": [1.0]}}}}'
    (row,) = changes(spark, [("c", None, after)])
    assert values(row) == (key, "1.10", '{"at":[1.0],"zip":1e400}')


def test_decimals_of_images_keep_their_digits(spark: SparkSession) -> None:
    numbers = ["12345678901234.5678", "1234567890123456.7891", "0.0001", "100000000000000.0001"]
    events = [("c", None, f'{{"id": {number}, "name": {{"a": [{number}]}}}}') for number in numbers]
    found = [(row["id"], row["name"]) for row in changes(spark, events)]
    assert found == [(number, f'{{"a":[{number}]}}') for number in numbers]


@pytest.mark.parametrize(
    "image",
    [
        '{"id": 1, "name": "a", "name": "b"}',
        '{"id": 1, "name": {"a": 1, "a": 2}}',
        "{'id': 1}",
        '{"id": 1, "name": NaN}',
        '{"id": 1, "name": {"a": -INF}}',
    ],
)
def test_an_image_that_is_no_json_is_no_image(spark: SparkSession, image: str) -> None:
    (row,) = changes(spark, [("c", None, image)])
    assert values(row) == (None, None, None)


def test_a_placeholder_keeps_the_old_value_in_each_form(spark: SparkSession) -> None:
    images: list[Any] = [{"id": 1, "name": form, "city": "x"} for form in [P, [P], {P: P}, list(P.encode())]]
    images += [{"id": 1, "name": form, "city": "x"} for form in forms_of([P])[1:4]]
    found = changes(spark, [("u", None, image) for image in images], unchanged=LEAVING)
    assert {values(row) for row in found} == {("1", None, "x")}
    assert [row["_kept"] for row in found] == [["name"]] * len(images)


def test_the_old_image_tells_what_a_placeholder_stands_for(spark: SparkSession) -> None:
    old, new = {"id": 1, "name": "Ada"}, {"id": 2, "name": P}
    found = changes(spark, [("u", old, new), ("d", {"id": 2, "name": P}, None)], unchanged=LEAVING)
    assert [values(row) for row in found] == [("2", "Ada", None), ("1", "Ada", None), ("2", None, None)]
    assert [row["_kept"] for row in found] == [None, None, None]


def test_a_placeholder_of_another_text_is_a_value(spark: SparkSession) -> None:
    events = [("u", None, {"id": 1, "name": P}), ("u", None, {"id": 1, "name": "<same>"})]
    found = changes(spark, events, unchanged=Unchanged(("<same>",)))
    assert [(row["name"], row["_kept"]) for row in found] == [(P, None), (None, ["name"])]


def test_an_update_keeps_what_it_lacks_and_null_is_a_value(spark: SparkSession) -> None:
    events: list[tuple[Any, ...]] = [
        ("u", None, {"id": 1, "NAME": None}),
        ("c", None, {"id": 1, "name": "Ada"}),
        ("d", {"id": 1}, None),
        ("u", None, {"id": 1, "name": "a", "city": "b"}),
    ]
    found = changes(spark, events, unchanged=PARTIAL)
    assert [row["_kept"] for row in found] == [["city"], None, None, None]
    nulls = changes(spark, events, unchanged=Unchanged(absent=True, nulls=True))
    assert [row["_kept"] for row in nulls] == [["name", "city"], None, None, None]


def test_what_a_step_makes_of_a_kept_field_is_kept(spark: SparkSession) -> None:
    events = [("u", None, {"id": 1, "name": P}), ("u", None, {"id": 1, "name": "a"})]
    found = changes(spark, events, unchanged=Unchanged((P,), made=("city",)))
    assert [row["_kept"] for row in found] == [["name", "city"], None]


def test_new_images_say_which_fields_they_have(spark: SparkSession) -> None:
    events: list[tuple[Any, ...]] = [("u", {"id": 1}, {"ID": 2, "name": None}), ("d", {"id": 2}, None)]
    found = changes(spark, events)
    has = [row["_arrived"] and (*row["_arrived"]["has"], row["_arrived"]["names"]) for row in found]
    assert has == [(True, True, False, "ID, name"), None, None]


@pytest.mark.parametrize(
    ("kind", "old", "new", "moves"),
    [
        ("decimal(4,2)", "1.5", "1.50", False),
        ("int", "01", "1", False),
        ("date", "2024-03-01", "2024-03-01T10:00:00", False),
        ("int", "1", "2", True),
        ("int", "1", "2.0", False),
        ("date", "2024-03-01", "x", False),
        ("string", "01", "1", True),
        ("string", "A", "a", True),
        ("string collate UTF8_LCASE", "A", "a", True),
    ],
)
def test_texts_that_are_one_value_of_the_key_are_no_move(
    spark: SparkSession, kind: str, old: str, new: str, moves: bool
) -> None:
    update = ("u", {"id": old}, {"id": new, "name": "new"})
    found = changes(spark, [update], key_types={"id": Column(type=kind)})
    assert [row["id"] for row in found] == ([new, old] if moves else [new])
    assert "_moved" not in found[0]


def test_both_rows_of_a_move_have_one_number(spark: SparkSession) -> None:
    moves = [("u", {"id": old}, {"id": new}) for old, new in ((1, 2), (2, 3), (1, 2), (3, 3))]
    numbers = [row["_moved"] for row in changes(spark, [*moves, ("d", {"id": 3}, None)])]
    first, second, again = numbers[:6:2]
    assert numbers == [first, first, second, second, first, first, None, None]
    assert again == first != second


def test_a_key_that_steps_make_may_be_another_one_where_a_field_is(spark: SparkSession) -> None:
    old, new = {"name": "Ada", "city": "Paris"}, {"name": "Ada", "city": "Oslo"}
    updates = [("u", old, new), ("u", old, old), ("u", None, new), ("u", {"city": "Oslo"}, new), ("u", old, {"id": 1})]
    found = changes(spark, updates)
    assert [(row["at"], row["city"], row["_deleted"]) for row in found] == [
        (0, "Oslo", False),
        (0, "Paris", True),
        (1, "Paris", False),
        (2, "Oslo", False),
        (3, "Oslo", False),
        (4, None, False),
    ]


def test_an_update_gives_all_of_its_key(spark: SparkSession) -> None:
    images = ({"id": 1}, {"id": 1, "city": P}, {"id": 1, "city": None}, {"id": 1, "city": "Oslo"})
    old = {"id": 1, "city": "Rome", "name": None}
    rows = [(at, "u", _text(old), _text(image)) for at, image in enumerate(images)]
    by_both = from_debezium(FIELDS, ["id", "city"], unchanged=PARTIAL)
    found = frame(spark, SCHEMA, rows).transform(by_both).collect()
    kinds = sorted((row["at"], row["_deleted"], row["_refused"]) for row in found)
    assert kinds == [
        (0, False, "after"), (1, False, "after"), (2, False, None), (2, True, None), (3, False, None), (3, True, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("key_types", "refused"), [({}, ["before"]), (None, ["moved", "moved"])])
def test_an_update_of_the_key_has_all_other_values_in_one_of_its_images(
    spark: SparkSession, key_types: dict[str, Any] | None, refused: list[str]
) -> None:
    """Where steps may change the key, both rows say that the update is refused if it moves its row."""
    images = ({"id": 1}, {"id": 1, "name": P, "city": "Rome"}, {"id": 1, "name": None, "city": "Rome"})
    rows = [(at, "u", _text(image), _text({"id": 2, "city": "Oslo"})) for at, image in enumerate(images)]
    apply = from_debezium(FIELDS, ["id"], unchanged=PARTIAL, key_types=key_types)
    found = frame(spark, SCHEMA, rows).transform(apply).collect()
    parts = [[row["_refused"] for row in found if row["at"] == at] for at in range(3)]
    assert parts == [refused, refused, [None, None]]


def test_what_a_step_makes_is_lacked_by_no_update_of_the_key(spark: SparkSession) -> None:
    rows = [(1, "u", _text({"id": 1, "city": "Rome"}), _text({"id": 2, "city": "Oslo"}))]
    by_step = Unchanged((P,), absent=True, made=("name",))
    found = frame(spark, SCHEMA, rows).transform(from_debezium(FIELDS, ["id"], unchanged=by_step)).collect()
    assert sorted((row["_deleted"], row["_refused"]) for row in found) == [(False, None), (True, None)]


def test_a_sequence_of_the_envelope_is_given_by_it(spark: SparkSession) -> None:
    (row,) = changes(spark, [("u", None, {"id": 1, "name": "Ada"})], sequence=["lsn"], unchanged=PARTIAL)
    assert (row["_refused"], row["_kept"]) == (None, ["city"])


def test_an_update_gives_its_sequence(spark: SparkSession) -> None:
    images = ({"id": 1, "name": "Ada"}, {"id": 1, "city": "Oslo"})
    events = [("u", None, image) for image in images]
    found = changes(spark, events, sequence=["city"], unchanged=PARTIAL)
    assert [row["_refused"] for row in found] == ["after", None]
