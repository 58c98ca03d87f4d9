"""Evaluate a condition of a user so that an error on one row does not end the batch."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named

HOLDS = "1"
BREAKS = "0"
UNKNOWN = ""
_CHEAP = (
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "date",
    "timestamp",
    "timestamp_ntz",
)
_LEAST_HASH = -(2**31)


def attempted(condition: Column, columns: Mapping[str, str]) -> Column:
    """Return what a condition comes to on a row, as text. It is NULL where it throws.

    Parameters
    ----------
    condition : Column
        A boolean condition; a column of another type is an error of the analysis.
    columns : mapping of str to str
        The columns on the frame and their types.

    Returns
    -------
    Column
        `HOLDS`, `BREAKS`, or `UNKNOWN` where the condition is NULL.

    Notes
    -----
    `try_to_binary` returns NULL for every error of what it converts, the condition within
    it included. Spark computes a part that two expressions share once, before either,
    and there nothing catches its error. It shares no part of a branch that may not be
    taken. The condition is therefore in such a branch, which is always taken.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, n int", [(1, 0), (2, 5), (3, None), (4, 100)])
    >>> df.select("id", attempted(F.expr("100 / n > 1"), dict(df.dtypes)).alias("outcome")).show()
    +---+-------+
    | id|outcome|
    +---+-------+
    |  1|   NULL|
    |  2|      1|
    |  3|       |
    |  4|      0|
    +---+-------+
    <BLANKLINE>
    """
    is_null = condition.isNull()
    known = F.when(condition, HOLDS)
    outcome = known.when(is_null, UNKNOWN).otherwise(BREAKS)
    guarded = F.when(_is_always_true(columns), outcome)
    return F.try_to_binary(guarded, F.lit("utf-8")).cast("string")


def _is_always_true(columns: Mapping[str, str]) -> Column:
    """Return a condition that always holds, which no optimizer knows."""
    # A map has no hash.
    hashed = [
        name
        for name, kind in columns.items()
        if "map<" not in kind and kind != "variant"
    ]
    if not hashed:
        return F.lit(True)
    cheapest = min(hashed, key=lambda name: columns[name] not in _CHEAP)
    hash_of_row = F.hash(named(cheapest))
    return hash_of_row >= F.lit(_LEAST_HASH)
