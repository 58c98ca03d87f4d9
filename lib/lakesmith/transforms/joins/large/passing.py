"""Join so that each row stays where `_passes` is true, whether it has a match or not."""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import PASSES
from lakesmith.transforms.joins.large.declared import HotKeys
from lakesmith.transforms.joins.large.keys import RIGHT
from lakesmith.transforms.joins.large.salted import Salting, salted_join
from lakesmith.transforms.joins.large.split import split_join

FOUND = "_found"


def join_passing(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    """Join as the plan says, and keep the rows that pass.

    Notes
    -----
    *Columns*: as `salted_join`; NULL from the right side for a row that passes without a match.

    Examples
    --------
    >>> from lakesmith.transforms.joins.large.hot_keys import Heat
    >>> from lakesmith.transforms.joins.large.keys import Key
    >>> none = HotKeys(("k",))
    >>> plan = Salting(Key({"k": "int"}), "semi", Heat(2), hot=none, other_hot=none)
    >>> left = spark.sql("SELECT k AS _key_0, k = 2 AS _passes FROM VALUES (1), (2), (3) AS t(k)")
    >>> right = spark.sql("SELECT 3 AS _on_0")
    >>> sorted(row[0] for row in join_passing(left, right, plan).select("_key_0").collect())
    [2, 3]
    """
    loses_rows = plan.how in ("inner", "semi", "anti")
    if PASSES not in left.columns or not loses_rows:
        return _joined(left, right, plan)

    as_left = replace(plan, how="left")
    if plan.how != "inner":
        names = plan.key.names(RIGHT)
        right = right.select(*names).distinct()
        none_hot = HotKeys(tuple(names))
        as_left = replace(as_left, other_hot=none_hot)

    marked = right.withColumn(FOUND, F.lit(True))
    joined = _joined(left, marked, as_left)
    found = named(FOUND)
    has_match = found.isNull() if plan.how == "anti" else found.isNotNull()
    is_kept = has_match | named(PASSES)
    kept = joined.filter(is_kept)
    return kept.drop(FOUND)


def _joined(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    join = split_join if plan.is_split else salted_join
    return join(left, right, plan)
