"""Decide whether a Bloom filter thins one side of a join before it is shuffled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakesmith.sketches.bloom_sizing import BLOCK_BITS, CAP_BITS, Shape, shape_for
from lakesmith.transforms.joins.choice import JoinChoice

if TYPE_CHECKING:
    from lakesmith.transforms.joins.large.estimates import JoinEstimates
    from lakesmith.transforms.joins.spark_limits import SparkLimits

FPR = 0.0001
BLOOM = "Bloom filter"
TO_SPARK = "left to Spark"
# Of `other`, whose keys the rows of this side are asked for; or of this side.
OF_OTHER = "other"
OF_THIS = "this"
# A filter costs a scan, a broadcast and a look-up a row, and saves the shuffle of what it refuses.
MOST_MATCHING = 0.5
MOST_SHARDS = 8
# An estimate may be too low; the filter is to hold all keys.
MARGIN = 1.05


@dataclass(frozen=True)
class BloomKnown:
    """Hold what is known of a join before a filter is built.

    Parameters
    ----------
    step, how : str
    estimates : JoinEstimates or None
    expected_keys : int or None
        Keys that the filter is to hold.
    fpr : float
    other_filtered : bool
        Whether `other` is filtered by a condition that Spark takes for selective.
    strange : str
        A type of the key whose equal values may have several hashes, if any.
    stored : Shape or None
        The shape of a stored filter of `other`, which is asked in place of one that is built.
    """

    step: str
    how: str
    estimates: JoinEstimates | None = None
    expected_keys: int | None = None
    fpr: float = FPR
    other_filtered: bool = False
    strange: str = ""
    stored: Shape | None = None


@dataclass(frozen=True)
class BloomPlan:
    """Hold the choice, the shape of the filter, and whose keys it has."""

    choice: JoinChoice
    shape: Shape
    of: str = OF_OTHER

    @property
    def is_built(self) -> bool:
        """Whether there is a filter."""
        return self.choice.method == BLOOM


def choose_bloom(known: BloomKnown, limits: SparkLimits) -> BloomPlan:
    """Return the plan of a join that may take a filter.

    Notes
    -----
    Without estimates the filter is built, as it was asked for. It then has the size of the cap: one
    row for each block that has a key, so that a few keys make a small filter of it.

    Examples
    --------
    >>> from lakesmith.transforms.joins.spark_limits import SparkLimits
    >>> known = BloomKnown("semi_join_bloom", "semi")
    >>> print(choose_bloom(known, SparkLimits()).choice)
    semi_join_bloom: Bloom filter, no sizes are known, so it is built as asked (bits 67,108,864)
    """
    of = OF_OTHER if known.stored else _side(known.estimates)
    shape = known.stored or _shape(known, of)
    reason = next(_reasons_against(known, shape, limits), None)
    if reason:
        choice = JoinChoice(known.step, TO_SPARK, reason, _numbers(known))
        return BloomPlan(choice, shape, of)
    bits = {"bits": shape.blocks * BLOCK_BITS}
    if shape.shards > 1:
        bits["shards"] = shape.shards
    choice = JoinChoice(known.step, BLOOM, _reason_for(known), _numbers(known) | bits)
    return BloomPlan(choice, shape, of)


def _reason_for(known: BloomKnown) -> str:
    if known.stored is not None:
        return "the stored filter of the other side has all its keys"
    if known.estimates is not None:
        refused = round(100 * (1 - _matching(known.estimates)))
        return f"it refuses about {refused} % of the keys of the larger side"
    if known.expected_keys:
        return f"no sizes are known, and it is to hold {known.expected_keys:,} keys"
    return "no sizes are known, so it is built as asked"


def _side(estimates: JoinEstimates | None) -> str:
    """Return the side with fewer keys."""
    if estimates is None or estimates.other_keys <= estimates.keys:
        return OF_OTHER
    return OF_THIS


def _shape(known: BloomKnown, of: str) -> Shape:
    estimates = known.estimates
    if known.expected_keys:
        return shape_for(known.expected_keys, known.fpr)
    if estimates is None:
        return Shape(CAP_BITS // BLOCK_BITS)
    keys = estimates.other_keys if of == OF_OTHER else estimates.keys
    return shape_for(int(keys * MARGIN), known.fpr)


def _reasons_against(
    known: BloomKnown, shape: Shape, limits: SparkLimits
) -> Iterator[str]:
    if known.strange:
        yield f"equal keys of type {known.strange} may have different hashes"
    if shape.shards > MOST_SHARDS:
        yield f"the filter would have {shape.shards} shards"
    estimates = known.estimates
    if estimates is None:
        return
    asks_only = known.how in ("semi", "anti")
    width = estimates.key_bytes if asks_only else estimates.other_row_bytes
    other_bytes = estimates.other_rows * width
    rows_bytes = estimates.rows * estimates.row_bytes
    if other_bytes <= limits.broadcast:
        yield "`other` is sent to every worker, which shuffles nothing"
    if known.how == "inner" and rows_bytes <= limits.broadcast:
        yield "this side is sent to every worker, which shuffles nothing"
    is_worth = rows_bytes >= limits.application and other_bytes <= limits.creation
    if known.how in ("semi", "inner") and known.other_filtered and is_worth:
        yield "Spark plans a runtime filter of its own"
    if _matching(estimates) > MOST_MATCHING:
        yield "most keys match, so a filter would refuse few"


def _matching(estimates: JoinEstimates) -> float:
    """Return the share of the keys that a filter of the smaller side lets through."""
    most = max(estimates.keys, estimates.other_keys)
    return estimates.shared / most if most else 0.0


def _numbers(known: BloomKnown) -> dict[str, float]:
    found = known.estimates
    if found is None:
        return {}
    return {
        "rows": found.rows,
        "other rows": found.other_rows,
        "keys": found.keys,
        "other keys": found.other_keys,
        "shared keys": found.shared,
    }
