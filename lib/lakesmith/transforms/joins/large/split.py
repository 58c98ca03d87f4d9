"""Join the rows of hot keys by broadcast, and all others as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.transforms.joins.large.declared import as_frame
from lakesmith.transforms.joins.large.hot_keys import counted, measured
from lakesmith.transforms.joins.large.keys import HOT, LEFT, RIGHT, Key

if TYPE_CHECKING:
    from lakesmith.transforms.joins.large.salted import Salting

IS_HOT = "_is_hot"


def split_join(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    """Join two sides of which the right one has few rows for the hot keys.

    Parameters
    ----------
    left, right : DataFrame
        With their keys, as `Key.renamed_in` names them.
    plan : Salting
        With hot keys of the left side, or None to find them as part of the plan.

    Returns
    -------
    DataFrame
        *Columns*: those of `left`, and but for semi and anti those of `right`.

    Notes
    -----
    Rows of a hot key and rows whose key matches nothing enter no shuffle. Each side is read twice;
    a right and a full join look the hot keys up in `left` once more.

    Examples
    --------
    >>> from lakesmith.transforms.joins.large.declared import HotKeys
    >>> from lakesmith.transforms.joins.large.hot_keys import Heat
    >>> from lakesmith.transforms.joins.large.salted import Salting
    >>> left = spark.sql("SELECT explode(array(7, 7, 8, 9)) AS _key_0")
    >>> right = spark.sql("SELECT k AS _on_0, k AS v FROM VALUES (7), (8), (6) AS t(k)")
    >>> hot = HotKeys(("k",), (("7",),), (2,), 4)
    >>> plan = Salting(Key({"k": "int"}), "left", Heat(2), hot)
    >>> split_join(left, right, plan).orderBy("_key_0").show()
    +------+-----+----+
    |_key_0|_on_0|   v|
    +------+-----+----+
    |     7|    7|   7|
    |     7|    7|   7|
    |     8|    8|   8|
    |     9| NULL|NULL|
    +------+-----+----+
    <BLANKLINE>
    """
    key = plan.key
    hot = _hot_keys(left, plan)
    keeps_right = plan.how in ("right", "full")
    apart, cold = _parts(left, hot, key, LEFT)
    right_cold = right
    if keeps_right:
        right_apart, right_cold = _parts(right, hot, key, RIGHT)
    right_hot = _with_key(right, hot, key)

    same = key.matches(LEFT, RIGHT)
    how_apart = {"right": "inner", "full": "left"}.get(plan.how, plan.spark_how)
    by_broadcast = apart.join(F.broadcast(right_hot), same, how_apart)
    by_shuffle = cold.join(right_cold, same, plan.spark_how)
    joined = by_shuffle.unionByName(by_broadcast)
    if not keeps_right:
        return joined

    alone = _without_match(right_apart, left, hot, key)
    return joined.unionByName(alone, allowMissingColumns=True)


def _hot_keys(left: DataFrame, plan: Salting) -> DataFrame:
    """Return each hot key of the left side once."""
    if plan.hot is None:
        found = measured(left, plan.key, LEFT, plan.heat)
    else:
        found = as_frame(plan.hot, left.sparkSession, plan.key)
    return found.select(*plan.key.names(HOT))


def _parts(
    rows: DataFrame, hot: DataFrame, key: Key, prefix: str
) -> tuple[DataFrame, DataFrame]:
    """Return the rows that enter no shuffle, and all others."""
    marks = hot.withColumn(IS_HOT, F.lit(True))
    same = key.matches(prefix, HOT)
    marked = rows.join(F.broadcast(marks), same, "left")

    is_hot = named(IS_HOT).isNotNull()
    is_apart = is_hot | key.matches_nothing(prefix)
    columns = [named(name) for name in rows.columns]
    apart = marked.filter(is_apart).select(*columns)
    cold = marked.filter(~is_apart).select(*columns)
    return apart, cold


def _with_key(right: DataFrame, hot: DataFrame, key: Key) -> DataFrame:
    """Return the rows of the right side that have a hot key."""
    same = key.matches(RIGHT, HOT)
    return right.join(F.broadcast(hot), same, "left_semi")


def _without_match(
    right: DataFrame, left: DataFrame, hot: DataFrame, key: Key
) -> DataFrame:
    """Return the rows of the right side whose hot key the left side has not."""
    there = counted(hot, left, key, LEFT)
    keys = there.select(*key.names(HOT))
    same = key.matches(RIGHT, HOT)
    return right.join(F.broadcast(keys), same, "left_anti")
