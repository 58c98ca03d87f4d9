"""Join two sides of which some keys are salted, with exactly the rows of the plain join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.transforms.joins.large.declared import HotKeys, as_frame
from lakesmith.transforms.joins.large.hot_keys import (
    HOT,
    Heat,
    counted,
    matchable,
    measured,
)
from lakesmith.transforms.joins.large.keys import (
    LEFT,
    RIGHT,
    Kinds,
    is_match,
    key_names,
)
from lakesmith.transforms.joins.large.slots import (
    AT_LEFT,
    Side,
    both_hot,
    mark,
    with_salts,
)

How = Literal["inner", "left", "right", "full", "semi", "anti"]
THIS = Side(LEFT, "_slot", "_copied_left")
OTHER = Side(RIGHT, "_slot_other", "_copied_right")
HERE = "_here_left"
THERE = "_here_right"
_SPARK_NAMES = {"semi": "left_semi", "anti": "left_anti"}


@dataclass(frozen=True)
class Salting:
    """Hold what decides how two sides are joined.

    Parameters
    ----------
    kinds : mapping of str to str
    how : str
    null_safe : bool
    heat : Heat
    hot, other_hot : HotKeys or None
        The hot keys of each side; None means that they are found as part of the plan.
    """

    kinds: Kinds
    how: How
    null_safe: bool
    heat: Heat
    hot: HotKeys | None = None
    other_hot: HotKeys | None = None


def salted_join(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    """Join two sides so that no task gets all rows of a hot key.

    Parameters
    ----------
    left, right : DataFrame
        With their keys as `with_keys` adds them.
    plan : Salting

    Returns
    -------
    DataFrame
        *Columns*: those of `left`, and but for semi and anti those of `right`.
    """
    hot = _hot_of(left, plan.hot, plan, LEFT, "left")
    other_hot = _hot_of(right, plan.other_hot, plan, RIGHT, "right")
    if plan.how in ("semi", "anti") and other_hot is not None:
        right = _one_row_each(right, other_hot, plan)
        other_hot = None
    if hot is None and other_hot is None:
        same = is_match(plan.kinds, LEFT, RIGHT, plan.null_safe)
        return left.join(right, same, _spark_name(plan.how))

    merged = both_hot(hot, other_hot, plan.kinds)
    salted = with_salts(merged, plan.kinds, plan.heat.partitions, plan.null_safe)
    at_left = F.col(AT_LEFT)
    this = mark(left, salted, plan.kinds, THIS, at_left, plan.null_safe)
    other = mark(right, salted, plan.kinds, OTHER, ~at_left, plan.null_safe)
    return _joined(this, other, plan, [*left.columns, *right.columns])


def _hot_of(
    side: DataFrame, given: HotKeys | None, plan: Salting, prefix: str, name: str
) -> DataFrame | None:
    """Return the hot keys of a side that has rows of them, or None where it has none."""
    if given is not None and not given.values:
        return None
    keys = matchable(side, plan.kinds, prefix, plan.null_safe)
    if given is None:
        return measured(keys, plan.kinds, prefix, plan.heat)
    hot = as_frame(given, side.sparkSession, plan.kinds)
    if name in _must_be_there(plan.how):
        return counted(hot, keys, plan.kinds, prefix, plan.null_safe)
    return hot


def _must_be_there(how: How) -> Sequence[str]:
    """Name the sides whose hot keys decide whether a row of the other side has a match."""
    if how in ("left", "semi", "anti"):
        return ("right",)
    if how == "right":
        return ("left",)
    return ("left", "right") if how == "full" else ()


def _one_row_each(right: DataFrame, hot: DataFrame, plan: Salting) -> DataFrame:
    """Keep one row of each hot key, as a semi and an anti join only ask whether there is one."""
    names = key_names(plan.kinds, RIGHT)
    same = is_match(plan.kinds, RIGHT, HOT, plan.null_safe)
    keys = hot.select(*key_names(plan.kinds, HOT))
    cold = right.select(*names).join(F.broadcast(keys), same, "left_anti")
    return cold.union(keys)


def _joined(
    this: DataFrame, other: DataFrame, plan: Salting, columns: Sequence[str]
) -> DataFrame:
    same_key = is_match(plan.kinds, LEFT, RIGHT, plan.null_safe)
    same_slot = F.col(THIS.slot) == F.col(OTHER.slot)
    how = _spark_name(plan.how)
    if plan.how in ("inner", "semi", "anti"):
        joined = this.join(other, same_key & same_slot, how)
        return joined.select(*_kept(joined, columns))
    here = this.withColumn(HERE, F.lit(True))
    there = other.withColumn(THERE, F.lit(True))
    joined = here.join(there, same_key & same_slot, how)
    return joined.filter(~_is_surplus()).select(*_kept(joined, columns))


def _is_surplus() -> Column:
    """Tell a copy without a match in its slot, whose key has a match in another slot."""
    no_other = named(THIS.copied) & named(THERE).isNull()
    no_this = named(OTHER.copied) & named(HERE).isNull()
    false = F.lit(False)
    return F.coalesce(no_other, false) | F.coalesce(no_this, false)


def _kept(joined: DataFrame, columns: Sequence[str]) -> list[Column]:
    there = {*joined.columns}
    return [named(name) for name in columns if name in there]


def _spark_name(how: How) -> str:
    return _SPARK_NAMES.get(how, how)
