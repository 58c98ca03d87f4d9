"""Probe a Bloom filter that is too large to be sent to every worker at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.bloom import bloom_probe
from lakesmith.sketches.bloom_sizing import Shape


def probe_shards(
    rows: DataFrame, bloom: DataFrame, kinds: Mapping[str, str], shape: Shape
) -> DataFrame:
    """Mark rows whose key may be in a filter, without a shuffle of the rows.

    Parameters
    ----------
    rows : DataFrame
    bloom : DataFrame
        As `bloom_build` gives it, of one partition.
    kinds, shape
        As the filter was built.

    Returns
    -------
    DataFrame
        *Columns*: adds ``_maybe`` BOOLEAN, as `bloom_probe` does.

    Notes
    -----
    Each shard is sent to every worker, one after the other. A key has its bits in one of them.

    Examples
    --------
    >>> from lakesmith.sketches.bloom import bloom_build
    >>> kinds = {"id": "bigint"}
    >>> shape = Shape(8, blocks_per_shard=3)
    >>> bloom = bloom_build(spark.range(100), kinds, shape)
    >>> shape.shards, probe_shards(spark.range(100), bloom, kinds, shape).filter("_maybe").count()
    (3, 100)
    """
    if shape.shards == 1:
        return bloom_probe(rows, bloom, kinds, shape)
    columns = [named(name) for name in rows.columns]
    # Blocks are numbered through, so that a part is a filter of the same shape.
    whole = Shape(shape.blocks, shape.blocks)
    marks = []
    for shard in range(shape.shards):
        is_here = F.col("shard") == shard
        blocks = bloom.filter(is_here)
        probed = bloom_probe(rows, blocks, kinds, whole)
        mark = f"_maybe_{shard}"
        rows = probed.withColumnRenamed("_maybe", mark)
        marks.append(F.col(mark))

    maybe = reduce(or_, marks)
    return rows.select(*columns, maybe.alias("_maybe"))
