"""Find the keys that many rows of a side have, or read those that are declared."""

from __future__ import annotations

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
from lakesmith.transforms.joins.large.keys import HOT, Key
from lakesmith.types import SCALARS, family

ROWS = "_rows"
VALUE = "_value"
ITEM = "_item"
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
        share = HOT_SHARE / self.partitions
        rows = total * F.lit(share)
        min_rows = float(self.min_rows)
        return F.greatest(rows, F.lit(min_rows))


def is_counted(kind: str) -> bool:
    """Return whether the frequent keys of a type can be found.

    Examples
    --------
    >>> is_counted("binary"), is_counted("struct<a:int>")
    (True, False)
    """
    return is_sketched(kind) or family(kind) in SCALARS


def measured(side: DataFrame, key: Key, prefix: str, heat: Heat) -> DataFrame:
    """Find the hot keys of a side by a sketch, as part of the plan.

    Parameters
    ----------
    side : DataFrame
        *Columns*: needs the key under `prefix`.
    key : Key
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

    Examples
    --------
    >>> rows = spark.sql("SELECT explode(array(7, 7, 7, 8)) AS _on_0")
    >>> measured(rows, Key({"k": "int"}), "_on_", Heat(partitions=2, min_rows=2)).collect()
    [Row(_hot_0=7, _rows=3)]
    """
    keys = key.of(side, prefix)
    kind, *others = key.kinds.values()
    if not others and is_sketched(kind):
        return _by_value(keys, kind, heat)
    return _by_hash(keys, key, prefix, heat)


def counted(hot: DataFrame, side: DataFrame, key: Key, prefix: str) -> DataFrame:
    """Keep the hot keys that a side really has, with their number of rows.

    Returns
    -------
    DataFrame
        *Columns*: as `measured`; ``_rows`` is exact.

    Notes
    -----
    One pass over the key of the side, as part of the plan.

    Examples
    --------
    >>> hot = spark.sql("SELECT explode(array(7, 9)) AS _hot_0")
    >>> rows = spark.sql("SELECT explode(array(7, 7, 8)) AS _on_0")
    >>> counted(hot, rows, Key({"k": "int"}), "_on_").collect()
    [Row(_hot_0=7, _rows=2)]
    """
    names = key.names(HOT)
    keys = key.of(side, prefix)
    sent = F.broadcast(hot.select(*names))
    same = key.matches(prefix, HOT)
    both = keys.join(sent, same)
    by_key = both.groupBy(*names)
    number = F.count(F.lit(1))
    return by_key.agg(number.alias(ROWS))


def _by_value(keys: DataFrame, kind: str, heat: Heat) -> DataFrame:
    (name,) = keys.columns
    value = comparable_value(named(name), kind)
    values = keys.select(value.alias(VALUE))
    frequent = _frequent(values, heat)

    hot_name = f"{HOT}0"
    item = F.col(ITEM).cast(kind)
    hot = frequent.select(item.alias(hot_name), ROWS)
    is_collated = " " in kind
    if not is_collated:
        return hot

    # Texts that differ may be equal by their collation.
    by_key = hot.groupBy(hot_name)
    total = F.sum(ROWS)
    return by_key.agg(total.alias(ROWS))


def _by_hash(keys: DataFrame, key: Key, prefix: str, heat: Heat) -> DataFrame:
    value = key_hash(key.typed(prefix))
    hashed = keys.withColumn(VALUE, value)
    values = hashed.select(VALUE)
    frequent = _frequent(values, heat)

    hashes = F.broadcast(frequent.select(ITEM))
    same = F.col(VALUE) == F.col(ITEM)
    candidates = hashed.join(hashes, same)
    names = key.names(prefix)
    by_key = candidates.groupBy(*names)
    number = F.count(F.lit(1))
    rows = by_key.agg(number.alias(ROWS))

    renamed = dict(zip(names, key.names(HOT), strict=True))
    return rows.withColumnsRenamed(renamed)


def _frequent(values: DataFrame, heat: Heat) -> DataFrame:
    """Return the frequent ones of a frame's values: `_item` and `_rows`."""
    state = top_state(VALUE)
    number = F.count(F.lit(1))
    whole = values.agg(
        state.alias("_state"),
        number.alias("_total"),
    )
    values_of_state = top_values("_state", heat.most)
    top = F.explode(values_of_state)
    found = whole.select("_total", top.alias("_top"))
    rows = F.col("_top.count")
    item = F.col("_top.item")
    total = F.col("_total")
    is_hot = rows >= heat.least(total)
    return found.filter(is_hot).select(
        item.alias(ITEM),
        rows.alias(ROWS),
    )
