"""Rows of the same key and sequence: all their columns decide, as in the MERGE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.tables.literals import one_of
from lakesmith.tables.strategies import newest_first

Key = tuple[Any, ...]


def decide_ties(rows: DataFrame, kinds: Mapping[str, str], target: DataFrame, tied: Sequence[Key]) -> dict[Key, bool]:
    """Tell for each of few tied keys whether the batch's row is the newer one.

    Parameters
    ----------
    rows : DataFrame
    kinds : dict
        Spark's types of the key columns.
    target : DataFrame
    tied : sequence of tuple

    Returns
    -------
    dict

    Notes
    -----
    One query over the rows of these keys on both sides.
    """
    names, some = newest_first(rows.columns), one_of(kinds, tied)
    both = rows.filter(some).alias("s").join(target.filter(some).alias("t"), _same_key(kinds))
    mine, theirs = (F.struct(*[f"{side}.{name}" for name in names]) for side in "st")
    found = both.select(*[f"s.{name}" for name in kinds], (mine > theirs).alias("_newer")).toArrow()
    places = zip(*[found[name].to_pylist() for name in kinds], strict=True)
    return dict(zip(places, found["_newer"].to_pylist(), strict=True))


def _same_key(kinds: Mapping[str, str]) -> Column:
    return reduce(Column.__and__, [F.col(f"s.{name}").eqNullSafe(F.col(f"t.{name}")) for name in kinds])
