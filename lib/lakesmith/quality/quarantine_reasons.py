"""Count the rows of a quarantine by their reasons."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.columns import REASONS


def count_reasons(quarantine: DataFrame) -> DataFrame:
    """Return how many quarantined rows each check has, the most frequent first.

    Parameters
    ----------
    quarantine : DataFrame
        Rows as `Lake.quarantine` returns them.

    Returns
    -------
    DataFrame
        *Columns*: needs ``_reasons`` -> exactly ``check``, ``column``, ``rows`` (a row with several
        reasons counts for each) and ``such_as``, the least value that failed, as text.

    Notes
    -----
    One shuffle of one row for each check.

    Examples
    --------
    >>> reason = "array(named_struct('check', 'small', 'column', 'n', 'value', cast(id AS string)))"
    >>> rows = spark.range(7, 9).selectExpr(f"{reason} AS _reasons")
    >>> rows.transform(count_reasons).show()
    +-----+------+----+-------+
    |check|column|rows|such_as|
    +-----+------+----+-------+
    |small|     n|   2|      7|
    +-----+------+----+-------+
    <BLANKLINE>
    """
    each = quarantine.select(F.explode(REASONS).alias("reason"))
    names = ("check", "column")
    fields = [F.col(f"reason.{name}").alias(name) for name in names]
    rows = F.count(F.lit(1)).alias("rows")
    such_as = F.min("reason.value").alias("such_as")
    counted = each.groupBy(*fields).agg(rows, such_as)
    return counted.orderBy(
        F.col("rows").desc(),
        "check",
        "column",
    )
