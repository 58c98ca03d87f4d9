"""The laws of the key filter: nothing that was put in is ever called new, and what is called new surely is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import bloom_build, bloom_merge, bloom_probe, is_hashable, key_hash
from lakesmith.sketches.bloom_sizing import Shape, expected_fpr, seen_before, shape_for
from lakesmith.testing import frame

DDL = "n int, t string, d double"
KINDS = {"n": "int", "t": "string", "d": "double"}
SHAPE = Shape(64)
NAN = float("nan")
KEYS = st.tuples(
    st.none() | st.integers(-3, 3), st.sampled_from([None, "", "a", "-"]), st.sampled_from([None, 0.0, -0.0, NAN, 1.5])
)
LISTS = st.lists(KEYS, max_size=8)


def bits(bloom: DataFrame) -> list[tuple[Any, ...]]:
    """Return what a filter holds, without the count of its keys."""
    return sorted(tuple(row) for row in bloom.drop("keys").collect())


def marks(rows: DataFrame, bloom: DataFrame, kinds: dict[str, str], shape: Shape = SHAPE) -> list[bool]:
    return [row["_maybe"] for row in bloom_probe(rows, bloom, kinds, shape).collect()]


def test_no_key_is_lost_and_merging_is_building_from_both(spark: SparkSession) -> None:
    @given(LISTS, LISTS)
    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    def law(one: list[Any], other: list[Any]) -> None:
        first, second = (bloom_build(frame(spark, DDL, keys), KINDS, SHAPE) for keys in (one, other))
        both = frame(spark, DDL, [*other, *one])
        whole, merged = bloom_build(both, KINDS, SHAPE), bloom_merge(first.unionByName(second))
        assert bits(merged) == bits(whole)
        assert all(marks(both, merged, KINDS))

    law()


def test_keys_that_are_equal_have_one_hash(spark: SparkSession) -> None:
    df = frame(spark, DDL, [(1, "a", 0.0), (1, "a", -0.0), (1, "a", NAN), (1, "a", -NAN), (None, "", 1.0)])
    more = frame(spark, "n bigint, t string, d float", [(1, "a", 0.0), (1, "a", NAN), (None, None, 1.0)])
    wide = {"n": "bigint", "t": "string", "d": "float"}
    hashes = df.select(key_hash(KINDS).alias("h")).union(more.select(key_hash(wide).alias("h")))
    assert hashes.distinct().count() == 3


def test_trap_sparks_hash_passes_over_null(spark: SparkSession) -> None:
    df = frame(spark, "a string, b string", [(None, "x"), ("x", None)])
    assert df.select(F.xxhash64("a", "b")).distinct().count() == 1
    assert df.select(key_hash({"a": "string", "b": "string"})).distinct().count() == 2


def test_the_order_of_the_columns_does_not_show(spark: SparkSession) -> None:
    df = frame(spark, "a string, b string", [("x", "y")])
    both = df.select((key_hash({"a": "string", "b": "string"}) == key_hash({"b": "string", "a": "string"})).alias("is"))
    assert both.collect()[0]["is"]


def test_types_that_no_filter_takes() -> None:
    assert is_hashable({"a": "decimal(12,2)", "b": "timestamp"})
    assert not is_hashable({"a": "struct<b:int>"})
    assert not is_hashable({"a": "string collate UTF8_LCASE"})


@pytest.mark.parametrize("fpr", [0.05, 0.01, 0.001])
def test_false_positives_are_as_many_as_stated(spark: SparkSession, fpr: float) -> None:
    shape, kinds = shape_for(5_000, fpr), {"id": "bigint"}
    bloom = bloom_build(spark.range(5_000), kinds, shape)
    new = 40_000
    hits = bloom_probe(spark.range(5_000, 5_000 + new), bloom, kinds, shape).filter("_maybe").count()
    spread = 4 * (new * fpr) ** 0.5
    assert abs(hits - shape.fpr(5_000) * new) < spread
    assert shape.fpr(5_000) <= fpr
    assert bloom.agg(F.sum("keys")).collect()[0][0] == 5_000


def test_a_filter_above_the_cap_has_shards_and_is_not_sent_to_every_worker(spark: SparkSession) -> None:
    kinds, shape = {"id": "bigint"}, shape_for(1_000, 0.01, cap_bits=1_024)
    assert (shape.shards, shape.blocks_per_shard) == (-(-shape.blocks // 4), 4)
    assert shape_for(10_000_000, 0.01).shards == 2
    bloom = bloom_build(spark.range(1_000), kinds, shape)
    assert bloom.select(F.max("shard")).collect()[0][0] == shape.shards - 1
    assert bloom.filter(F.col("shard") != F.floor(F.col("block") / 4)).isEmpty()
    assert all(marks(spark.range(1_000), bloom, kinds, shape))


def test_each_partition_has_a_filter_of_its_own(spark: SparkSession) -> None:
    ddl, kinds = "id int, p string", {"id": "int", "p": "string"}
    kept = [(1, None), (2, ""), (3, "a/=% b"), (4, "a")]
    bloom = bloom_build(frame(spark, ddl, kept), kinds, SHAPE, ["p"])
    assert bloom.select("partition").distinct().count() == 3
    # Delta keeps an empty text in a partition as NULL, so a key with either is there.
    probed = frame(spark, ddl, [*kept, (1, ""), (2, None), (1, "a"), (3, "a/=%")])
    found = bloom_probe(probed, bloom, kinds, SHAPE, ["p"])
    assert [row["_maybe"] for row in found.collect()] == [True] * 6 + [False] * 2


def test_the_rate_of_a_load() -> None:
    assert expected_fpr(1e-6) < 1e-12
    assert expected_fpr(200) > 0.9
    assert shape_for(1, 0.5).blocks == 1


def test_what_was_seen_before_is_estimated_with_its_bound(spark: SparkSession) -> None:
    shape, kinds = shape_for(5_000, 0.05), {"id": "bigint"}
    bloom = bloom_build(spark.range(5_000), kinds, shape)
    maybe = bloom_probe(spark.range(4_700, 14_700), bloom, kinds, shape).filter("_maybe").count()
    found = seen_before(10_000, maybe, 0.05)
    assert found.low <= 300 <= found.high
    assert found.high - found.low < 150
