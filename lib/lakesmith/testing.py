"""Build tiny literal frames for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, SparkSession


def frame(spark: SparkSession, ddl: str, rows: Iterable[tuple[Any, ...]]) -> DataFrame:
    """Build a small DataFrame from literal rows.

    Parameters
    ----------
    spark : SparkSession
    ddl : str
        Schema as DDL, such as ``"id int, name string"``.
    rows : iterable of tuple

    Returns
    -------
    DataFrame
        *Columns*: those of `ddl`.

    Examples
    --------
    >>> frame(spark, "id int, name string", [(1, "a")]).show()
    +---+----+
    | id|name|
    +---+----+
    |  1|   a|
    +---+----+
    <BLANKLINE>
    """
    return spark.createDataFrame(list(rows), schema=ddl)
