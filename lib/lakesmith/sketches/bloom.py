"""Build and probe a Bloom filter of keys in plain Spark expressions.

A filter is a frame: one row for each block of 256 bits that has a bit set, `w0` to `w3` the bits. A
key sets eight bits of one block (a split-block filter), so one aggregate builds it, `bit_or` merges
it, and one look-up in a hash table answers for a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.sketches.bloom_sizing import LANE_BITS, Shape
from lakesmith.types import SCALARS, WHOLE, family, is_float

HASH_VERSION = 1
WORDS = ("w0", "w1", "w2", "w3")
ADDRESS = ("partition", "shard", "block")
LANE_SEED = 7


def is_hashable(kinds: Mapping[str, str]) -> bool:
    """Return True where equal keys of these types always have one hash.

    Examples
    --------
    >>> is_hashable({"id": "decimal(12,2)"}), is_hashable({"id": "string collate UTF8_LCASE"})
    (True, False)
    """
    # The type of a collated text has a blank.
    return all(family(kind) in SCALARS and " " not in kind for kind in kinds.values())


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
    parts: list[Column] = []
    for name, kind in sorted(kinds.items()):
        value = _canonical(named(name), kind)
        # Spark's hash passes over a NULL, so that (NULL, 'x') and ('x', NULL) would be one key.
        parts += [value.isNull(), value]

    return F.xxhash64(*parts)


def _canonical(value: Column, kind: str) -> Column:
    if kind in WHOLE:
        return value.cast("bigint")
    if kind == "string":
        return F.when(value != "", value)
    if not is_float(kind):
        return value
    wide = value.cast("double")
    one_nan = F.when(
        F.isnan(wide),
        float("nan"),
    )
    return one_nan.when(wide == 0, 0.0).otherwise(wide)


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
    addressed = _addressed(keys, kinds, shape, partition)
    partition_hash = F.col("_bloom_partition").alias("partition")
    block = F.col("_bloom_block").alias("block")
    bits = [mask.alias(word) for word, mask in _masks().items()]
    of_keys = addressed.select(partition_hash, block, *bits)
    by_block = of_keys.groupBy("partition", "block")
    number = F.count(F.lit(1))
    blocks = by_block.agg(
        *_merged(),
        number.alias("keys"),
    )
    shard = _shard(shape)
    return blocks.select(
        "partition",
        shard.alias("shard"),
        "block",
        *WORDS,
        "keys",
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

    Examples
    --------
    >>> from lakesmith.sketches.bloom_sizing import shape_for
    >>> shape = shape_for(100, 0.01)
    >>> low = bloom_build(spark.range(50), {"id": "bigint"}, shape)
    >>> high = bloom_build(spark.range(50, 100), {"id": "bigint"}, shape)
    >>> bloom_merge(low.union(high)).agg(F.sum("keys")).first()[0]
    100
    """
    number = F.sum("keys").alias("keys")
    by_block = filters.groupBy(*ADDRESS)
    return by_block.agg(*_merged(), number)


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

    Examples
    --------
    >>> from lakesmith.sketches.bloom_sizing import shape_for
    >>> shape = shape_for(10, 0.001)
    >>> bloom = bloom_build(spark.range(2), {"id": "bigint"}, shape)
    >>> bloom_probe(spark.range(3), bloom, {"id": "bigint"}, shape).filter("_maybe").count()
    2
    """
    address = ("partition", "block") if partition else ("block",)
    blocks = bloom.select(
        *[_stored(name) for name in address],
        *[_stored(word) for word in WORDS],
    )
    if shape.shards == 1:
        blocks = F.broadcast(blocks)
    addressed = _addressed(rows, kinds, shape, partition)
    is_here = [_is_at(name) for name in address]
    is_same_block = reduce(Column.__and__, is_here)
    joined = addressed.join(blocks, is_same_block, "left")
    has_bits = [_has(word, mask) for word, mask in _masks().items()]
    has_all = reduce(Column.__and__, has_bits)
    maybe = is_true(has_all)
    columns = [named(name) for name in rows.columns]
    return joined.select(
        *columns,
        maybe.alias("_maybe"),
    )


def _stored(name: str) -> Column:
    """Return a column of the filter under a name that no row has."""
    value = F.col(name)
    return value.alias(f"_stored_{name}")


def _is_at(name: str) -> Column:
    row = F.col(f"_bloom_{name}")
    block = F.col(f"_stored_{name}")
    return row == block


def _has(word: str, mask: Column) -> Column:
    """Return whether a word of the filter has all bits of a key."""
    bits = F.col(f"_stored_{word}")
    common = bits.bitwiseAND(mask)
    return common == mask


def _addressed(
    rows: DataFrame, kinds: Mapping[str, str], shape: Shape, partition: Sequence[str]
) -> DataFrame:
    """Add partition, block and the hash that decides which of its bits are set."""
    of_partition = {name: kinds[name] for name in partition}
    hashed = rows.withColumns(
        {
            "_bloom_hash": key_hash(kinds),
            "_bloom_partition": key_hash(of_partition),
        }
    )
    blocks = F.lit(shape.blocks).cast("bigint")
    return hashed.withColumns(
        {
            "_bloom_block": F.pmod("_bloom_hash", blocks),
            "_bloom_lanes": F.xxhash64(F.lit(LANE_SEED), "_bloom_hash"),
        }
    )


def _shard(shape: Shape) -> Column:
    size = F.lit(shape.blocks_per_shard)
    shard = F.floor(F.col("block") / size)
    return shard.cast("int")


def _masks() -> dict[str, Column]:
    """Return for each word the two bits that a key sets in it, one in either half."""
    masks: dict[str, Column] = {}
    for place, word in enumerate(WORDS):
        lane = 2 * place
        low = _position(lane)
        high = _position(lane + 1) + F.lit(LANE_BITS)
        low_bit = _bit(low)
        masks[word] = low_bit.bitwiseOR(_bit(high))

    return masks


def _position(lane: int) -> Column:
    """Return which of the 32 bits of a lane a key sets, from five bits of its hash."""
    shifted = F.shiftrightunsigned("_bloom_lanes", 5 * lane)
    last_bits = F.lit(LANE_BITS - 1)
    position = shifted.bitwiseAND(last_bits)
    return position.cast("int")


def _bit(position: Column) -> Column:
    one = F.lit(1).cast("bigint")
    return F.call_function("shiftleft", one, position)


def _merged() -> list[Column]:
    return [F.bit_or(word).alias(word) for word in WORDS]
