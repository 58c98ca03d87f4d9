"""A Bloom filter of keys in plain Spark expressions: which keys were surely never seen.

A filter is a frame: one row for each block of 256 bits that has a bit set, `w0` to `w3` the bits. A key sets eight bits
of one block (a split-block filter), so one aggregate builds it, `bit_or` merges it, and one look-up in a hash table
answers for a key. Nothing here needs a JVM in this process: Spark Connect and classic sessions run the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import exp, log, sqrt

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.quality.bounds import WHOLE, is_float
from lakesmith.quality.sketches import family
from lakesmith.transforms.names import named

HASH_VERSION = 1
BLOCK_BITS, LANES, LANE_BITS = 256, 8, 32
CAP_BITS = 64 * 1024 * 1024
WORDS = ("w0", "w1", "w2", "w3")
ADDRESS = ("partition", "shard", "block")
HASHED = (*WHOLE, "float", "double", "decimal", "string", "date", "timestamp", "timestamp_ntz", "boolean", "binary")
LANE_SEED = 7


@dataclass(frozen=True)
class Shape:
    """How large a filter is.

    Parameters
    ----------
    blocks : int
        Blocks of 256 bits for each partition.
    blocks_per_shard : int
        A shard is what is sent to every worker at once.
    """

    blocks: int
    blocks_per_shard: int = CAP_BITS // BLOCK_BITS

    @property
    def shards(self) -> int:
        """How many shards a partition has."""
        return -(-self.blocks // self.blocks_per_shard)

    def fpr(self, keys: int) -> float:
        """Return the share of new keys that the filter takes for known ones once it holds so many."""
        return expected_fpr(keys / self.blocks)


def shape_for(keys: int, fpr: float, cap_bits: int = CAP_BITS) -> Shape:
    """Return the smallest shape that holds so many keys at a false positive rate.

    Parameters
    ----------
    keys : int
        Keys of a partition, of the whole table where it has none.
    fpr : float
        Between 0 and 1.
    cap_bits : int
        Most bits of a shard.

    Examples
    --------
    >>> shape = shape_for(1_000_000, 0.01)
    >>> shape.blocks * 256 // 1_000_000, round(shape.fpr(1_000_000), 4), shape.shards
    (10, 0.01, 1)
    """
    most, least = 256.0, 1e-6  # keys in a block
    for _ in range(60):
        middle = sqrt(most * least)
        most, least = (middle, least) if expected_fpr(middle) > fpr else (most, middle)
    return Shape(max(1, int(max(keys, 1) / least) + 1), max(1, cap_bits // BLOCK_BITS))


def expected_fpr(load: float) -> float:
    """Return the false positive rate of blocks that hold `load` keys on average.

    Notes
    -----
    The number of keys in a block is Poisson distributed; each sets one bit of 32 in each of the eight lanes.

    Examples
    --------
    >>> round(expected_fpr(24.4), 3)
    0.01
    """
    spread = int(load + 12 * sqrt(load) + 12)
    total, chance = 0.0, -load
    for keys in range(1, spread):
        chance += log(load / keys)
        total += exp(chance) * (1 - (1 - 1 / LANE_BITS) ** keys) ** LANES
    return total


def is_hashable(kinds: Mapping[str, str]) -> bool:
    """Tell whether equal keys of these types always have one hash; a collated text and a nested type have not."""
    return all(family(kind) in HASHED for kind in kinds.values()) and not any(" " in kind for kind in kinds.values())


def key_hash(kinds: Mapping[str, str]) -> Column:
    """Hash a key to 64 bits.

    Parameters
    ----------
    kinds : mapping of str to str
        Columns of the key and their types as `simpleString`.

    Returns
    -------
    Column
        Keys that a null-safe comparison takes for equal have one hash: whole numbers of any width, 0.0 and -0.0, every
        NaN, NULL. An empty text counts as NULL too, since Delta stores it so in a partition.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "a string, b string", [(None, "x"), ("x", None), ("", "x")])
    >>> df.select(key_hash({"a": "string", "b": "string"}).alias("h")).distinct().count()
    2
    """
    if not kinds:
        return F.lit(0).cast("bigint")
    values = [_canonical(named(name), kind) for name, kind in kinds.items()]
    # Spark's hash passes over a NULL, so that (NULL, 'x') and ('x', NULL) would be one key.
    return F.xxhash64(*[part for value in values for part in (value.isNull(), value)])


def _canonical(value: Column, kind: str) -> Column:
    if kind in WHOLE:
        return value.cast("bigint")
    if kind == "string":
        return F.when(value != "", value)
    if not is_float(kind):
        return value
    wide = value.cast("double")
    return F.when(F.isnan(wide), float("nan")).when(wide == 0, 0.0).otherwise(wide)


def bloom_build(keys: DataFrame, kinds: Mapping[str, str], shape: Shape, partition: Sequence[str] = ()) -> DataFrame:
    """Build the filter of a frame's keys.

    Parameters
    ----------
    keys : DataFrame
    kinds : mapping of str to str
        Columns of the key and their types, all `is_hashable`.
    shape : Shape
    partition : sequence of str
        Those of them that say which partition a row is in: each has a filter of its own.

    Returns
    -------
    DataFrame
        *Columns*: ``partition`` BIGINT (a hash), ``shard`` INT, ``block`` BIGINT, ``w0`` to ``w3`` BIGINT,
        ``keys`` BIGINT; a row for each block that has a bit set.

    Examples
    --------
    >>> shape = shape_for(1000, 0.01)
    >>> bloom = bloom_build(spark.range(1000), {"id": "bigint"}, shape)
    >>> seen = bloom_probe(spark.range(500, 1500), bloom, {"id": "bigint"}, shape)
    >>> seen.filter("_maybe").count() in range(500, 520)
    True
    """
    bits = [mask.alias(word) for word, mask in zip(WORDS, _masks(), strict=True)]
    place = [F.col(f"_bloom_{name}").alias(name) for name in ("partition", "block")]
    addressed = _addressed(keys, kinds, shape, partition).select(*place, *bits)
    blocks = addressed.groupBy("partition", "block").agg(*_merged(), F.count(F.lit(1)).alias("keys"))
    return blocks.select("partition", _shard(shape).alias("shard"), "block", *WORDS, "keys")


def bloom_merge(filters: DataFrame) -> DataFrame:
    """Merge filters of one shape, given as one frame: the filter of all their keys."""
    return filters.groupBy(*ADDRESS).agg(*_merged(), F.sum("keys").alias("keys"))


def bloom_probe(
    rows: DataFrame, bloom: DataFrame, kinds: Mapping[str, str], shape: Shape, partition: Sequence[str] = ()
) -> DataFrame:
    """Mark rows whose key may be in a filter.

    Parameters
    ----------
    rows : DataFrame
    bloom : DataFrame
        One row a block, as `bloom_build` and `bloom_merge` give it.
    kinds, shape, partition
        As the filter was built.

    Returns
    -------
    DataFrame
        *Columns*: adds ``_maybe`` BOOLEAN: false means surely not; true for a stated share of other keys.

    Notes
    -----
    A filter of one shard is sent to every worker; a larger one is joined as Spark sees fit.
    """
    address = ("partition", "block") if partition else ("block",)
    bits = bloom.select(*[F.col(name).alias(f"_bloom_{name}_") for name in (*address, *WORDS)])
    sent = F.broadcast(bits) if shape.shards == 1 else bits
    addressed = _addressed(rows, kinds, shape, partition)
    here = [F.col(f"_bloom_{name}") == F.col(f"_bloom_{name}_") for name in address]
    joined = addressed.join(sent, reduce(Column.__and__, here), "left")
    tests = [F.col(f"_bloom_{word}_").bitwiseAND(mask) == mask for word, mask in zip(WORDS, _masks(), strict=True)]
    maybe = F.coalesce(reduce(Column.__and__, tests), F.lit(False)).alias("_maybe")
    return joined.select(*[named(name) for name in rows.columns], maybe)


def bloom_fpr(bloom: DataFrame, shape: Shape) -> DataFrame:
    """Work out how often each partition of a filter takes a new key for a known one, from the bits that are set.

    Returns
    -------
    DataFrame
        *Columns*: ``partition``, ``keys`` BIGINT, ``fpr`` DOUBLE: exact for keys with random hashes.
    """
    hits = reduce(Column.__mul__, [F.bit_count(lane) / LANE_BITS for lane in _lanes()])
    figures = F.sum("keys").alias("keys"), (F.sum(hits) / F.lit(shape.blocks)).alias("fpr")
    return bloom.groupBy("partition").agg(*figures)


def _addressed(rows: DataFrame, kinds: Mapping[str, str], shape: Shape, partition: Sequence[str]) -> DataFrame:
    """Add partition, block and the hash that says which bits of it."""
    parts = {"_bloom_partition": key_hash({name: kinds[name] for name in partition})}
    hashed = rows.withColumns({"_bloom_hash": key_hash(kinds), **parts})
    block = F.pmod("_bloom_hash", F.lit(shape.blocks).cast("bigint"))
    return hashed.withColumns({"_bloom_block": block, "_bloom_lanes": F.xxhash64(F.lit(LANE_SEED), "_bloom_hash")})


def _shard(shape: Shape) -> Column:
    return F.floor(F.col("block") / F.lit(shape.blocks_per_shard)).cast("int")


def _masks() -> list[Column]:
    """Return for each word the two bits that a key sets in it, one in either half."""
    lanes = F.col("_bloom_lanes")
    bits = [F.shiftrightunsigned(lanes, 5 * lane).bitwiseAND(F.lit(31)).cast("int") for lane in range(LANES)]
    return [_bit(bits[2 * word]).bitwiseOR(_bit(bits[2 * word + 1] + F.lit(32))) for word in range(len(WORDS))]


def _bit(position: Column) -> Column:
    return F.call_function("shiftleft", F.lit(1).cast("bigint"), position)


def _lanes() -> list[Column]:
    low = [F.col(word).bitwiseAND(F.lit(0xFFFFFFFF).cast("bigint")) for word in WORDS]
    return [*low, *[F.shiftrightunsigned(word, 32) for word in WORDS]]


def _merged() -> list[Column]:
    return [F.bit_or(word).alias(word) for word in WORDS]


@dataclass(frozen=True)
class Estimate:
    """A number that was estimated, and the bounds that hold it in 997 cases of 1000."""

    value: float
    low: float
    high: float


def seen_before(rows: int, maybe: int, fpr: float) -> Estimate:
    """Estimate how many of some rows have a key that was there before, from those that a filter lets through.

    Parameters
    ----------
    rows : int
        Rows with distinct keys.
    maybe : int
        Those of them whose key may be in the filter.
    fpr : float
        The filter's false positive rate.

    Examples
    --------
    >>> seen_before(1000, 0, 0.01)
    Estimate(value=0.0, low=0.0, high=0.0)
    >>> found = seen_before(100_000, 2_000, 0.01)
    >>> round(found.value), round(found.low), round(found.high)
    (1010, 915, 1105)
    """
    value = min(max((maybe - fpr * rows) / (1 - fpr), 0.0), maybe)
    wide = 3 * sqrt((rows - value) * fpr * (1 - fpr)) / (1 - fpr)
    return Estimate(value, max(0.0, value - wide), min(float(maybe), value + wide))
