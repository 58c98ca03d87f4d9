"""Relate rows of a batch and of its table by their keys and event times."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, same_key
from lakesmith.transforms.scd2 import instant_of


def keys_of(rows: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the distinct keys of rows.

    *Columns*: `keys`.

    Examples
    --------
    >>> rows = spark.sql("SELECT id, 'x' AS name FROM VALUES (1), (1) AS t(id)")
    >>> keys_of(rows, ["id"]).collect()
    [Row(id=1)]
    """
    return rows.select(*map(named, keys)).distinct()


def having(rows: DataFrame, others: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the rows whose key other rows have, where NULL equals NULL.

    *Columns*: those of `rows`.

    Examples
    --------
    >>> rows = spark.sql("SELECT * FROM VALUES (1), (2), (NULL) AS t(id)")
    >>> others = spark.sql("SELECT * FROM VALUES (2), (NULL) AS t(id)")
    >>> [row.id for row in having(rows, others, ["id"]).sort("id").collect()]
    [None, 2]
    """
    return _by_key(rows, others, keys, "left_semi")


def lacking(rows: DataFrame, others: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return the rows whose key no other row has, where NULL equals NULL.

    *Columns*: those of `rows`.

    Examples
    --------
    >>> rows = spark.sql("SELECT * FROM VALUES (1), (2), (NULL) AS t(id)")
    >>> others = spark.sql("SELECT * FROM VALUES (2), (NULL) AS t(id)")
    >>> [row.id for row in lacking(rows, others, ["id"]).collect()]
    [1]
    """
    return _by_key(rows, others, keys, "left_anti")


def event_time(rows: DataFrame) -> Column:
    """Return the event time of rows, the first part of their sequence.

    Examples
    --------
    >>> rows = spark.sql("SELECT named_struct('at', 7, 'lsn', 1) AS _seq")
    >>> rows.select(event_time(rows).alias("at")).collect()
    [Row(at=7)]
    """
    return F.col("_seq").getField(instant_of(rows))


def column_in(side: str, name: str) -> Column:
    """Return the column of one side of a join.

    Examples
    --------
    >>> both = spark.range(1).alias("left").join(spark.range(1).alias("right"))
    >>> both.select(column_in("left", "id")).collect()
    [Row(id=0)]
    """
    return F.col(f"{side}.`{name}`")


def _by_key(
    rows: DataFrame, others: DataFrame, keys: Sequence[str], how: str
) -> DataFrame:
    is_same = same_key("_rows", "_others", keys)
    return rows.alias("_rows").join(
        others.alias("_others"),
        is_same,
        how,
    )
