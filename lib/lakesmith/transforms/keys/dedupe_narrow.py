"""Keep one row per key without a shuffle of whole rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

_KEY = "_dedupe_key"
_TOP = "_dedupe_top"
_AT_TOP = "_dedupe_at_top"
_ROWS = "_dedupe_rows"


def greatest_narrow(
    keys: Sequence[str], order_by: Sequence[str], settle: Transform
) -> Transform:
    """Keep the row with the greatest `order_by` of each key, or what `settle` keeps of equal ones.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; NULL loses.
    settle : callable
        DataFrame -> DataFrame; it gets all rows that share the greatest `order_by` of a key.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there.

    Notes
    -----
    *Columns*: needs `keys` and `order_by` -> the same columns.

    One shuffle, of `keys` and `order_by` only, and no sort where all of `order_by` are numbers,
    dates, times or booleans; the rows that `settle` gets are extra. The frame is read twice, and a
    third time where rows tie. Keys that occur more than once are sent to every worker. Nothing is
    hashed, so no key can be mistaken for another.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, 1, "old"), (1, 2, "new"), (2, None, "only")]
    >>> df = frame(spark, "id int, at int, note string", rows)
    >>> no_ties = lambda tied: tied.limit(0)
    >>> df.transform(greatest_narrow(["id"], ["at"], no_ties)).orderBy("id").show()
    +---+----+----+
    | id|  at|note|
    +---+----+----+
    |  1|   2| new|
    |  2|NULL|only|
    +---+----+----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*keys, *order_by], "dedupe")
        order = [orderable_column(df, name) for name in order_by]
        contested = F.broadcast(_contested(df, keys, order))

        key = [named(name) for name in keys]
        is_key = _all_equal(key, _KEY)
        is_top = _all_equal(order, _TOP)
        wins_alone = is_top & (F.col(_AT_TOP) == 1)
        is_tied = is_top & (F.col(_AT_TOP) > 1)

        sure = df.join(contested, is_key & ~wins_alone, "left_anti")
        tied = df.join(contested, is_key & is_tied, "left_semi")
        settled = settle(tied)

        return sure.unionByName(settled)

    return apply


def _all_equal(values: Sequence[Column], prefix: str) -> Column:
    """Return whether values equal the columns that `_aliased` names, where NULL equals NULL."""
    conditions = [
        value.eqNullSafe(F.col(f"{prefix}_{number}"))
        for number, value in enumerate(values)
    ]
    return reduce(Column.__and__, conditions, F.lit(True))


def _aliased(values: Sequence[Column], prefix: str) -> dict[str, Column]:
    return {
        f"{prefix}_{number}": value.alias(f"{prefix}_{number}")
        for number, value in enumerate(values)
    }


def _contested(
    df: DataFrame, keys: Sequence[str], order: Sequence[Column]
) -> DataFrame:
    """Return each key with several rows, its greatest order and how many rows have that."""
    key = _aliased([named(name) for name in keys], _KEY)
    top = _aliased(order, _TOP)
    columns = [*key.values(), *top.values()]
    # Shuffled by key first, every later grouping finds its rows in one partition.
    narrow = df.select(*columns).repartition(*key)
    equal_rows = F.count(F.lit(1)).alias(_AT_TOP)
    counted = narrow.groupBy(*key, *top).agg(equal_rows)
    greatest = counted.withColumn(_ROWS, F.col(_AT_TOP))

    before = list(top)
    behind: list[str] = []
    while before:
        name = before.pop()
        values = _greatest(name, behind)
        grouped = greatest.groupBy(*key, *before)
        greatest = grouped.agg(*values)
        behind = [name, *behind]

    has_several = F.col(_ROWS) > 1

    return greatest.filter(has_several).drop(_ROWS)


def _greatest(name: str, rest: Sequence[str]) -> list[Column]:
    """Return the greatest value of a column with the values beside it.

    One column at a time needs no sort.
    """
    greatest = F.max(name)
    values = [greatest.alias(name)]

    for other in (*rest, _AT_TOP):
        # Where all are NULL there is one row, and max_by would not see it.
        only = F.when(greatest.isNull(), F.max(other))
        of_greatest = F.max_by(other, name)
        value = only.otherwise(of_greatest)
        values.append(value.alias(other))

    rows = F.sum(_ROWS)
    return [*values, rows.alias(_ROWS)]
