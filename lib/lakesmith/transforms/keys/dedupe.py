"""One row per key: the newest, chosen so that the order of arrival never shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.transforms.keys.dedupe_narrow import greatest_narrow
from lakesmith.transforms.keys.orderable import orderable_column
from lakesmith.types import Transform

RANK = "_rank_in_key"
Method = Literal["window", "narrow"]


def dedupe(
    *, keys: Sequence[str], order_by: Sequence[str] = (), method: Method = "window"
) -> Transform:
    """Keep one row per key: the one with the greatest `order_by`.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    order_by : sequence of str
        Columns that decide, the first one first; the greatest value wins, NULL loses.
    method : {"window", "narrow"}
        ``window`` shuffles and sorts whole rows; ``narrow`` shuffles `keys` and `order_by` only, and reads twice. Both
        keep the same rows.

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
    Rows equal in `order_by` are told apart by all their other columns, so any order of the input gives the same rows.

    *Columns*: needs `keys` and `order_by` -> the same columns, one row per key; NULL keys are one key.

    ``window``: one shuffle of whole rows, sorted before and after it.

    ``narrow``: one shuffle of `keys` and `order_by`, and no sort where `order_by` is numbers, dates, times or booleans.
    It pays for rows ten times as wide as these, read from files by column, where shuffled bytes are dear; on one
    machine it costs about the same CPU. Rows of a key that `order_by` does not tell apart, such as copies, are read
    once more and shuffled whole, at up to twice the cost of ``window``. Keys that are there more than once are sent to
    the driver and every worker, about 100 bytes each, so that a few million are the limit. Not for rows that are dear
    to compute twice, nor for what comes out otherwise the second time.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, seen int, country string", [(1, 1, "FR"), (1, 2, "UK"), (2, None, "DE")])
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
        return greatest_narrow(keys, order_by, _settled(keys, order_by))
    return latest_by(keys, order_by)


def latest_by(
    keys: Sequence[str], sequence: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Transform:
    """Keep one row per key: the one with the greatest `sequence`, then the greatest other columns.

    Parameters
    ----------
    keys : sequence of str
        Columns of the key; NULL equals NULL.
    sequence : sequence of str
        Columns that decide, the first one first; NULL loses.
    ignore : sequence of str
        Columns that never decide; so do those whose name begins with `_`, unless they are in `sequence`.

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
    *Columns*: needs `keys` and `sequence` -> the same columns, one row per key; columns of any type may decide.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, _file string", [(1, "a", "z"), (1, "b", "y")])
    >>> df.transform(latest_by(["id"])).first()
    Row(id=1, name='b', _file='y')
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, [*keys, *sequence], "dedupe")
        rank = F.row_number().over(_newest_first(df, keys, sequence, ignore))
        return df.withColumn(RANK, rank).filter(named(RANK) == 1).drop(RANK)

    return apply


def _settled(keys: Sequence[str], sequence: Sequence[str]) -> Transform:
    """Keep the rows that `latest_by` keeps, by a plan that is gone at run time when there are none."""

    def apply(df: DataFrame) -> DataFrame:
        # Asked for a row number, Spark limits each group first, and such a limit stays in the plan of no rows.
        before = F.lag(F.lit(1)).over(_newest_first(df, keys, sequence))
        return df.withColumn(RANK, before).filter(named(RANK).isNull()).drop(RANK)

    return apply


def _newest_first(
    df: DataFrame,
    keys: Sequence[str],
    sequence: Sequence[str],
    ignore: Sequence[str] = (),
) -> WindowSpec:
    names = (*sequence, *_tie_breakers(df, {*keys, *sequence, *ignore}))
    order = [orderable_column(df, name).desc_nulls_last() for name in names]
    return Window.partitionBy(*map(named, keys)).orderBy(*(order or [F.lit(1)]))


def _tie_breakers(df: DataFrame, taken: set[str]) -> list[str]:
    lowered = {name.lower() for name in taken}
    return [
        name
        for name in df.columns
        if not name.startswith("_") and name.lower() not in lowered
    ]
