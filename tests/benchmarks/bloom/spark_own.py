"""Spark's own Bloom filter, which only a JVM in this process and private classes can reach: the peer of the probe."""

from __future__ import annotations

from math import log

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.classic.column import Column as ClassicColumn
from pyspark.sql.internal import InternalFunction


def build(keys: DataFrame, name: str, expected: int, fpr: float) -> bytearray:
    """Build Spark's filter of a column, on the driver."""
    bits = int(-expected * log(fpr) / log(2) ** 2)
    sized = (F.lit(number).cast("bigint") for number in (expected, bits))
    made: Column = InternalFunction._invoke_internal_function_over_columns("bloom_filter_agg", F.xxhash64(name), *sized)
    (row,) = keys.agg(made.alias("filter")).collect()
    return row["filter"]  # type: ignore[no-any-return]


def probe(rows: DataFrame, name: str, built: bytearray) -> DataFrame:
    """Add ``_maybe`` by Spark's filter."""
    jvm = rows.sparkSession._jvm
    if jvm is None:
        raise RuntimeError("there is no JVM in this process")
    utils = jvm.org.apache.spark.sql.classic.ExpressionUtils
    sides = [utils.expression(column._jc) for column in (F.lit(built), F.xxhash64(name))]  # type: ignore[attr-defined]
    test = jvm.org.apache.spark.sql.catalyst.expressions.BloomFilterMightContain(*sides)
    return rows.withColumn("_maybe", ClassicColumn(utils.column(test)))
