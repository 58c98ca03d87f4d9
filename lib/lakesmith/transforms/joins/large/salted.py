"""Join two sides of which some keys are salted, with exactly the rows of the plain join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.transforms.joins.large.declared import HotKeys, as_frame
from lakesmith.transforms.joins.large.hot_keys import Heat, counted, measured
from lakesmith.transforms.joins.large.keys import HOT, LEFT, RIGHT, Key
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
# The sides whose hot keys decide whether a row of the other side has a match.
_MUST_BE_THERE = {
    "left": (OTHER,),
    "right": (THIS,),
    "full": (THIS, OTHER),
    "semi": (OTHER,),
    "anti": (OTHER,),
}
_SPARK_NAMES = {"semi": "left_semi", "anti": "left_anti"}


@dataclass(frozen=True)
class Salting:
    """Hold what decides how two sides are joined.

    Parameters
    ----------
    key : Key
    how : str
    heat : Heat
    hot, other_hot : HotKeys or None
        The hot keys of each side; None means that they are found as part of the plan.
    is_split : bool
        Whether rows of a hot key are joined by broadcast, which needs few rows of them in `other`.
    """

    key: Key
    how: How
    heat: Heat
    hot: HotKeys | None = None
    other_hot: HotKeys | None = None
    is_split: bool = False

    @property
    def spark_how(self) -> str:
        """The type of the join as Spark names it."""
        return _SPARK_NAMES.get(self.how, self.how)


def salted_join(left: DataFrame, right: DataFrame, plan: Salting) -> DataFrame:
    """Join two sides so that no task gets all rows of a hot key.

    Parameters
    ----------
    left, right : DataFrame
        With their keys, as `Key.renamed_in` names them.
    plan : Salting

    Returns
    -------
    DataFrame
        *Columns*: those of `left`, and but for semi and anti those of `right`.

    Examples
    --------
    >>> left = spark.sql("SELECT explode(array(7, 7, 8)) AS _key_0")
    >>> right = spark.sql("SELECT 7 AS _on_0, 'a' AS name")
    >>> hot = HotKeys(("k",), (("7",),), (2,), 3)
    >>> none = HotKeys(("k",))
    >>> plan = Salting(Key({"k": "int"}), "inner", Heat(2), hot, none)
    >>> salted_join(left, right, plan).count()
    2
    """
    hot = _hot_of(left, plan.hot, plan, THIS)
    other_hot = _hot_of(right, plan.other_hot, plan, OTHER)
    asks_only = plan.how in ("semi", "anti")
    if asks_only and other_hot is not None:
        right = _one_row_each(right, other_hot, plan.key)
        other_hot = None

    if hot is None and other_hot is None:
        same = plan.key.matches(LEFT, RIGHT)
        return left.join(right, same, plan.spark_how)

    merged = both_hot(hot, other_hot, plan.key)
    joined = _joined_by_slot(left, right, merged, plan)

    if other_hot is not None and plan.how in ("left", "full"):
        joined = _without_surplus(joined, THIS, OTHER)
    if hot is not None and plan.how in ("right", "full"):
        joined = _without_surplus(joined, OTHER, THIS)

    added = (THIS.slot, THIS.copied, OTHER.slot, OTHER.copied)
    return joined.drop(*added)


def _joined_by_slot(
    left: DataFrame, right: DataFrame, hot: DataFrame, plan: Salting
) -> DataFrame:
    """Join rows of one key in the slots of the key, which lead to different tasks."""
    key = plan.key
    salted = with_salts(hot, key, plan.heat.partitions)
    at_left = F.col(AT_LEFT)
    this = mark(left, salted, key, THIS, at_left)
    other = mark(right, salted, key, OTHER, ~at_left)

    same_key = key.matches(LEFT, RIGHT)
    same_slot = F.col(THIS.slot) == F.col(OTHER.slot)
    return this.join(other, same_key & same_slot, plan.spark_how)


def _hot_of(
    rows: DataFrame, given: HotKeys | None, plan: Salting, side: Side
) -> DataFrame | None:
    """Return the hot keys of a side, or None where it has none."""
    if given is None:
        return measured(rows, plan.key, side.prefix, plan.heat)
    if not given.values:
        return None
    hot = as_frame(given, rows.sparkSession, plan.key)
    must_be_there = _MUST_BE_THERE.get(plan.how, ())
    if side in must_be_there:
        return counted(hot, rows, plan.key, side.prefix)
    return hot


def _one_row_each(right: DataFrame, hot: DataFrame, key: Key) -> DataFrame:
    """Keep one row of each hot key, as a semi and an anti join only ask whether there is one."""
    hot_keys = hot.select(*key.names(HOT))
    keys = right.select(*key.names(RIGHT))
    same = key.matches(RIGHT, HOT)
    sent = F.broadcast(hot_keys)
    cold = keys.join(sent, same, "left_anti")
    return cold.union(hot_keys)


def _without_surplus(joined: DataFrame, copied: Side, spread: Side) -> DataFrame:
    """Drop copies without a match in their slot, whose key has a match in another slot."""
    is_copy = is_true(named(copied.copied))
    # A slot is never NULL, so a NULL says that the side has no row.
    is_alone = F.col(spread.slot).isNull()
    is_surplus = is_copy & is_alone
    return joined.filter(~is_surplus)
