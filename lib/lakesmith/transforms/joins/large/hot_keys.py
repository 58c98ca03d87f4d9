"""Find the keys that many rows of a side have, or read those that are declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.sketches.bloom import key_hash
from lakesmith.sketches.heavy_hitters import (
    comparable_value,
    is_sketched,
    top_state,
    top_values,
)
from lakesmith.transforms.joins.large.keys import (
    Kinds,
    has_null,
    is_match,
    key_names,
)
from lakesmith.types import SCALARS, family

HOT = "_hot_"
ROWS = "_rows"
# A key is hot when it has so much of what a task would get of evenly spread rows.
HOT_SHARE = 0.1
MOST = 256
MIN_ROWS = 1000


@dataclass(frozen=True)
class Heat:
    """Say from how many rows on a key is hot.

    Parameters
    ----------
    partitions : int
        Tasks of the join.
    min_rows : int
        With fewer rows no key is hot, whatever its share.
    most : int
        So many keys of a side are hot at most.
    """

    partitions: int
    min_rows: int = MIN_ROWS
    most: int = MOST

    def least(self, total: Column) -> Column:
        """Return how many of so many rows make a key hot."""
        share = total * F.lit(HOT_SHARE / self.partitions)
        return F.greatest(share, F.lit(float(self.min_rows)))


def is_counted(kind: str) -> bool:
    """Return whether the frequent keys of a type can be found.

    Examples
    --------
    >>> is_counted("binary"), is_counted("struct<a:int>")
    (True, False)
    """
    return is_sketched(kind) or family(kind) in SCALARS


def measured(side: DataFrame, kinds: Kinds, prefix: str, heat: Heat) -> DataFrame:
    """Find the hot keys of a side by a sketch, as part of the plan.

    Parameters
    ----------
    side : DataFrame
        *Columns*: needs the key under `prefix`.
    kinds : mapping of str to str
    prefix : str
    heat : Heat

    Returns
    -------
    DataFrame
        *Columns*: ``_hot_0`` and so on, the key; ``_rows`` BIGINT, about how many rows have it. One
        row for each hot key, and each is a key of the side.

    Notes
    -----
    One pass over the key for a key of one column that can be sketched; for others one more, which
    looks up the keys of the most frequent hashes.
    """
    names = key_names(kinds, prefix)
    keys = side.select(*names)
    first_kind, *others = kinds.values()
    if others or not is_sketched(first_kind):
        return _by_hash(keys, kinds, prefix, heat)
    return _by_value(keys, names[0], first_kind, heat)


def _by_value(keys: DataFrame, name: str, kind: str, heat: Heat) -> DataFrame:
    value = comparable_value(named(name), kind)
    frequent = _frequent(keys.select(value.alias("_value")), heat)
    key = F.col("_item").cast(kind).alias(f"{HOT}0")
    hot = frequent.select(key, ROWS)
    if " " not in kind:
        return hot
    # Texts that differ may be equal by their collation.
    return hot.groupBy(f"{HOT}0").agg(F.sum(ROWS).alias(ROWS))


def _by_hash(keys: DataFrame, kinds: Kinds, prefix: str, heat: Heat) -> DataFrame:
    names = key_names(kinds, prefix)
    of_names = dict(zip(names, kinds.values(), strict=True))
    hashed = keys.withColumn("_value", key_hash(of_names))
    hashes = _frequent(hashed.select("_value"), heat).select("_item")
    is_same = F.col("_value") == F.col("_item")
    candidates = hashed.join(F.broadcast(hashes), is_same)
    number = F.count(F.lit(1)).alias(ROWS)
    counted = candidates.groupBy(*names).agg(number)
    hot = [named(name).alias(key) for name, key in _renamed(kinds, prefix)]
    return counted.select(*hot, ROWS)


def _frequent(values: DataFrame, heat: Heat) -> DataFrame:
    """Return the frequent values of a frame's `_value`: `_item` and `_rows`."""
    total = F.count(F.lit(1)).alias("_total")
    known = values.filter("_value IS NOT NULL")
    state = known.agg(top_state("_value").alias("_state"), total)
    top = F.explode(top_values("_state", heat.most)).alias("_top")
    found = state.select("_total", top)
    rows = F.col("_top.count")
    is_hot = rows >= heat.least(F.col("_total"))
    return found.filter(is_hot).select(
        F.col("_top.item").alias("_item"),
        rows.alias(ROWS),
    )


def counted(
    hot: DataFrame, side: DataFrame, kinds: Kinds, prefix: str, null_safe: bool
) -> DataFrame:
    """Keep the hot keys that a side really has, with their number of rows.

    Notes
    -----
    One pass over the key of the side, as part of the plan.
    """
    names = key_names(kinds, prefix)
    same = is_match(kinds, prefix, HOT, null_safe)
    keys = hot.select(*key_names(kinds, HOT))
    both = side.select(*names).join(F.broadcast(keys), same)
    number = F.count(F.lit(1)).alias(ROWS)
    return both.groupBy(*key_names(kinds, HOT)).agg(number)


def matchable(side: DataFrame, kinds: Kinds, prefix: str, null_safe: bool) -> DataFrame:
    """Leave out the rows whose key matches nothing, so that NULL is no hot key."""
    return side.filter(~has_null(kinds, prefix, null_safe))


def _renamed(kinds: Kinds, prefix: str) -> Sequence[tuple[str, str]]:
    return list(zip(key_names(kinds, prefix), key_names(kinds, HOT), strict=True))
