"""Rows of the same value are the same in a quarantine, whatever the types were when they came there."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.quality.raw import raw_text, raw_type
from lakesmith.testing import frame
from lakesmith.transforms.raw_values import as_one_text, raw_values
from tests.transforms.test_from_raw import ODD_ROWS

PAIRS = [
    # kind of today, text of then, text of today, are they the same row
    ("v double", '{"v":2}', '{"v":2.0}', True),
    ("v double", '{"v":9007199254740992}', '{"v":9.007199254740992E15}', True),
    ("v double", '{"v":"NaN"}', '{"v":"NaN"}', True),
    ("v double", '{"v":"NaN"}', '{"v":null}', False),
    ("v double", '{"v":0}', '{"v":-0.0}', False),
    ("v decimal(10,4)", '{"v":50.00}', '{"v":50.0000}', True),
    ("v decimal(10,4)", '{"v":50.00}', '{"v":50.0001}', False),
    ("v decimal(20,4)", '{"v":12345678901234.5678}', '{"v":12345678901234.5679}', False),
    ("v int", '{"v":12345678901234.5678}', '{"v":12345678901234.5679}', False),
    ("v decimal(12,2)", '{"v":7}', '{"v":7.00}', True),
    ("v bigint", '{"v":7}', '{"v":7}', True),
    ("v timestamp_ntz", '{"v":"2024-01-01"}', '{"v":"2024-01-01T00:00:00.000000"}', True),
    ("v timestamp_ntz", '{"v":"-0044-03-15"}', '{"v":"-0044-03-15T00:00:00.000000"}', True),
    ("v timestamp_ntz", '{"v":"2024-01-01"}', '{"v":"2024-01-01T00:00:00.000001"}', False),
    ("v timestamp", '{"v":"2024-01-01T10:00:00.120Z"}', '{"v":"2024-01-01T10:00:00.120000Z"}', True),
    ("v string", '{"v":"2"}', '{"v":"2.0"}', False),
    ("v string", '{"v":"1.10 "}', '{"v":"1.10"}', False),
    ("v string, n double", '{"v":"007","n":2}', '{"n":2.0,"v":"007"}', True),
    ("v array<double>", '{"v":[1,null]}', '{"v":[1.0,null]}', True),
    ("v struct<a:double,b:string>", '{"v":{"a":1}}', '{"v":{"a":1.0,"b":null}}', True),
    ("v struct<a:double,b:string>", '{"v":{"a":1}}', '{"v":{"a":1.0,"b":"x"}}', False),
    ("v int", '{"v":"six"}', '{"v":"seven"}', False),
    ("v int", '{"v":"six"}', '{"v":null}', False),
    ("v map<int,int>", '{"v":{"1":2}}', '{"v":{"1":2}}', True),
    ("v map<int,int>", '{"v":{"1":2}}', '{"v":{"1":3}}', False),
    ("v int, old int", '{"v":1,"old":null}', '{"v":1}', True),
]  # fmt: skip


def test_rows_of_one_value_are_equal_and_others_are_not(spark: SparkSession) -> None:
    # One query, since each costs more than its row.
    texts = [
        as_one_text(raw_values(F.lit(text), StructType.fromDDL(kind)))
        for kind, then, today, _ in PAIRS
        for text in (then, today)
    ]
    (one,) = spark.range(1).select(*texts).collect()
    found = [(*pair[:3], one[2 * number] == one[2 * number + 1]) for number, pair in enumerate(PAIRS)]
    assert found == PAIRS


def test_what_a_row_of_today_says_is_its_own_text(spark: SparkSession) -> None:
    rows = spark.sql(ODD_ROWS)
    texts = rows.transform(raw_text)
    one = as_one_text(raw_values(texts["_raw"], rows.schema))
    untyped = as_one_text(raw_values(texts["_raw"], StructType([])))
    assert texts.select(one).exceptAll(texts.select(untyped)).collect() == []


@pytest.mark.parametrize("raw", [None, "no JSON"])
def test_a_row_whose_text_is_lost_equals_none(spark: SparkSession, raw: str | None) -> None:
    rows = frame(spark, "_raw string", [(raw,)])
    one = as_one_text(raw_values(rows["_raw"], StructType.fromDDL("v INT")))
    assert rows.select(one).collect() == [(None,)]


def test_the_type_of_raw_rows_is_that_of_their_raw_input(spark: SparkSession) -> None:
    rows = spark.sql("SELECT 1 AS v, true AS _gate, named_struct('v', 2.5D, 'w', 'x') AS _raw")
    assert raw_type(rows).simpleString() == "struct<v:double,w:string>"
    assert raw_type(rows.drop("_raw")).simpleString() == "struct<v:int>"
