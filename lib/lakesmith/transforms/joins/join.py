"""Look up columns of another table by key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, kind_of, named, require
from lakesmith.columns import PASSES
from lakesmith.transforms.joins.sides import (
    refuse_join_helpers,
    refuse_kinds,
    require_taken,
)
from lakesmith.transforms.values.exact_compare import compares_exactly, exact_sides
from lakesmith.types import Transform

_FOUND = "_found"
How = Literal["left", "inner", "semi", "anti"]


def join(
    *,
    other: DataFrame,
    on: Sequence[str],
    how: How = "left",
    columns: Sequence[str] = (),
    null_safe: bool = False,
) -> Transform:
    """Join with another frame, which must be unique by `on`.

    Parameters
    ----------
    other : DataFrame
        The lookup; a key that is there twice doubles the rows, so dedupe it where it is made.
    on : sequence of str
        Columns of the key, under the same names on both sides.
    how : {"left", "inner", "semi", "anti"}
        Keep all rows; those with a match; those with a match and no new columns; those without
        a match.
    columns : sequence of str
        Columns to take from `other`; none named means all but the key and those beginning with `_`.
    null_safe : bool
        Whether a NULL key matches a NULL key.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there; LS307 when a column to take is on this side already; LS325
        when the types of a key are not compared exactly, such as text and a number.

    Notes
    -----
    *Columns*: needs `on` on both sides -> adds `columns` for left and inner; NULL where there is no
    match.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> lines = frame(spark, "id int, customer int", [(1, 7), (2, 8)])
    >>> customers = frame(spark, "customer int, country string", [(7, "UK")])
    >>> lines.transform(join(other=customers, on=["customer"])).orderBy("id").show()
    +---+--------+-------+
    | id|customer|country|
    +---+--------+-------+
    |  1|       7|     UK|
    |  2|       8|   NULL|
    +---+--------+-------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, on, "join")
        require(other, [*on, *columns], "join")
        taken: list[str] = []
        if how not in ("semi", "anti"):
            taken = require_taken(df, other, on, columns, "join")
        refuse_join_helpers(df, taken, "join")

        keys = {name: f"_on_{position}" for position, name in enumerate(on)}
        renamed = {key: named(name) for name, key in keys.items()}
        added = map(named, taken)
        right = other.select(*aliased(renamed), *added)

        is_match = _matches(df, right, keys, null_safe)
        joined = df.transform(_joined(right, is_match, how))
        return joined.drop(*keys.values())

    return apply


def _joined(right: DataFrame, is_match: Column, how: How) -> Transform:
    def apply(df: DataFrame) -> DataFrame:
        if how != "left" and PASSES in df.columns:
            return df.transform(_passing(right, is_match, how))
        return df.join(right, is_match, how)

    return apply


def _passing(right: DataFrame, is_match: Column, how: How) -> Transform:
    """Join so that each row stays where `_passes` is true, with NULL where it has no match."""
    lookup = right if how == "inner" else right.distinct()
    marked = lookup.withColumn(_FOUND, F.lit(True))
    found = named(_FOUND)
    has_match = found.isNull() if how == "anti" else found.isNotNull()

    def apply(df: DataFrame) -> DataFrame:
        joined = df.join(marked, is_match, "left")
        kept = joined.filter(has_match | named(PASSES))
        return kept.drop(_FOUND)

    return apply


def _matches(
    df: DataFrame, right: DataFrame, keys: dict[str, str], null_safe: bool
) -> Column:
    kinds = {
        (left, other): (kind_of(df, left), kind_of(right, other))
        for left, other in keys.items()
    }
    found = [
        f"'{left}' is {kind} and {other_kind}"
        for (left, _), (kind, other_kind) in kinds.items()
        if not compares_exactly(kind, other_kind)
    ]
    refuse_kinds(found, "join")
    conditions = []
    for (left, other), (kind, other_kind) in kinds.items():
        value, looked_up = exact_sides(named(left), named(other), kind, other_kind)
        is_match = value.eqNullSafe(looked_up) if null_safe else value == looked_up
        conditions.append(is_match)

    return reduce(and_, conditions)
