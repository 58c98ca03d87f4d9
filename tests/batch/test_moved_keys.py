"""Updates whose old and new key are one key in the table."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from lakesmith.batch.event_fields import landed_keys
from lakesmith.batch.gate.moved_keys import refuse_lacking, without_stayed
from lakesmith.spec.model import Table
from lakesmith.testing import frame

COLUMNS = {
    "region": {"type": "string", "default": "eu"},
    "id": {"type": "decimal(4,2)"},
    "name": {"type": "string"},
}
WRITE = {"strategy": "cdc", "change_format": "debezium", "keys": ["region", "id"], "sequence_by": ["at"]}
SPEC = Table.model_validate({"from": "bronze.a", "columns": COLUMNS, "write": WRITE})
SCHEMA = "region string, id bigint, name string, _deleted boolean, _moved bigint"


def left(spark: SparkSession, *rows: tuple[Any, ...]) -> list[str]:
    found = frame(spark, SCHEMA, list(rows)).transform(without_stayed(SPEC))
    assert found.columns == ["region", "id", "name", "_deleted"]
    return sorted(row["name"] for row in found.collect())


def test_the_old_row_of_a_key_that_stays_is_left_out(spark: SparkSession) -> None:
    rows = [("eu", 1, "new", False, 7), ("eu", 1, "old", True, 7), ("us", 1, "other", False, None)]
    assert left(spark, *rows) == ["new", "other"]


def test_the_old_row_of_a_key_that_moves_stays(spark: SparkSession) -> None:
    rows = [("eu", 1, "new", False, 7), ("us", 1, "old", True, 7), ("us", 1, "other", False, 8)]
    assert left(spark, *rows) == ["new", "old", "other"]


def test_a_delete_of_another_event_stays(spark: SparkSession) -> None:
    rows = [("eu", 1, "new", False, 7), ("eu", 1, "deleted", True, None), ("eu", 1, "left", True, 8)]
    assert left(spark, *rows) == ["deleted", "left", "new"]


def test_keys_are_compared_as_the_table_stores_them(spark: SparkSession) -> None:
    rows = [("eu", 1, "new", False, 7), (None, 1, "old", True, 7)]
    assert left(spark, *rows) == ["new"]


def test_the_old_row_stays_where_the_new_one_has_no_key(spark: SparkSession) -> None:
    write = {**WRITE, "keys": ["id"]}
    spec = Table.model_validate({"from": "bronze.a", "columns": COLUMNS, "write": write})
    rows = [("", None, "unfit", False, 7), ("", 1, "old", True, 7), ("", 2, "moved", True, 8), ("", 3, "new", False, 8)]
    found = frame(spark, SCHEMA, rows).transform(without_stayed(spec)).collect()
    assert sorted(row["name"] for row in found) == ["moved", "new", "unfit"]


def test_a_part_of_a_key_may_become_null(spark: SparkSession) -> None:
    assert left(spark, ("eu", None, "new", False, 7), ("eu", 1, "old", True, 7)) == ["new", "old"]


def test_an_update_that_lacks_a_value_is_refused_only_where_its_key_is_another(spark: SparkSession) -> None:
    """Its old row stays then, and all keys are as they landed."""
    rows = [
        ("eu", 1, "stays", False, 7),
        (None, 1, "old", True, 7),
        ("us", 2, "lacks", False, 8),
        ("eu", 2, "left", True, 8),
    ]
    marked = frame(spark, SCHEMA, rows).selectExpr("*", "'moved' AS _refused", "array('x') AS _kept")
    settled = marked.transform(refuse_lacking(SPEC))
    found = {row["name"]: (row["region"], row["id"], row["_refused"]) for row in settled.collect()}
    assert found == {
        "stays": ("eu", 1, None),
        "old": (None, 1, None),
        "lacks": ("us", 2, "before"),
        "left": ("eu", 2, None),
    }
    assert settled.schema["id"].dataType.simpleString() == "bigint"
    events = settled.transform(without_stayed(SPEC)).collect()
    assert sorted(row["name"] for row in events) == ["lacks", "stays"]


def test_rows_without_marks_are_as_they_were(spark: SparkSession) -> None:
    rows = frame(spark, "id int", [(1,)])
    assert rows.transform(without_stayed(SPEC)) is rows


@pytest.mark.parametrize(
    ("more", "is_landed"),
    [
        ({}, True),
        ({"steps": [{"lower": ["name"]}]}, True),
        ({"steps": [{"lower": ["ID"]}]}, False),
        ({"steps": ["my.steps:clean"]}, False),
        ({"sql": "SELECT * FROM a"}, False),
        ({"columns": {**COLUMNS, "id": {"type": "int", "default": 0}}}, False),
    ],
)
def test_a_step_the_sql_and_a_default_may_make_one_key_of_two(more: dict[str, Any], is_landed: bool) -> None:
    text = {"from": "bronze.a", "columns": COLUMNS, "write": {**WRITE, "keys": ["id"]}, **more}
    spec = Table.model_validate(text)
    assert (landed_keys(spec) is not None) is is_landed
