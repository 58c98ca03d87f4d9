"""Join so that each row stays where `_passes` is true, whether it has a match or not."""

from __future__ import annotations

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import PASSES
from lakesmith.transforms.joins.large.declared import HotKeys
from lakesmith.transforms.joins.large.keys import RIGHT, key_names
from lakesmith.transforms.joins.large.salted import Salting, salted_join

_FOUND = "_found"


def join_passing(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    """Join as `salted_join` does, and keep the rows that pass.

    Notes
    -----
    *Columns*: as `salted_join`; NULL from the right side for a row that passes without a match.
    """
    if PASSES not in left.columns or plan.how not in ("inner", "semi", "anti"):
        return salted_join(left, right, plan)
    as_left = replace(plan, how="left")
    if plan.how != "inner":
        names = key_names(plan.kinds, RIGHT)
        right = right.select(*names).distinct()
        as_left = replace(as_left, other_hot=HotKeys(tuple(plan.kinds)))
    marked = right.withColumn(_FOUND, F.lit(True))
    joined = salted_join(left, marked, as_left)
    is_missing = named(_FOUND).isNull()
    has_match = is_missing if plan.how == "anti" else ~is_missing
    return joined.filter(has_match | named(PASSES)).drop(_FOUND)
