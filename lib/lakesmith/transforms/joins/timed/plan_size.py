"""Measure how large a frame is by Spark's own statistics, without reading a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from lakesmith.transforms.joins.spark_limits import row_bytes

BROADCAST_BYTES = 32 * 1024 * 1024
# Spark says so of a frame of which it knows nothing.
_UNKNOWN = 2**60


@dataclass(frozen=True)
class SmallSide:
    """Say whether a side is small enough to be sent to all executors, and why."""

    method: str
    why: str
    estimates: dict[str, float] = field(default_factory=dict)

    @property
    def is_sent(self) -> bool:
        """Whether it is sent."""
        return self.method == "broadcast"


def plan_bytes(df: DataFrame) -> int | None:
    """Return the bytes of a frame as Spark's plan estimates them, an upper bound after filters.

    Parameters
    ----------
    df : DataFrame

    Returns
    -------
    int, optional
        None where nothing is known, as for rows made in memory and over Spark Connect.

    Examples
    --------
    >>> plan_bytes(spark.range(10))
    80
    """
    try:
        plan = df._jdf.queryExecution().optimizedPlan()
    # Over Spark Connect a frame has no plan here.
    except (AttributeError, PySparkException):
        return None
    size = int(str(plan.stats().sizeInBytes()))
    return size if size < _UNKNOWN else None


def small_side(
    other: DataFrame, rows: int | None, limit: int = BROADCAST_BYTES
) -> SmallSide:
    """Say how to send a side, by what the plan and the given estimate say.

    Parameters
    ----------
    other : DataFrame
    rows : int, optional
        The rows that it is expected to have.
    limit : int
        Bytes up to which it is sent.

    Returns
    -------
    SmallSide
        ``broadcast`` when its plan is below the limit and the estimate does not contradict;
        ``adaptive`` when only the estimate says so, which may be wrong, so that Spark decides by
        the size of the shuffle; else ``sort merge``.

    Examples
    --------
    >>> small_side(spark.range(10), rows=None).why
    'its plan has at most 80 bytes'
    >>> small_side(spark.range(10), rows=900_000_000).method
    'sort merge'
    """
    known = plan_bytes(other)
    given = None if rows is None else rows * row_bytes(dict(other.dtypes))
    estimates = _estimates({"bytes": known, "rows": rows, "limit": limit})
    if given is not None and given > limit:
        why = "it is expected to have too many rows to be sent"
        return SmallSide("sort merge", why, estimates)
    if known is not None and known <= limit:
        why = f"its plan has at most {known:,} bytes"
        return SmallSide("broadcast", why, estimates)
    if given is not None:
        why = "it is expected to be small, which Spark measures in the shuffle"
        return SmallSide("adaptive", why, estimates)
    why = "its size is not known" if known is None else f"its plan has {known:,} bytes"
    return SmallSide("sort merge", why, estimates)


def _estimates(numbers: Mapping[str, int | None]) -> dict[str, float]:
    """Return the numbers that are known."""
    return {name: float(n) for name, n in numbers.items() if n is not None}
