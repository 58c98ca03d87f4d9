from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.tables.schema.diff import after, differences
from lakesmith.tables.schema.versions import shape_property, shape_views, shapes_of
from lakesmith.testing import frame

ONE = {"id": "int", "name": "string", "_seq.at": "int"}
TWO = {"id": "bigint", "full_name": "string", "_seq.at": "int"}
THREE = {**TWO, "age": "int"}


def changed(properties: dict[str, str], have: dict[str, str], want: dict[str, str], **renamed: str) -> dict[str, str]:
    changes = differences(have, want, renamed)
    return properties | shape_property(properties, have, after(have, changes), changes)


def views(spark: SparkSession, properties: dict[str, str], ddl: str, row: Any) -> dict[str, tuple[list[str], Any]]:
    found = shape_views(frame(spark, ddl, [row]), properties)
    return {name: (rows.columns, tuple(rows.collect()[0])) for name, rows in found.items()}


def test_a_table_that_never_changed_has_one_shape(spark: SparkSession) -> None:
    assert views(spark, {}, "id int", (1,)) == {"v1": (["id"], (1,))}


def test_each_shape_is_read_from_the_newest_rows(spark: SparkSession) -> None:
    properties = changed(changed({}, ONE, TWO, full_name="name"), TWO, THREE)
    found = views(spark, properties, "id bigint, full_name string, age int", (3000000000, "a", 7))
    assert found == {
        "v1": (["id", "name"], (None, "a")),
        "v2": (["id", "full_name"], (3000000000, "a")),
        "v3": (["id", "full_name", "age"], (3000000000, "a", 7)),
    }


def test_a_shape_that_is_not_published_has_no_view(spark: SparkSession) -> None:
    properties = changed(changed({}, ONE, TWO, full_name="name"), TWO, THREE)
    assert list(views(spark, properties, "id bigint, full_name string", (1, "a"))) == ["v1", "v2"]


def test_a_change_that_died_half_way_is_one_shape() -> None:
    begun = changed({}, ONE, TWO, full_name="name")
    between = {"id": "int", "full_name": "string", "_seq.at": "int"}
    ended = changed(begun, between, TWO)
    assert ended == begun
    assert [dict(shape.columns) for shape in shapes_of(ended)] == [ONE]


def test_a_shape_is_kept_where_column_names_look_like_secrets() -> None:
    (text,) = shape_property({}, {"url": "string", "token": "string"}, {"url": "string"}, ()).values()
    assert set(text) <= set("0123456789abcdef")


def test_a_column_that_a_rebuild_took_away_is_null(spark: SparkSession) -> None:
    properties = shape_property({}, {"id": "int", "note": "string"}, {"id": "int"}, ())
    assert views(spark, properties, "id int", (1,))["v1"] == (["id", "note"], (1, None))


def test_a_value_that_the_earlier_type_cannot_hold_is_null(spark: SparkSession) -> None:
    before = {"amount": "decimal(8,2)", "count": "int", "day": "date"}
    now = {"amount": "decimal(10,4)", "count": "double", "day": "timestamp_ntz"}
    properties = changed({}, before, now)
    ddl = ", ".join(f"{name} {kind}" for name, kind in now.items())
    fine = views(spark, properties, ddl, (Decimal("1.2300"), 2.0, datetime(2024, 1, 1)))
    cut = views(spark, properties, ddl, (Decimal("1.2345"), 1.5, datetime(2024, 1, 1, 10)))
    assert fine["v1"][1] == (Decimal("1.23"), 2, date(2024, 1, 1))
    assert cut["v1"][1] == (None, None, None)
