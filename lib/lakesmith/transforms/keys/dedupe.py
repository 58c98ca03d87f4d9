"""Keep one row per key, chosen so that the order of the input never shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.dedupe_narrow import greatest_narrow
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

Method = Literal["window", "narrow"]

_RANK = "_rank_in_key"


def dedupe(
    *, keys: Sequence[str], order_by: Sequence[str] = (), method: Method = "window"
) -> Transform:
    """Keep the row with the greatest `order_by` of each key.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; the greatest value wins, NULL loses.
    method : {"window", "narrow"}
        ``window`` shuffles and sorts whole rows; ``narrow`` shuffles `keys` and `order_by` only,
        and reads twice. Both keep the same rows.

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

    ``window``: one shuffle of whole rows, sorted before and after it.

    ``narrow``: one shuffle of `keys` and `order_by`, and no sort where `order_by` is numbers,
    dates, times or booleans. It pays for rows ten times as wide as these, read from files by
    column, where shuffled bytes are expensive; on one machine it costs about the same CPU. Rows of
    a key that are equal in `order_by`, such as copies, are read once more and shuffled whole, at up
    to twice the cost of ``window``. Keys that occur more than once are sent to the driver and every
    worker, about 100 bytes each, so that a few million are the limit. Do not use it for rows that
    are expensive to compute twice, or that differ the second time.

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
    if method == "narrow" and keys:
        settle = _ties_settled(keys, order_by)
        return greatest_narrow(keys, order_by, settle)
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
        require(df, [*keys, *sequence], "dedupe")
        window = _newest_first(df, keys, sequence, ignore)
        rank = F.row_number().over(window)
        ranked = df.withColumn(_RANK, rank)
        newest = ranked.filter(named(_RANK) == 1)

        return newest.drop(_RANK)

    return apply


def _ties_settled(keys: Sequence[str], sequence: Sequence[str]) -> Transform:
    """Keep the rows that `latest_by` keeps, by a plan that vanishes at run time without rows."""

    def apply(df: DataFrame) -> DataFrame:
        # For a row number Spark limits each group first, and such a limit stays in an empty plan.
        window = _newest_first(df, keys, sequence)
        previous = F.lag(F.lit(1)).over(window)
        marked = df.withColumn(_RANK, previous)
        newest = marked.filter(named(_RANK).isNull())

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
