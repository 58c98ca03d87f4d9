"""Compute the size and the error rate of a key filter."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log, sqrt

BLOCK_BITS = 256
LANES = 8
LANE_BITS = 32
CAP_BITS = 64 * 1024 * 1024


@dataclass(frozen=True)
class Shape:
    """Describe how large a filter is.

    Parameters
    ----------
    blocks : int
        Blocks of 256 bits for each partition.
    blocks_per_shard : int
        A shard is what is sent to every worker at once.
    """

    blocks: int
    blocks_per_shard: int = CAP_BITS // BLOCK_BITS

    @property
    def shards(self) -> int:
        """How many shards a partition has."""
        return ceil(self.blocks / self.blocks_per_shard)

    def fpr(self, keys: int) -> float:
        """Return the share of new keys that a filter with so many keys takes for known ones.

        Examples
        --------
        >>> round(Shape(1000).fpr(24_400), 3)
        0.01
        """
        return expected_fpr(keys / self.blocks)


def shape_for(keys: int, fpr: float, cap_bits: int = CAP_BITS) -> Shape:
    """Return the smallest shape that holds so many keys at a false positive rate.

    Parameters
    ----------
    keys : int
        Keys of a partition, of the whole table where it has none.
    fpr : float
        Between 0 and 1.
    cap_bits : int
        Most bits of a shard.

    Examples
    --------
    >>> shape = shape_for(1_000_000, 0.01)
    >>> shape.blocks * 256 // 1_000_000, round(shape.fpr(1_000_000), 4), shape.shards
    (10, 0.01, 1)
    """
    load = _load_for(fpr)
    least = max(keys, 1) / load
    blocks = int(least) + 1
    blocks_per_shard = cap_bits // BLOCK_BITS
    return Shape(blocks, max(1, blocks_per_shard))


def _load_for(fpr: float) -> float:
    """Return how many keys a block may hold at a false positive rate, by bisection."""
    most = float(BLOCK_BITS)
    least = 1e-6
    for _ in range(60):
        middle = sqrt(most * least)
        if expected_fpr(middle) > fpr:
            most = middle
        else:
            least = middle

    return least


def expected_fpr(load: float) -> float:
    """Return the false positive rate of blocks that hold `load` keys on average.

    Notes
    -----
    The number of keys in a block is Poisson distributed; each sets one bit of 32 in each of the
    eight lanes.

    Examples
    --------
    >>> round(expected_fpr(24.4), 3)
    0.01
    """
    spread = int(load + 12 * sqrt(load) + 12)
    total = 0.0
    chance = -load
    for keys in range(1, spread):
        chance += log(load / keys)
        is_clear = (1 - 1 / LANE_BITS) ** keys
        is_taken = (1 - is_clear) ** LANES
        total += exp(chance) * is_taken

    return total


@dataclass(frozen=True)
class Estimate:
    """Hold an estimated number with the bounds that contain it in 997 cases of 1000."""

    value: float
    low: float
    high: float


def seen_before(rows: int, maybe: int, fpr: float) -> Estimate:
    """Estimate how many rows have a known key, from those that a filter lets through.

    Parameters
    ----------
    rows : int
        Rows with distinct keys.
    maybe : int
        Those of them whose key may be in the filter.
    fpr : float
        The filter's false positive rate.

    Examples
    --------
    >>> seen_before(1000, 0, 0.01)
    Estimate(value=0.0, low=0.0, high=0.0)
    >>> found = seen_before(100_000, 2_000, 0.01)
    >>> round(found.value), round(found.low), round(found.high)
    (1010, 915, 1105)
    """
    share = 1 - fpr
    unbiased = (maybe - fpr * rows) / share
    at_least_none = max(unbiased, 0.0)
    value = min(at_least_none, maybe)
    new = rows - value
    variance = new * fpr * share
    margin = 3 * sqrt(variance) / share
    return Estimate(
        value,
        low=max(0.0, value - margin),
        high=min(float(maybe), value + margin),
    )
