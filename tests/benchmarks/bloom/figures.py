"""Build, false positives and merge of filters of many keys: ``python -m tests.benchmarks.bloom.figures KEYS ROUNDS``."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import bloom_build, bloom_merge, bloom_probe
from lakesmith.sketches.bloom_sizing import shape_for
from tests.benchmarks.bloom import native
from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import local_session

FPR = 0.01
PROBED = 1_000_000
PARTS = 4
KIND = {"id": "bigint"}
JVM, SHARDED, BLOCKS = "the JVM's own, on the driver", "Spark's aggregate, in shards", "Lakesmith, plain expressions"


def figures(spark: SparkSession, keys: int, rounds: int) -> str:
    """Return what filters of so many keys cost and give."""
    layout, shape = native.Layout.of(keys, FPR), shape_for(keys, FPR)
    ids = spark.range(0, keys, 1, PARTS)
    ways: dict[str, Callable[[], Any]] = {
        JVM: lambda: native.on_the_driver(ids, "id", keys, FPR),
        SHARDED: lambda: native.build(ids, "id", layout),
        BLOCKS: lambda: bloom_build(ids, KIND, shape).write.format("noop").mode("overwrite").save(),
    }
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        for way in list(ways) if number % 2 else reversed(ways):
            begin = cpu_seconds()
            ways[way]()
            cpu[way] += [cpu_seconds() - begin] if number else []
    base = statistics.median(cpu[JVM])
    rates = {SHARDED: _native_rate(spark, ids, keys), BLOCKS: _block_rate(spark, ids, keys)}
    lines = [
        (
            way,
            f"{statistics.median(one):.2f}",
            f"{statistics.median(one) / base:.2f}",
            *rates.get(way, ("", "", "", "")),
        )
        for way, one in cpu.items()
    ]
    head = ("build", "CPU s", "÷ JVM", "filters", "false positives", "theory", "parts merged = whole")
    title = f"## Filters of {keys:,} keys (median of {rounds}, warm; pyspark {version('pyspark')})"
    return f"{title}\n\n{markdown(head, lines)}"


def _parts(spark: SparkSession, keys: int) -> list[DataFrame]:
    size = keys // PARTS
    return [
        spark.range(start, keys if start == size * (PARTS - 1) else start + size)
        for start in range(0, size * PARTS, size)
    ]


def _native_rate(spark: SparkSession, ids: DataFrame, keys: int) -> tuple[str, str, str, str]:
    layout = native.Layout.of(keys, FPR)
    whole = native.build(ids, "id", layout)
    in_shard = {row["shard"]: row["count"] for row in ids.groupBy(layout.shard("id").alias("shard")).count().collect()}
    theory = statistics.mean(native.Filter.read(data).fpr(in_shard[shard]) for shard, data in whole.items())
    found = native.hits(spark.range(keys, keys + PROBED), "id", layout, whole) / PROBED
    merged = native.merge(native.build(part, "id", layout) for part in _parts(spark, keys))
    return str(len(whole)), f"{100 * found:.3f} %", f"{100 * theory:.3f} %", str(merged == whole)


def _block_rate(spark: SparkSession, ids: DataFrame, keys: int) -> tuple[str, str, str, str]:
    shape = shape_for(keys, FPR)
    whole = bloom_build(ids, KIND, shape).cache()
    marked = bloom_probe(spark.range(keys, keys + PROBED), whole, KIND, shape)
    found = marked.filter("_maybe").count() / PROBED
    first, *others = [bloom_build(part, KIND, shape) for part in _parts(spark, keys)]
    for other in others:
        first = first.union(other)
    alike = digest(bloom_merge(first)) == digest(whole)
    whole.unpersist()
    return str(shape.shards), f"{100 * found:.3f} %", f"{100 * shape.fpr(keys):.3f} %", str(alike)


def digest(bloom: DataFrame) -> tuple[Any, ...]:
    """Return blocks, keys and a sum of hashes over all bits of a filter."""
    hashed = F.xxhash64("block", "w0", "w1", "w2", "w3").cast("decimal(38,0)")
    (row,) = bloom.agg(F.count("*"), F.sum("keys"), F.sum(hashed)).collect()
    return tuple(row)


if __name__ == "__main__":
    print(figures(local_session(), int(sys.argv[1]), int(sys.argv[2])), flush=True)
