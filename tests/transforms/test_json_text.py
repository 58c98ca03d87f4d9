from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import json_text
from lakesmith.testing import frame
from lakesmith.transforms.change_events.debezium import from_debezium
from lakesmith.transforms.change_events.images import with_image
from lakesmith.transforms.conform import rescued_into


@pytest.mark.parametrize("number", ["1000000000000000000000000000000000000001", "-0.0", "100.0"])
def test_numbers_of_an_image_keep_their_spelling(spark: SparkSession, number: str) -> None:
    images = [("c", None, f'{{"id": {number}, "more": {{"b": {number}}}}}')]
    events = frame(spark, "op string, before string, after string", images)
    row = events.transform(from_debezium(["id", "more"], ["id"])).first()
    assert row is not None
    assert (row.id, row.more.replace(" ", "")) == (number, f'{{"b":{number}}}')


TAILS = [
    '{"id": 1}] {"x": 1}',
    '{"id": 1}],[{"id": 2}',
    '{"id": 1.10}]}',
    r'{"id": 1},{"":"\u0002"}]',
    '{"id": 1},{"": 1',
]


@pytest.mark.parametrize("text", TAILS)
def test_text_behind_an_object_makes_it_no_image(spark: SparkSession, text: str) -> None:
    row = frame(spark, "t string", [(text,)]).transform(with_image("image", "t")).first()
    assert row is not None
    assert row.image is None


def test_an_object_that_holds_the_end_itself_is_an_image(spark: SparkSession) -> None:
    text = r'{"": "\u0002", "id": [{"a":1}]}'
    row = frame(spark, "t string", [(text,)]).transform(with_image("image", "t")).first()
    assert row is not None
    assert row.image["values"] == ["\x02", '[{"a":1}]']


def test_a_rescued_timestamp_keeps_its_microseconds(spark: SparkSession) -> None:
    at = F.lit("2024-03-01 10:00:00.1239").cast("timestamp")
    df = frame(spark, "id int", [(1,)]).withColumn("at", at)
    row = df.transform(rescued_into(StructType.fromDDL("id int"))).first()
    assert row is not None
    assert row._rescued == '{"at":"2024-03-01T10:00:00.123900Z"}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("cast(1.50 AS decimal(10,4))", "1.5000"),
        ("double('NaN')", '"NaN"'),
        ("date'+12024-03-01'", '"+12024-03-01"'),
        ("timestamp'+12024-03-01 00:00:00'", '"+12024-03-01T00:00:00.000000Z"'),
        ("X'0aff'", '"Cv8="'),
    ],
)
def test_nested_values_have_one_text(spark: SparkSession, value: str, text: str) -> None:
    row = spark.range(1).select(json_text(F.struct(F.expr(value).alias("v"))).alias("written")).first()
    assert row is not None
    assert row.written == f'{{"v":{text}}}'
