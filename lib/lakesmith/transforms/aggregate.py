"""Summarise rows by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.types import Transform


def aggregate(*, by: Sequence[str], measures: Mapping[str, str]) -> Transform:
    """Return one row per group with its measures.

    Parameters
    ----------
    by : sequence of str
        Columns of the group; NULL is a group too.
    measures : mapping of str to str
        New column to SQL aggregate expression.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a group column is not there.

    Notes
    -----
    *Columns*: needs `by` and what the measures name -> exactly `by` and the measures. A count of
    nothing is 0, every other measure of nothing is NULL.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "country string, units int", [("UK", 6), ("UK", 2), (None, 1)])
    >>> by_country = aggregate(by=["country"], measures={"units": "sum(units)"})
    >>> df.transform(by_country).orderBy("country").show()
    +-------+-----+
    |country|units|
    +-------+-----+
    |   NULL|    1|
    |     UK|    8|
    +-------+-----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, by, "aggregate")
        values = [F.expr(sql).alias(name) for name, sql in measures.items()]
        groups = df.groupBy(*map(named, by))

        return groups.agg(*values)

    return apply
