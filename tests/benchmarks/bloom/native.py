"""Spark's own Bloom filter in shards, which no silent cap limits, and the JVM's build on the driver as its peer.

Spark caps a filter at 67,108,864 bits and 4,000,000 keys whatever is asked. Keys are spread over as many filters as
stay below both. The bytes of a filter are version, k, seed and the number of words, four integers, then the words, all
big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, exp, log

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.internal import InternalFunction

from tests.benchmarks.bloom import spark_own

CAP_KEYS = 4_000_000
CAP_BITS = 67_108_864
VERSION = 2
HEADER_BYTES = 16
SHARD_SEED = 11


@dataclass(frozen=True)
class Layout:
    """How many filters, for how many keys and bits each."""

    shards: int
    keys: int
    bits: int

    @classmethod
    def of(cls, keys: int, fpr: float) -> Layout:
        """Return the least number of filters that stay below the caps."""
        bits_a_key = -log(fpr) / log(2) ** 2
        most = min(CAP_KEYS, int(CAP_BITS / bits_a_key))
        shards = ceil(keys / most)
        in_each = ceil(keys / shards)
        return cls(shards, in_each, ceil(in_each * bits_a_key))

    def shard(self, name: str) -> Column:
        """Return which filter a key is in, by another hash than that of its bits."""
        return F.pmod(F.xxhash64(F.lit(SHARD_SEED), F.col(name)), F.lit(self.shards)).cast("int")


@dataclass(frozen=True)
class Filter:
    """The bytes of a filter, read."""

    version: int
    hashes: int
    seed: int
    words: np.ndarray

    @classmethod
    def read(cls, data: bytes) -> Filter:
        """Read the bytes; an unknown version is refused, since its bits may mean something else."""
        version, hashes, seed, words = (int(one) for one in np.frombuffer(data[:HEADER_BYTES], ">i4"))
        if version != VERSION or len(data) != HEADER_BYTES + 8 * words:
            raise ValueError(f"filter of version {version} with {len(data)} bytes, version {VERSION} expected")
        return cls(version, hashes, seed, np.frombuffer(data, ">i8", offset=HEADER_BYTES))

    def fpr(self, keys: int) -> float:
        """Return the false positive rate in theory."""
        return float((1 - exp(-self.hashes * keys / (64 * len(self.words)))) ** self.hashes)


def build(keys: DataFrame, name: str, layout: Layout) -> dict[int, bytes]:
    """Build the filters of a column, by aggregates on the executors."""
    sized = [F.lit(number).cast("bigint") for number in (layout.keys, layout.bits)]
    hashed = keys.select(layout.shard(name).alias("shard"), F.xxhash64(name).alias("hash"))
    made: Column = InternalFunction._invoke_internal_function_over_columns("bloom_filter_agg", F.col("hash"), *sized)
    rows = hashed.groupBy("shard").agg(made.alias("filter")).collect()
    for row in rows:
        bits = 64 * len(Filter.read(bytes(row["filter"])).words)
        if bits < layout.bits:
            raise ValueError(f"Spark made a filter of {bits} bits, {layout.bits} asked")
    return {row["shard"]: bytes(row["filter"]) for row in rows}


def merge(parts: Iterable[Mapping[int, bytes]]) -> dict[int, bytes]:
    """Merge filters of one layout, without a JVM."""
    merged: dict[int, bytes] = {}
    for part in parts:
        for shard, data in part.items():
            merged[shard] = either(merged[shard], data) if shard in merged else data
    return merged


def either(one: bytes, other: bytes) -> bytes:
    """Return the filter of the keys of both."""
    if one[:HEADER_BYTES] != other[:HEADER_BYTES]:
        raise ValueError("filters of two shapes cannot be merged")
    words = np.bitwise_or(Filter.read(one).words, Filter.read(other).words)
    return one[:HEADER_BYTES] + words.astype(">i8").tobytes()


def hits(rows: DataFrame, name: str, layout: Layout, filters: Mapping[int, bytes]) -> int:
    """Count the rows whose key may be in the filters."""
    found = 0
    for shard, data in filters.items():
        mine = rows.filter(layout.shard(name) == shard)
        found += spark_own.probe(mine, name, bytearray(data)).filter("_maybe").count()
    return found


def on_the_driver(keys: DataFrame, name: str, number: int, fpr: float) -> int:
    """Build one filter as the JVM's own method does; return its bits."""
    hashed = keys.select(F.xxhash64(name).alias("hash"))
    made = hashed._jdf.stat().bloomFilter("hash", number, fpr)  # type: ignore[operator]
    return int(made.bitSize())
