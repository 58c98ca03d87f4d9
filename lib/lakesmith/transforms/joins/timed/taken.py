"""Name what a join takes from the other side, and check both sides of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from pyspark.sql import DataFrame

from lakesmith.column_refs import kind_of, require
from lakesmith.transforms.axis import require_axis
from lakesmith.transforms.joins.sides import (
    columns_taken,
    key_kinds,
    refuse_clash,
    refuse_twice,
)

Columns: TypeAlias = Sequence[str] | Mapping[str, str]
Names: TypeAlias = str | Sequence[str]


def taken_from(
    other: DataFrame, columns: Columns, but: Iterable[str] = ()
) -> dict[str, str]:
    """Return the columns to take from the other side, each by the name that it gets here.

    Parameters
    ----------
    other : DataFrame
    columns : sequence of str, or mapping of str to str
        Their names, or the name here to the name there; empty takes all.
    but : iterable of str
        Columns that are not taken unless they are named, such as the key.

    Examples
    --------
    >>> other = spark.sql("SELECT 1 AS id, 'tea' AS name, 0 AS _seq")
    >>> taken_from(other, {"product": "name"}), taken_from(other, [], ["ID"])
    ({'product': 'name'}, {'name': 'name'})
    """
    if isinstance(columns, Mapping):
        return dict(columns)
    return {name: name for name in columns_taken(other, but, columns)}


def require_sides(
    step: str,
    df: DataFrame,
    other: DataFrame,
    on: Sequence[str],
    taken: Mapping[str, str],
) -> None:
    """Check that both sides have the key, in types that can be equal, and no name twice.

    Parameters
    ----------
    step : str
        The step, for the message.
    df : DataFrame
    other : DataFrame
    on : sequence of str
    taken : mapping of str to str
        As `taken_from` gives it.

    Raises
    ------
    StepError
        LS305 for a missing column, LS307 for a name that is there twice, LS325 for a key whose
        types differ.

    Examples
    --------
    >>> one = spark.sql("SELECT 1 AS id")
    >>> two = spark.sql("SELECT '1' AS id, 'tea' AS name")
    >>> require_sides("join_lookup", one, two, ["id"], {"name": "name"})
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS325 step 'join_lookup' compares keys of different types: \
'id' is int and string
      where: this side first, then `other`
      next:  cast one side in an earlier step, so that it is clear what is equal
    """
    require(df, on, step)
    require(other, [*on, *taken.values()], step)
    refuse_twice(df.columns, step, "this side")
    refuse_twice(other.columns, step, "the other side")
    refuse_twice(taken, step, "columns")
    refuse_clash(df, list(taken), step)
    key_kinds(df, other, on, step)


def require_positions(
    step: str, df: DataFrame, other: DataFrame, at: Names, other_at: Names
) -> tuple[list[str], list[str]]:
    """Check that the positions of both sides have one order, and return their types.

    Parameters
    ----------
    step : str
        The step, for the message.
    df, other : DataFrame
    at, other_at : str, or sequence of str
        The column of a point, or those of begin and end.

    Raises
    ------
    StepError
        LS305 for a missing column, LS354 for types without one order.

    Examples
    --------
    >>> calls = spark.sql("SELECT 1 AS at")
    >>> shifts = spark.sql("SELECT 1L AS since, 5L AS until")
    >>> require_positions("join_range", calls, shifts, "at", ["since", "until"])
    (['int'], ['bigint', 'bigint'])
    """
    here = _listed(at)
    there = _listed(other_at)
    require(df, here, step)
    require(other, there, step)
    kinds = [kind_of(df, name) for name in here]
    other_kinds = [kind_of(other, name) for name in there]

    known = dict(zip(here, kinds, strict=True))
    for name, kind in zip(there, other_kinds, strict=True):
        known[f"{name} of the other side"] = kind

    require_axis(step, known)
    return kinds, other_kinds


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
