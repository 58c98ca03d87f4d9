"""One row per key without shuffling whole rows: only keys and order travel, the rows stay where they are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

KEY = "_dedupe_key"
TOP = "_dedupe_top"
AT_TOP = "_dedupe_at_top"
ROWS = "_dedupe_rows"


def greatest_narrow(
    keys: Sequence[str], order_by: Sequence[str], settle: Transform
) -> Transform:
    """Keep one row per key: the one with the greatest `order_by`, and what `settle` keeps where several have it.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; NULL loses.
    settle : callable
        DataFrame -> DataFrame; it gets all rows that have the greatest `order_by` of a key together with others.

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

    One shuffle, of `keys` and `order_by` only, and no sort where all of `order_by` are numbers, dates, times or
    booleans; the rows that `settle` gets are extra. The frame is read twice, and a third time where rows tie. Keys that
    are there more than once are sent to every worker. Nothing is hashed, so nothing can be mistaken for another.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, at int, note string", [(1, 1, "old"), (1, 2, "new"), (2, None, "only")])
    >>> df.transform(greatest_narrow(["id"], ["at"], lambda tied: tied.limit(0))).orderBy("id").show()
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
        same = [
            named(name).eqNullSafe(F.col(f"{KEY}_{number}"))
            for number, name in enumerate(keys)
        ]
        is_top = [
            value.eqNullSafe(F.col(f"{TOP}_{number}"))
            for number, value in enumerate(order)
        ]
        alone = _all([F.col(AT_TOP) == 1, *is_top])
        sure = df.join(contested, _all([*same, ~alone]), "left_anti")
        tied = df.join(
            contested, _all([*same, *is_top, F.col(AT_TOP) > 1]), "left_semi"
        )
        return sure.unionByName(settle(tied))

    return apply


def _contested(
    df: DataFrame, keys: Sequence[str], order: Sequence[Column]
) -> DataFrame:
    """Return each key that is there more than once, its greatest order and how many rows have that."""
    columns = [named(name).alias(f"{KEY}_{number}") for number, name in enumerate(keys)]
    tops = [value.alias(f"{TOP}_{number}") for number, value in enumerate(order)]
    key, top = (
        [f"{name}_{number}" for number in range(len(of))]
        for name, of in ((KEY, keys), (TOP, order))
    )
    # Shuffled by key first, every grouping below finds its rows together: one shuffle, however many columns decide.
    narrow = df.select(*columns, *tops).repartition(*key)
    counted = narrow.groupBy(*key, *top).agg(F.count(F.lit(1)).alias(AT_TOP))
    counted = counted.withColumn(ROWS, F.col(AT_TOP))
    for position in reversed(range(len(top))):
        counted = counted.groupBy(*key, *top[:position]).agg(
            *_greatest(top[position], top[position + 1 :])
        )
    return counted.filter(F.col(ROWS) > 1).drop(ROWS)


def _greatest(name: str, rest: Sequence[str]) -> list[Column]:
    """Keep the greatest value of a column and what stands beside it; one column at a time needs no sort."""
    greatest = F.max(name)
    # Where all are NULL there is one row, and max_by would not see it.
    beside = [
        F.when(greatest.isNull(), F.max(x)).otherwise(F.max_by(x, name)).alias(x)
        for x in (*rest, AT_TOP)
    ]
    return [greatest.alias(name), *beside, F.sum(ROWS).alias(ROWS)]


def _all(conditions: Sequence[Column]) -> Column:
    return reduce(Column.__and__, conditions)
