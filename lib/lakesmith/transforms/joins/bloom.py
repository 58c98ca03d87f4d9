"""Join frames of which one is thinned by a Bloom filter before the shuffle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pyspark.sql import DataFrame

from lakesmith.column_refs import named
from lakesmith.errors import StepError
from lakesmith.sketches.bloom import is_hashable
from lakesmith.transforms.joins.choice import PlannedJoin
from lakesmith.transforms.joins.large.bloom_choice import (
    FPR,
    BloomKnown,
    choose_bloom,
)
from lakesmith.transforms.joins.large.estimates import JoinEstimates, estimate_join
from lakesmith.transforms.joins.large.keys import LEFT, common_key
from lakesmith.transforms.joins.large.stored import require_fitting
from lakesmith.transforms.joins.large.thinned import Thinning, thinned_join
from lakesmith.transforms.joins.sides import refuse_join_helpers, require_taken
from lakesmith.transforms.joins.spark_limits import read_limits

if TYPE_CHECKING:
    from lakesmith.sketches.stored_filter import StoredFilter

__all__ = [
    "JoinEstimates",
    "anti_join_bloom",
    "estimate_join",
    "join_bloom",
    "semi_join_bloom",
]


def semi_join_bloom(
    *,
    other: DataFrame,
    on: Sequence[str],
    null_safe: bool = False,
    expected_keys: int | None = None,
    fpr: float = FPR,
    estimates: JoinEstimates | None = None,
    other_filtered: bool = False,
    stored: StoredFilter | None = None,
) -> PlannedJoin:
    """Keep the rows that have a match, and shuffle none that surely has none.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
        Columns of the key, under the same names on both sides.
    null_safe : bool
        Whether a NULL key matches a NULL key.
    expected_keys : int, optional
        Different keys that the filter is to hold. Without it and without `estimates` the filter has
        the size of the cap, 67,108,864 bits. More keys than expected make it let through more rows.
    fpr : float
        The share of rows without a match that it lets through.
    estimates : JoinEstimates, optional
        What `estimate_join` returns. It decides whether a filter is built, and of which side.
    other_filtered : bool
        Whether `other` is a table that is filtered by a selective condition, so that Spark may plan
        a runtime filter of its own.
    stored : StoredFilter, optional
        The filter that the table of `other` keeps of its keys, with all keys that `other` has, as
        `Lake.stored_filter` gives it. It is asked in place of one that is built.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with the choice.

    Raises
    ------
    StepError
        LS305 when a name is not there; LS307 for two columns of one name; LS325 for keys of
        different types or collations.

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds none. The filter is part of the plan: the keys of
    the side that it is built of are read once more, for each shard.

    Examples
    --------
    >>> planned = semi_join_bloom(other=spark.range(3, 5), on=["id"])
    >>> spark.range(100).transform(planned).orderBy("id").show()
    +---+
    | id|
    +---+
    |  3|
    |  4|
    +---+
    <BLANKLINE>
    """
    known = BloomKnown(
        "semi_join_bloom",
        "semi",
        estimates,
        expected_keys,
        fpr,
        other_filtered=other_filtered,
    )
    return _planned(other, on, (), null_safe, known, stored)


def anti_join_bloom(
    *,
    other: DataFrame,
    on: Sequence[str],
    null_safe: bool = False,
    expected_keys: int | None = None,
    fpr: float = FPR,
    estimates: JoinEstimates | None = None,
    stored: StoredFilter | None = None,
) -> PlannedJoin:
    """Keep the rows that have no match, and shuffle none that surely has none.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
        Columns of the key, under the same names on both sides.
    null_safe : bool
        Whether a NULL key matches a NULL key; else each row with one stays.
    expected_keys : int, optional
    fpr : float
    estimates : JoinEstimates, optional
    stored : StoredFilter, optional
        As in `semi_join_bloom`.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with the choice.

    Raises
    ------
    StepError
        As in `semi_join_bloom`.

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds none. Rows that the filter refuses have surely no
    match. They bypass the join, so the frame is read twice and must give equal rows each time.

    Examples
    --------
    >>> planned = anti_join_bloom(other=spark.range(1, 100), on=["id"], expected_keys=99)
    >>> spark.range(100).transform(planned).show()
    +---+
    | id|
    +---+
    |  0|
    +---+
    <BLANKLINE>
    """
    known = BloomKnown("anti_join_bloom", "anti", estimates, expected_keys, fpr)
    return _planned(other, on, (), null_safe, known, stored)


def join_bloom(
    *,
    other: DataFrame,
    on: Sequence[str],
    how: Literal["left", "inner"] = "left",
    columns: Sequence[str] = (),
    null_safe: bool = False,
    expected_keys: int | None = None,
    fpr: float = FPR,
    estimates: JoinEstimates | None = None,
    other_filtered: bool = False,
    stored: StoredFilter | None = None,
) -> PlannedJoin:
    """Take columns of another frame, and shuffle no row that surely has no match.

    Parameters
    ----------
    other : DataFrame
    on : sequence of str
        Columns of the key, under the same names on both sides.
    how : {"left", "inner"}
    columns : sequence of str
        Columns to take from `other`; none named means all but the key and those beginning with `_`.
    null_safe : bool
    expected_keys : int, optional
    fpr : float
    estimates : JoinEstimates, optional
    other_filtered : bool
    stored : StoredFilter, optional
        As in `semi_join_bloom`.

    Returns
    -------
    PlannedJoin
        DataFrame -> DataFrame, with the choice.

    Raises
    ------
    StepError
        As in `semi_join_bloom`; LS307 also when a column to take is on this side already.

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds `columns`. The refused rows of a left join bypass
    it, so the frame is read twice and must give equal rows each time.

    Examples
    --------
    >>> names = spark.sql("SELECT 3L AS id, 'three' AS name")
    >>> spark.range(100).transform(join_bloom(other=names, on=["id"], how="inner")).show()
    +---+-----+
    | id| name|
    +---+-----+
    |  3|three|
    +---+-----+
    <BLANKLINE>
    """
    known = BloomKnown(
        "join_bloom",
        how,
        estimates,
        expected_keys,
        fpr,
        other_filtered=other_filtered,
    )
    return _planned(other, on, columns, null_safe, known, stored)


def _planned(
    other: DataFrame,
    on: Sequence[str],
    columns: Sequence[str],
    null_safe: bool,
    known: BloomKnown,
    stored: StoredFilter | None,
) -> PlannedJoin:
    """Choose the plan of a join, and return it with the choice."""
    _require_share(known)
    require_fitting(stored, other, on, known.step)
    strange = _strange(other, on)
    shape = stored.shape if stored else None
    limits = read_limits(other.sparkSession)
    plan = choose_bloom(replace(known, strange=strange, stored=shape), limits)
    adds_columns = known.how in ("left", "inner")

    def apply(df: DataFrame) -> DataFrame:
        key = common_key(df, other, on, known.step, null_safe)
        taken: list[str] = []
        if adds_columns:
            taken = require_taken(df, other, on, columns, known.step)
        refuse_join_helpers(df, taken, known.step)

        left = key.renamed_in(df, LEFT)
        right = key.other_side(other, taken)
        thinning = Thinning(key, known.how, plan, tuple(on), stored)
        joined = thinned_join(left, right, thinning)

        of_this = key.given_back(df, (LEFT,))
        added = map(named, taken)
        return joined.select(*of_this, *added)

    return PlannedJoin(apply, plan.choice)


def _strange(other: DataFrame, on: Sequence[str]) -> str:
    """Return a type of the key whose equal values may have several hashes, if any."""
    names = {name.lower() for name in on}
    for name, kind in other.dtypes:
        is_of_key = name.lower() in names
        if is_of_key and not is_hashable({name: kind}):
            return kind

    return ""


def _require_share(known: BloomKnown) -> None:
    is_share = 0 < known.fpr < 1
    if not is_share:
        what = f"step '{known.step}' takes no false positive rate of {known.fpr}"
        hint = "give a share between 0 and 1, such as 0.0001"
        raise StepError(what, code="LS306", hint=hint)
