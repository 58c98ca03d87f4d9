"""Build and probe a Bloom filter of keys in plain Spark expressions.

A filter is a frame: one row for each block of 256 bits that has a bit set, `w0` to `w3` the bits. A
key sets eight bits of one block (a split-block filter), so one aggregate builds it, `bit_or` merges
it, and one look-up in a hash table answers for a key. Nothing here needs a JVM in this process:
Spark Connect and classic sessions run the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.bloom_sizing import LANE_BITS, LANES, Shape
from lakesmith.sketches.estimates import family
from lakesmith.types import WHOLE, is_float

HASH_VERSION = 1
WORDS = ("w0", "w1", "w2", "w3")
ADDRESS = ("partition", "shard", "block")
HASHED = (
    *WHOLE,
    "float",
    "double",
    "decimal",
    "string",
    "date",
    "timestamp",
    "timestamp_ntz",
    "boolean",
    "binary",
)
LANE_SEED = 7


def is_hashable(kinds: Mapping[str, str]) -> bool:
    """Return True where equal keys of these types always have one hash."""
    return all(family(kind) in HASHED for kind in kinds.values()) and not any(
        " " in kind for kind in kinds.values()
    )


def key_hash(kinds: Mapping[str, str]) -> Column:
    """Hash a key to 64 bits.

    Parameters
    ----------
    kinds : mapping of str to str
        Columns of the key, in any order, and their types as `simpleString`.

    Returns
    -------
    Column
        Keys that a null-safe comparison takes for equal have one hash: whole numbers of any width,
        0.0 and -0.0, every NaN, NULL. An empty text counts as NULL too, since Delta stores it so in
        a partition.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "a string, b string", [(None, "x"), ("x", None), ("", "x")])
    >>> df.select(key_hash({"a": "string", "b": "string"}).alias("h")).distinct().count()
    2
    """
    if not kinds:
        return F.lit(0).cast("bigint")
    values = [_canonical(named(name), kind) for name, kind in sorted(kinds.items())]
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


def bloom_build(
    keys: DataFrame,
    kinds: Mapping[str, str],
    shape: Shape,
    partition: Sequence[str] = (),
) -> DataFrame:
    """Build the filter of a frame's keys.

    Parameters
    ----------
    keys : DataFrame
    kinds : mapping of str to str
        Columns of the key and their types, all `is_hashable`.
    shape : Shape
    partition : sequence of str
        Those of them that say which partition a row is in: each has its filter.

    Returns
    -------
    DataFrame
        *Columns*: ``partition`` BIGINT (a hash), ``shard`` INT, ``block`` BIGINT, ``w0`` to ``w3``
        BIGINT, ``keys`` BIGINT; a row for each block that has a bit set.

    Examples
    --------
    >>> from lakesmith.sketches.bloom_sizing import shape_for
    >>> shape = shape_for(1000, 0.01)
    >>> bloom = bloom_build(spark.range(1000), {"id": "bigint"}, shape)
    >>> seen = bloom_probe(spark.range(500, 1500), bloom, {"id": "bigint"}, shape)
    >>> seen.filter("_maybe").count() in range(500, 520)
    True
    """
    bits = [mask.alias(word) for word, mask in zip(WORDS, _masks(), strict=True)]
    place = [F.col(f"_bloom_{name}").alias(name) for name in ("partition", "block")]
    addressed = _addressed(keys, kinds, shape, partition).select(*place, *bits)
    blocks = addressed.groupBy("partition", "block").agg(
        *_merged(), F.count(F.lit(1)).alias("keys")
    )
    return blocks.select(
        "partition", _shard(shape).alias("shard"), "block", *WORDS, "keys"
    )


def bloom_merge(filters: DataFrame) -> DataFrame:
    """Merge filters of one shape into the filter of all their keys.

    Parameters
    ----------
    filters : DataFrame
        The rows of all filters, as `bloom_build` gives them, in any order.

    Returns
    -------
    DataFrame
        *Columns*: as `bloom_build`; ``keys`` BIGINT is the sum, so that a key of two filters counts
        twice.

    Notes
    -----
    One shuffle of the blocks.
    """
    return filters.groupBy(*ADDRESS).agg(*_merged(), F.sum("keys").alias("keys"))


def bloom_probe(
    rows: DataFrame,
    bloom: DataFrame,
    kinds: Mapping[str, str],
    shape: Shape,
    partition: Sequence[str] = (),
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
        *Columns*: adds ``_maybe`` BOOLEAN: false means surely not; true for a stated share of other
        keys.

    Notes
    -----
    A filter of one shard is sent to every worker; a larger one is joined as Spark sees fit.
    """
    address = ("partition", "block") if partition else ("block",)
    bits = bloom.select(
        *[F.col(name).alias(f"_bloom_{name}_") for name in (*address, *WORDS)]
    )
    sent = F.broadcast(bits) if shape.shards == 1 else bits
    addressed = _addressed(rows, kinds, shape, partition)
    here = [F.col(f"_bloom_{name}") == F.col(f"_bloom_{name}_") for name in address]
    joined = addressed.join(sent, reduce(Column.__and__, here), "left")
    tests = [
        F.col(f"_bloom_{word}_").bitwiseAND(mask) == mask
        for word, mask in zip(WORDS, _masks(), strict=True)
    ]
    maybe = F.coalesce(reduce(Column.__and__, tests), F.lit(False)).alias("_maybe")
    return joined.select(*[named(name) for name in rows.columns], maybe)


def bloom_fpr(bloom: DataFrame, shape: Shape) -> DataFrame:
    """Compute how often each partition of a filter takes a new key for a known one.

    Parameters
    ----------
    bloom : DataFrame
        One row a block, as `bloom_build` and `bloom_merge` give it.
    shape : Shape
        As the filter was built.

    Returns
    -------
    DataFrame
        *Columns*: ``partition``, ``keys`` BIGINT, ``fpr`` DOUBLE: exact for keys with random
        hashes.
    """
    hits = reduce(Column.__mul__, [F.bit_count(lane) / LANE_BITS for lane in _lanes()])
    figures = (
        F.sum("keys").alias("keys"),
        (F.sum(hits) / F.lit(shape.blocks)).alias("fpr"),
    )
    return bloom.groupBy("partition").agg(*figures)


def _addressed(
    rows: DataFrame, kinds: Mapping[str, str], shape: Shape, partition: Sequence[str]
) -> DataFrame:
    """Add partition, block and the hash that says which bits of it."""
    parts = {"_bloom_partition": key_hash({name: kinds[name] for name in partition})}
    hashed = rows.withColumns({"_bloom_hash": key_hash(kinds), **parts})
    block = F.pmod("_bloom_hash", F.lit(shape.blocks).cast("bigint"))
    return hashed.withColumns(
        {
            "_bloom_block": block,
            "_bloom_lanes": F.xxhash64(F.lit(LANE_SEED), "_bloom_hash"),
        }
    )


def _shard(shape: Shape) -> Column:
    return F.floor(F.col("block") / F.lit(shape.blocks_per_shard)).cast("int")


def _masks() -> list[Column]:
    """Return for each word the two bits that a key sets in it, one in either half."""
    lanes = F.col("_bloom_lanes")
    bits = [
        F.shiftrightunsigned(lanes, 5 * lane).bitwiseAND(F.lit(31)).cast("int")
        for lane in range(LANES)
    ]
    return [
        _bit(bits[2 * word]).bitwiseOR(_bit(bits[2 * word + 1] + F.lit(32)))
        for word in range(len(WORDS))
    ]


def _bit(position: Column) -> Column:
    return F.call_function("shiftleft", F.lit(1).cast("bigint"), position)


def _lanes() -> list[Column]:
    low = [F.col(word).bitwiseAND(F.lit(0xFFFFFFFF).cast("bigint")) for word in WORDS]
    return [*low, *[F.shiftrightunsigned(word, 32) for word in WORDS]]


def _merged() -> list[Column]:
    return [F.bit_or(word).alias(word) for word in WORDS]
