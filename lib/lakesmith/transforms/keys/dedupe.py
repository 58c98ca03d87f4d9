"""Keep one row per key, chosen so that the order of the input never shows."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

_RANK = "_rank_in_key"


def dedupe(*, keys: Sequence[str], order_by: Sequence[str] = ()) -> Transform:
    """Keep the row with the greatest `order_by` of each key.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; the greatest value wins, NULL loses.

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
    All other columns decide between rows that are equal in `order_by`, so any order of the input
    gives the same rows.

    *Columns*: needs `keys` and `order_by` -> the same columns, one row per key; NULL keys are one
    key.

    One shuffle of whole rows, sorted before and after it.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [(1, 1, "FR"), (1, 2, "UK"), (2, None, "DE")]
    >>> df = frame(spark, "id int, seen int, country string", rows)
    >>> df.transform(dedupe(keys=["id"], order_by=["seen"])).orderBy("id").show()
    +---+----+-------+
    | id|seen|country|
    +---+----+-------+
    |  1|   2|     UK|
    |  2|NULL|     DE|
    +---+----+-------+
    <BLANKLINE>
    """
    return latest_by(keys, order_by)


def latest_by(
    keys: Sequence[str], sequence: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Transform:
    """Keep the row with the greatest `sequence`, then the greatest other columns, of each key.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    sequence : sequence of str
        Columns that decide, the first one first; NULL loses.
    ignore : sequence of str
        Columns that never decide; so do those whose name begins with `_`, unless they are in
        `sequence`.

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
    *Columns*: needs `keys` and `sequence` -> the same columns, one row per key; columns of any type
    may decide.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, _file string", [(1, "a", "z"), (1, "b", "y")])
    >>> df.transform(latest_by(["id"])).first()
    Row(id=1, name='b', _file='y')
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*keys, *sequence], "dedupe", [_RANK])
        window = _newest_first(df, keys, sequence, ignore)
        rank = F.row_number().over(window)
        ranked = df.withColumn(_RANK, rank)
        newest = ranked.filter(named(_RANK) == 1)

        return newest.drop(_RANK)

    return apply


def _newest_first(
    df: DataFrame,
    keys: Sequence[str],
    sequence: Sequence[str],
    ignore: Sequence[str] = (),
) -> WindowSpec:
    tie_breakers = _tie_breakers(df, {*keys, *sequence, *ignore})
    order = [
        orderable_column(df, name).desc_nulls_last()
        for name in (*sequence, *tie_breakers)
    ]

    by_key = Window.partitionBy(*map(named, keys))

    return by_key.orderBy(*(order or [F.lit(1)]))


def _tie_breakers(df: DataFrame, taken: set[str]) -> list[str]:
    lowered = {name.lower() for name in taken}
    return [
        name
        for name in df.columns
        if not name.startswith("_") and name.lower() not in lowered
    ]
