"""Decide whether the hot keys of a join are salted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.transforms.joins.choice import JoinChoice

if TYPE_CHECKING:
    from lakesmith.transforms.joins.spark_limits import SparkLimits

STEP = "join_skewed"
SALTED = "salted"
SPLIT = "split"
TO_SPARK = "left to Spark"


@dataclass(frozen=True)
class Known:
    """Hold what is known of a skewed join before it runs.

    Parameters
    ----------
    how : str
    tasks : int
        Tasks of the join.
    hot, other_hot : int or None
        How many hot keys of each side are given; None where they are found in the plan.
    other_bytes : int or None
        What Spark takes the other side for.
    strange : str
        A type of the key that has no sketch, if any.
    is_unique : bool
        Whether the other side has one row for each key.
    """

    how: str
    tasks: int
    hot: int | None = None
    other_hot: int | None = None
    other_bytes: int | None = None
    strange: str = ""
    is_unique: bool = False


def choose(known: Known, limits: SparkLimits) -> JoinChoice:
    """Return the plan of a skewed join.

    Examples
    --------
    >>> from lakesmith.transforms.joins.spark_limits import SparkLimits
    >>> print(choose(Known("full", 200), SparkLimits()))
    join_skewed: salted, the hot keys are found as part of the plan (tasks 200)
    >>> print(choose(Known("left", 200, hot=0, other_hot=0), SparkLimits()))
    join_skewed: left to Spark, no key is hot
    >>> print(choose(Known("left", 200, other_bytes=4096), SparkLimits()))
    join_skewed: left to Spark, `other` is sent to every worker (bytes 4,096, limit 10,485,760)
    >>> print(choose(Known("left", 200, hot=3, other_hot=0, is_unique=True), SparkLimits()))
    join_skewed: split, the hot keys are given and have one row each in `other` (hot keys 3)
    """
    if known.strange:
        why = f"keys of type {known.strange} have no sketch"
        return JoinChoice(STEP, TO_SPARK, why)
    if known.hot == 0 and known.other_hot == 0:
        return JoinChoice(STEP, TO_SPARK, "no key is hot")
    if _is_sent(known, limits):
        sizes = {"bytes": known.other_bytes or 0, "limit": limits.broadcast}
        return JoinChoice(STEP, TO_SPARK, "`other` is sent to every worker", sizes)

    given = "the hot keys are given"
    number = (known.hot or 0) + (known.other_hot or 0)
    sizes = {"hot keys": number}
    if known.hot is None or known.other_hot is None:
        given = "the hot keys are found as part of the plan"
        sizes = {"hot keys given": number} if number else {}

    if known.is_unique:
        why = f"{given} and have one row each in `other`"
        return JoinChoice(STEP, SPLIT, why, sizes)

    tasks = {"tasks": known.tasks}
    return JoinChoice(STEP, SALTED, given, sizes | tasks)


def _is_sent(known: Known, limits: SparkLimits) -> bool:
    """Return whether Spark broadcasts the other side, which a right and a full join forbid."""
    if known.other_bytes is None or known.how in ("right", "full"):
        return False
    return known.other_bytes <= limits.broadcast
