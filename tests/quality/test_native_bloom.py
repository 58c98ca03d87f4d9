"""Spark's own Bloom filter, which figures compare with: what it promises, and its traps."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from lakesmith.sketches.bloom import bloom_build, bloom_merge
from lakesmith.sketches.bloom_sizing import shape_for
from tests.benchmarks.bloom import native
from tests.benchmarks.bloom.figures import digest

KEYS, NEW = 50_000, 200_000
LAYOUT = replace(native.Layout.of(KEYS, 0.01), shards=2, keys=KEYS // 2)


def test_parts_merge_to_the_whole_byte_for_byte(spark: SparkSession) -> None:
    whole = native.build(spark.range(KEYS), "id", LAYOUT)
    parts = [native.build(spark.range(start, start + KEYS // 4), "id", LAYOUT) for start in range(0, KEYS, KEYS // 4)]
    assert native.merge(parts) == whole
    assert len(whole) == 2


def test_blocks_of_parts_merge_to_the_whole(spark: SparkSession) -> None:
    shape, kinds = shape_for(KEYS, 0.01), {"id": "bigint"}
    low, high = (bloom_build(spark.range(*span), kinds, shape) for span in ((0, 20_000), (20_000, KEYS)))
    assert digest(bloom_merge(low.union(high))) == digest(bloom_build(spark.range(KEYS), kinds, shape))
    assert digest(low) != digest(high)


@pytest.mark.classic("Spark's filter is probed in the JVM")
def test_false_positives_are_within_a_tenth_of_theory(spark: SparkSession) -> None:
    layout = native.Layout.of(KEYS, 0.05)
    (data,) = native.build(spark.range(KEYS), "id", layout).values()
    assert native.hits(spark.range(KEYS), "id", layout, {0: data}) == KEYS
    found = native.hits(spark.range(KEYS, KEYS + NEW), "id", layout, {0: data}) / NEW
    theory = native.Filter.read(data).fpr(KEYS)
    assert abs(found - theory) < theory / 10


def test_a_layout_stays_below_the_silent_caps() -> None:
    layout = native.Layout.of(20_000_000, 0.01)
    assert layout.shards * layout.keys >= 20_000_000
    assert layout.bits <= native.CAP_BITS
    assert layout.keys <= native.CAP_KEYS


def test_trap_spark_caps_the_bits_silently_and_the_build_is_loud(spark: SparkSession) -> None:
    asked = native.Layout(1, native.CAP_KEYS, native.CAP_BITS + 64)
    with pytest.raises(ValueError, match="67108928 asked"):
        native.build(spark.range(10), "id", asked)


def test_an_unknown_version_or_another_shape_is_refused() -> None:
    words = struct.pack(">q", 5)
    known, other = (struct.pack(">4i", *head) + words for head in ((2, 7, 0, 1), (2, 6, 0, 1)))
    assert native.either(known, known) == known
    with pytest.raises(ValueError, match="version 3"):
        native.Filter.read(struct.pack(">4i", 3, 7, 0, 1) + words)
    with pytest.raises(ValueError, match="two shapes"):
        native.either(known, other)
