"""Give the keys of both sides of a join one type and names of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require, types_of
from lakesmith.errors import StepError
from lakesmith.types import WHOLE

LEFT = "_key_"
RIGHT = "_on_"
Kinds = Mapping[str, str]


def common_kinds(
    df: DataFrame, other: DataFrame, on: Sequence[str], step: str
) -> Kinds:
    """Return the type in which both sides compare each column of the key.

    Parameters
    ----------
    df, other : DataFrame
    on : sequence of str
    step : str
        The step that joins them, for messages.

    Returns
    -------
    mapping of str to str
        The names of `on`, each with a type as `simpleString`. Whole numbers may differ in width.

    Raises
    ------
    StepError
        LS305 when a name is not there, LS307 when a side has two columns of one name, LS325 when
        the types or collations of a key differ.

    Examples
    --------
    >>> lines = spark.sql("SELECT 1 AS id")
    >>> common_kinds(lines, spark.sql("SELECT 1L AS id"), ["id"], "join_skewed")
    {'id': 'bigint'}
    """
    if not on:
        hint = "name the columns of the key in `on`"
        raise StepError(f"step '{step}' has no key", code="LS306", hint=hint)
    for side in (df, other):
        refuse_twice(side, step)
        require(side, on, step)
    left = _kinds_of(df, on)
    right = _kinds_of(other, on)
    common = {name: _common(left[name], right[name]) for name in on}
    found = [
        f"'{name}' is {left[name]} and {right[name]}"
        for name, kind in common.items()
        if kind is None
    ]
    if found:
        raise StepError(
            f"step '{step}' compares keys of different types: {'; '.join(found)}",
            code="LS325",
            where="this side first, then `other`",
            hint="cast one side in an earlier step, so that it is clear what is equal",
        )
    return {name: kind for name, kind in common.items() if kind}


def refuse_twice(df: DataFrame, step: str) -> None:
    """Refuse a frame with two columns of one name.

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_twice(spark.sql("SELECT 1 AS id, 2 AS Id"), "join_skewed")
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS307 step 'join_skewed' gets two columns of one name: id
      next:  rename or drop one of them in an earlier step
    """
    counts = Counter(name.lower() for name in df.columns)
    twice = [name for name, number in counts.items() if number > 1]
    if twice:
        raise StepError(
            f"step '{step}' gets two columns of one name: {', '.join(twice)}",
            code="LS307",
            hint="rename or drop one of them in an earlier step",
        )


def with_keys(df: DataFrame, kinds: Kinds, prefix: str) -> DataFrame:
    """Add the key in its common type, under names that only this side has.

    Examples
    --------
    >>> with_keys(spark.sql("SELECT 1 AS id"), {"id": "bigint"}, "_key_").columns
    ['id', '_key_0']
    """
    names = key_names(kinds, prefix)
    added = {}
    for name, (column, kind) in zip(names, kinds.items(), strict=True):
        value = named(column)
        added[name] = value.cast(kind)

    return df.withColumns(added)


def key_names(kinds: Kinds, prefix: str) -> list[str]:
    """Return the names that the key has on a side.

    Examples
    --------
    >>> key_names({"id": "int", "day": "date"}, "_on_")
    ['_on_0', '_on_1']
    """
    return [f"{prefix}{place}" for place in range(len(kinds))]


def is_match(kinds: Kinds, left: str, right: str, null_safe: bool) -> Column:
    """Return the condition that the keys of two prefixes are equal."""
    conditions = []
    for one, two in zip(key_names(kinds, left), key_names(kinds, right), strict=True):
        value = named(one)
        other = named(two)
        equals = value.eqNullSafe(other) if null_safe else value == other
        conditions.append(equals)
    return reduce(and_, conditions)


def has_null(kinds: Kinds, prefix: str, null_safe: bool) -> Column:
    """Return the condition that a key matches nothing, since a part of it is NULL."""
    if null_safe:
        return F.lit(False)
    return reduce(or_, [named(name).isNull() for name in key_names(kinds, prefix)])


def _kinds_of(df: DataFrame, on: Sequence[str]) -> dict[str, str]:
    types = types_of(df)
    return {name: types[name.lower()].simpleString() for name in on}


def _common(left: str, right: str) -> str | None:
    if left == right:
        return left
    if left in WHOLE and right in WHOLE:
        return max(left, right, key=WHOLE.index)
    return None
