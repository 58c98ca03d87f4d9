"""Each trap of the sketch functions that the library relies on, as it is in this version of Spark."""

from __future__ import annotations

import json

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.sketches.estimates import hll, kll, top_k
from lakesmith.testing import frame

NAN = float("nan")


def distinct(spark: SparkSession, kind: str, values: list) -> int:
    df = frame(spark, f"v {kind}", [(value,) for value in values])
    return df.agg(F.hll_sketch_estimate(hll(F.col("v"), kind)).alias("n")).first().n


def test_trap_hll_leaves_out_empty_text(spark: SparkSession) -> None:
    df = frame(spark, "v string", [("",), ("a",)])
    assert df.agg(F.hll_sketch_estimate(F.hll_sketch_agg("v"))).first()[0] == 1
    assert distinct(spark, "string", ["", "a", "", None]) == 2


@pytest.mark.parametrize("kind", ["double", "decimal(8,2)", "date", "timestamp", "boolean"])
def test_trap_hll_refuses_most_types(spark: SparkSession, kind: str) -> None:
    with pytest.raises(AnalysisException):
        frame(spark, f"v {kind}", []).agg(F.hll_sketch_agg("v")).collect()
    assert frame(spark, f"v {kind}", []).agg(hll(F.col("v"), kind)).first()[0] is None


def test_hll_counts_zero_once_and_nan_once(spark: SparkSession) -> None:
    assert distinct(spark, "double", [0.0, -0.0, NAN, NAN, 1.0, None]) == 3


def test_hll_of_whole_numbers_is_the_same_for_each_width(spark: SparkSession) -> None:
    sketches = [
        frame(spark, f"v {kind}", [(1,), (2,)]).agg(hll(F.col("v"), kind).alias("h"))
        for kind in ("tinyint", "int", "bigint")
    ]
    union = sketches[0].union(sketches[1]).union(sketches[2]).agg(F.hll_sketch_estimate(F.hll_union_agg("h")))
    assert union.first()[0] == 2


def test_hll_of_many_is_within_its_bound(spark: SparkSession) -> None:
    estimate = spark.range(50_000).agg(F.hll_sketch_estimate(hll(F.col("id"), "bigint"))).first()[0]
    assert abs(estimate - 50_000) < 3 * 0.0082 * 50_000


def test_trap_quantile_of_an_empty_kll_throws_so_empty_is_null(spark: SparkSession) -> None:
    df = frame(spark, "v double", [(None,), (NAN,)])
    with pytest.raises(Exception, match="KLL"):
        df.agg(F.kll_sketch_get_quantile_double(F.kll_sketch_agg_double("v"), F.lit(0.5))).collect()
    assert df.agg(kll(F.col("v"), "double")).first()[0] is None


def test_kll_of_decimals_dates_and_moments(spark: SparkSession) -> None:
    df = spark.sql("select 1.50BD as m, date'1970-01-03' as day, timestamp'1970-01-01 00:00:01Z' as at, 7Y as t")
    median = {
        "m": F.kll_sketch_get_quantile_double(kll(F.col("m"), "decimal(3,2)"), F.lit(0.5)),
        "day": F.kll_sketch_get_quantile_bigint(kll(F.col("day"), "date"), F.lit(0.5)),
        "at": F.kll_sketch_get_quantile_bigint(kll(F.col("at"), "timestamp"), F.lit(0.5)),
        "t": F.kll_sketch_get_quantile_bigint(kll(F.col("t"), "tinyint"), F.lit(0.5)),
    }
    assert tuple(df.agg(*median.values()).first()) == (1.5, 2, 1_000_000, 7)


def test_text_has_no_kll(spark: SparkSession) -> None:
    assert frame(spark, "v string", [("a",)]).agg(kll(F.col("v"), "string")).first()[0] is None


def test_trap_frequent_values_count_null(spark: SparkSession) -> None:
    df = frame(spark, "v string", [(None,), (None,), ("a",)])
    assert df.agg(F.expr("approx_top_k(v)[0].item")).first()[0] is None
    assert json.loads(df.agg(top_k(F.col("v"), "string")).first()[0]) == [{"item": "a", "count": 1}]


def test_frequent_values_are_ten_even_with_null_among_them(spark: SparkSession) -> None:
    df = spark.range(200).selectExpr("case when id % 20 < 4 then null else id % 20 end as v")
    assert len(json.loads(df.agg(top_k(F.col("v"), "bigint")).first()[0])) == 10


def test_bytes_have_no_frequent_values(spark: SparkSession) -> None:
    assert frame(spark, "v binary", [(b"a",)]).agg(top_k(F.col("v"), "binary")).first()[0] is None
