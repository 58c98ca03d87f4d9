"""Measure one value of a frame, where a query or function of a user may throw."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame

from lakesmith.quality.checks.batch.evaluation import Unmeasured
from lakesmith.quality.rule import reason_of
from lakesmith.types import Transform


def measure(rows: DataFrame, aggregate: Transform) -> Any:
    """Return the one value of an aggregate, or why there is none, which its check reports.

    Parameters
    ----------
    rows : DataFrame
    aggregate : callable
        DataFrame -> DataFrame of exactly one row of one column.

    Returns
    -------
    Any
        The value, or `Unmeasured`.

    Notes
    -----
    One job.

    Examples
    --------
    >>> measure(spark.range(3), lambda rows: rows.selectExpr("max(id)"))
    2
    >>> measure(spark.range(3), lambda rows: rows.selectExpr("1 / 0"))[:16]
    '[DIVIDE_BY_ZERO]'
    """
    try:
        (row,) = rows.transform(aggregate).collect()
    except Exception as error:  # a query or function of the user may throw anything
        return Unmeasured(reason_of(error))
    return row[0]
