"""Check the two sides of a join, and name what it takes from the other one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import (
    aliased,
    json_text,
    kind_of,
    named,
    refuse_helpers,
    require,
)
from lakesmith.errors import StepError
from lakesmith.types import WHOLE

# Columns that joins add to a side and drop again.
HELPERS = re.compile(
    r"_(asked|found|hot|key|on|taken)_\d+"
    r"|_found(_begin|_end)?|_(place|level|bucket)(_there)?"
    r"|_(begin|end|previous|version|number|maybe)"
    r"|_is_hot|_copied(_left|_right)?|_slot(_other)?|_salts|_tasks|_at_left",
    re.IGNORECASE,
)


def columns_taken(
    other: DataFrame, on: Iterable[str], columns: Sequence[str] = ()
) -> list[str]:
    """Return the columns to take from the other side, by default all but the key.

    Columns that begin with `_` are taken only when they are named.

    Examples
    --------
    >>> other = spark.sql("SELECT 1 AS id, 'UK' AS country, 0 AS _seq")
    >>> columns_taken(other, ["ID"])
    ['country']
    """
    if columns:
        return list(columns)

    keys = {name.lower() for name in on}

    return [
        name
        for name in other.columns
        if name.lower() not in keys and not name.startswith("_")
    ]


def require_taken(
    df: DataFrame,
    other: DataFrame,
    on: Iterable[str],
    columns: Sequence[str],
    step: str,
) -> list[str]:
    """Return the columns to take from the other side, which are there and are new on this side.

    Parameters
    ----------
    df, other : DataFrame
    on, columns : sequence of str
        As `columns_taken` takes them.
    step : str
        The step that takes them, for messages.

    Raises
    ------
    StepError
        LS305 for a missing column, LS307 for a name that this side has already.

    Examples
    --------
    >>> other = spark.sql("SELECT 1 AS id, 'UK' AS country")
    >>> require_taken(spark.sql("SELECT 1 AS id"), other, ["id"], [], "join")
    ['country']
    """
    taken = columns_taken(other, on, columns)
    require(other, taken, step)
    refuse_clash(df, taken, step)
    return taken


def fails_for_key(text: str, key: Mapping[str, str]) -> Column:
    """Return a condition that fails with a text and the key of the row.

    Parameters
    ----------
    text : str
    key : mapping of str to str
        Its columns, each with the name that is shown.

    Examples
    --------
    >>> failure = fails_for_key("LS353 a key is there twice: ", {"id": "customer"})
    >>> spark.range(1).select(failure.alias("is_sound"))
    DataFrame[is_sound: boolean]
    """
    parts = {name: named(column) for column, name in key.items()}
    row = F.struct(*aliased(parts))
    shown = json_text(row)
    message = F.concat(F.lit(text), shown)
    failure = F.raise_error(message)
    return failure.cast("boolean")


def refuse_clash(df: DataFrame, taken: Sequence[str], step: str) -> None:
    """Refuse to take a column whose name this side has already.

    Parameters
    ----------
    df : DataFrame
    taken : sequence of str
    step : str
        The step that takes them, for the message.

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_clash(spark.sql("SELECT 1 AS id"), ["country"], "join")
    """
    present = {name.lower() for name in df.columns}
    clash = [name for name in taken if name.lower() in present]
    if clash:
        raise StepError(
            f"step '{step}' would give two columns of one name: {', '.join(clash)}",
            code="LS307",
            hint="name other `columns`, or rename or drop the column here first",
        )


def refuse_join_helpers(df: DataFrame, taken: Iterable[str], step: str) -> None:
    """Refuse a column with the name of one that joins add and drop again.

    Parameters
    ----------
    df : DataFrame
        This side.
    taken : iterable of str
        Names that columns of the other side get here.
    step : str

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_join_helpers(spark.sql("SELECT 1 AS _place"), [], "join_range")
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS307 step 'join_range' works with columns of its own of these \
names: _place
      next:  rename or drop the column here first
    """
    names = [*df.columns, *taken]
    helpers = [name for name in names if HELPERS.fullmatch(name)]
    refuse_helpers(helpers, step)


def key_kinds(
    df: DataFrame, other: DataFrame, on: Sequence[str], step: str
) -> dict[str, str]:
    """Return the type in which both sides compare each column of a key.

    Parameters
    ----------
    df, other : DataFrame
    on : sequence of str
    step : str
        The step that joins them, for messages.

    Returns
    -------
    dict of str to str
        Whole numbers may differ in width; the wider type is taken.

    Raises
    ------
    StepError
        LS305 when a name is not there, LS325 when the types or collations of a key differ, all of
        them named.

    Notes
    -----
    Spark compares a decimal with a longer one, or a whole number with a double, after one of them
    is rounded, so that 100 may equal 99.5.

    Examples
    --------
    >>> lines = spark.sql("SELECT 1 AS id")
    >>> key_kinds(lines, spark.sql("SELECT 1L AS id"), ["id"], "join_lookup")
    {'id': 'bigint'}
    """
    for side in (df, other):
        require(side, on, step)
    left = {name: kind_of(df, name) for name in on}
    right = {name: kind_of(other, name) for name in on}
    shared = {name: _shared(left[name], right[name]) for name in on}
    found = [
        f"'{name}' is {left[name]} and {right[name]}"
        for name, kind in shared.items()
        if kind is None
    ]
    refuse_kinds(found, step)
    return {name: kind for name, kind in shared.items() if kind}


def refuse_kinds(found: Sequence[str], step: str) -> None:
    """Refuse keys whose types differ, as they are listed.

    Raises
    ------
    StepError
        LS325 where any is listed.

    Examples
    --------
    >>> refuse_kinds([], "join")
    """
    if found:
        raise StepError(
            f"step '{step}' compares keys of different types: {'; '.join(found)}",
            code="LS325",
            where="this side first, then `other`",
            hint="cast one side in an earlier step, so that it is clear what is equal",
        )


def _shared(left: str, right: str) -> str | None:
    if left == right:
        return left
    if left in WHOLE and right in WHOLE:
        return max(left, right, key=WHOLE.index)
    return None


def refuse_twice(names: Iterable[str], step: str, where: str) -> None:
    """Refuse two columns of one name, whatever their case.

    Parameters
    ----------
    names : iterable of str
    step : str
    where : str
        What has these names, for the message.

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_twice(["id", "Id"], "join_skewed", "this side")
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS307 step 'join_skewed': this side has two columns of one name: id
      next:  rename or drop one of them in an earlier step
    """
    counts = Counter(name.lower() for name in names)
    twice = [name for name, number in counts.items() if number > 1]
    if twice:
        raise StepError(
            f"step '{step}': {where} has two columns of one name: {', '.join(twice)}",
            code="LS307",
            hint="rename or drop one of them in an earlier step",
        )
