"""Estimate how many rows and keys the two sides of a join have, and share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import is_hashable, key_hash
from lakesmith.transforms.joins.large.keys import LEFT, RIGHT, Key, common_key
from lakesmith.transforms.joins.spark_limits import row_bytes

# Standard error of a theta sketch with 2 ** 12 entries: 1.6 %.
LG_ENTRIES = 12


@dataclass(frozen=True)
class JoinEstimates:
    """Hold the sizes of both sides of a join.

    Parameters
    ----------
    rows, other_rows : int
        Rows whose key may match.
    keys, other_keys : int
        About how many keys they have.
    shared : int
        About how many keys both have.
    row_bytes, other_row_bytes, key_bytes : int
        What Spark takes a row of each side, and a key, for.

    Examples
    --------
    >>> JoinEstimates(1000, 10, 100, 100, 5).matching
    0.05
    """

    rows: int
    other_rows: int
    keys: int
    other_keys: int
    shared: int
    row_bytes: int = 0
    other_row_bytes: int = 0
    key_bytes: int = 0

    @property
    def matching(self) -> float:
        """The share of the keys of this side that the other one has."""
        return self.shared / self.keys if self.keys else 0.0


def estimate_join(
    df: DataFrame, other: DataFrame, on: Sequence[str], *, null_safe: bool = False
) -> JoinEstimates | None:
    """Estimate the sizes of a join from distinct sketches.

    Parameters
    ----------
    df, other : DataFrame
    on : sequence of str
    null_safe : bool
        Whether a NULL key matches a NULL key.

    Returns
    -------
    JoinEstimates or None
        None for keys that have no hash, such as collated text.

    Raises
    ------
    StepError
        LS305, LS307 or LS325 when the keys do not fit.

    Notes
    -----
    One job over the keys of both sides, which collects one row.

    Examples
    --------
    >>> found = estimate_join(spark.range(1000), spark.range(10), ["id"])
    >>> found.rows, found.other_keys, found.shared
    (1000, 10, 10)
    """
    key = common_key(df, other, on, "estimate_join", null_safe)
    if not is_hashable(key.kinds):
        return None
    left = _state(df, key, LEFT)
    right = _state(other, key, RIGHT)
    both = left.crossJoin(right)
    shared = F.theta_intersection(f"{LEFT}state", f"{RIGHT}state")
    estimates = [
        F.col(f"{LEFT}rows"),
        F.col(f"{RIGHT}rows"),
        F.theta_sketch_estimate(f"{LEFT}state"),
        F.theta_sketch_estimate(f"{RIGHT}state"),
        F.theta_sketch_estimate(shared),
    ]
    (found,) = both.select(*estimates).collect()
    rows, other_rows, keys, other_keys, both_keys = (number or 0 for number in found)
    return JoinEstimates(
        rows,
        other_rows,
        keys,
        other_keys,
        both_keys,
        row_bytes=row_bytes(dict(df.dtypes)),
        other_row_bytes=row_bytes(dict(other.dtypes)),
        key_bytes=row_bytes(key.kinds),
    )


def _state(df: DataFrame, key: Key, prefix: str) -> DataFrame:
    keyed = key.renamed_in(df, prefix)
    hashed = key_hash(key.typed(prefix))
    state = F.theta_sketch_agg(hashed, F.lit(LG_ENTRIES))
    rows = F.count(F.lit(1))
    return key.of(keyed, prefix).agg(
        rows.alias(f"{prefix}rows"),
        state.alias(f"{prefix}state"),
    )
