from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from lakesmith.spec.model import Column
from lakesmith.testing import frame
from lakesmith.transforms.conform import rescued_into, with_defaults, with_lost

Rows = list[tuple[Any, ...]]


@pytest.mark.parametrize(
    ("kind", "default", "found"),
    [
        ("int", 0, 0), ("decimal(8,2)", "0.50", Decimal("0.50")), ("string", "GB", "GB"), ("boolean", True, True),
        ("double", 1.5, 1.5), ("bigint", 3000000000, 3000000000),
    ],
)  # fmt: skip
def test_null_reads_as_the_default_in_the_columns_type(
    spark: SparkSession, kind: str, default: str | int | float | bool, found: object
) -> None:
    rows = frame(spark, f"id int, a {kind}", [(1, None), (2, found)])
    shown = rows.transform(with_defaults({"a": Column(type=kind, default=default)}))
    assert shown.dtypes == rows.dtypes
    assert [row["a"] for row in shown.collect()] == [found, found]


def test_a_default_of_a_column_that_is_not_there_adds_none(spark: SparkSession) -> None:
    rows = frame(spark, "id int", [(1,)])
    assert_df_equality(rows.transform(with_defaults({"a": Column(type="int", default=0)})), rows)


def test_lost_columns_are_null_in_the_tables_type(spark: SparkSession) -> None:
    table = StructType.fromDDL("id int, day date, note string")
    found = frame(spark, "id int", [(1,)]).transform(with_lost(table, ["day"]))
    assert_df_equality(found, frame(spark, "id int, day date", [(1, None)]), ignore_nullable=True)


@pytest.mark.parametrize(
    ("ddl", "row", "kept"),
    [
        ("id int, qty int, colour string", (1, 5, "red"), (1, 5, '{"colour":"red"}')),
        ("id int, qty int, colour string", (1, 5, None), (1, 5, None)),
        ("id int, qty string", (1, "7"), (1, 7, None)),
        ("id int, qty string", (1, "six"), (1, None, '{"qty":"six"}')),
        ("id int, qty bigint", (1, 3000000000), (1, None, '{"qty":3000000000}')),
        ("id int, QTY int", (1, 5), (1, 5, None)),
        ("id int", (1,), (1, None, None)),
        ("id int, qty int, _rescued string", (1, 5, '{"a":"b"}'), (1, 5, '{"a":"b"}')),
        ("id int, qty int, x int, _rescued string", (1, 5, 2, '{"a":"b"}'), (1, 5, '{"a":"b","x":2}')),
        ("id int, qty int, x int, _rescued string", (1, 5, 2, "{}"), (1, 5, '{"x":2}')),
        ("id int, qty int, x struct<y:int>, _rescued string", (1, 5, (2,), None), (1, 5, '{"x":{"y":2}}')),
    ],
)
def test_what_a_table_cannot_hold_is_rescued(spark: SparkSession, ddl: str, row: Any, kept: Any) -> None:
    found = frame(spark, ddl, [row]).transform(rescued_into(StructType.fromDDL("id int, qty int")))
    assert_df_equality(found, frame(spark, "id int, qty int, _rescued string", [kept]), ignore_nullable=True)


def test_hidden_columns_and_keys_stay_as_they_are(spark: SparkSession) -> None:
    table = StructType.fromDDL("id int, _deleted boolean, qty int")
    rows = frame(spark, "id string, _deleted boolean, qty int", [("a", False, 1)])
    found = rows.transform(rescued_into(table, ["id", "_deleted", "_seq"]))
    assert found.dtypes == [("qty", "int"), ("id", "string"), ("_deleted", "boolean"), ("_rescued", "string")]


def test_bytes_that_a_text_column_cannot_hold_are_rescued(spark: SparkSession) -> None:
    rows = frame(spark, "id int, note binary", [(1, b"\xc3\xa9"), (2, b"\xff")])
    table = StructType.fromDDL("id int, note string, _rescued string")
    found = rows.transform(rescued_into(table, ["id"])).orderBy("id").collect()
    assert [(row["note"], row["_rescued"]) for row in found] == [("é", None), (None, '{"note":"/w=="}')]
