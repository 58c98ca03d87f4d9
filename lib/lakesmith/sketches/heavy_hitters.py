"""Sketch the most frequent values of a column, as a state that merges.

Spark has these functions in SQL only. Their states are structs, and each counts NULL as a value, so
leave NULL out before.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.columns import quoted
from lakesmith.types import FLOATS, TIMESTAMPS, WHOLE, family, is_float

TRACKED = 10_000
# The types that Spark's sketch takes.
SKETCHED = (*WHOLE, *FLOATS, *TIMESTAMPS, "decimal", "string", "date", "boolean")


def is_sketched(kind: str) -> bool:
    """Return whether the frequent values of a type can be sketched.

    Examples
    --------
    >>> [is_sketched(kind) for kind in ("string collate UNICODE_CI", "binary", "array<int>")]
    [True, False, False]
    """
    return family(kind.partition(" ")[0]) in SKETCHED


def comparable_value(value: Column, kind: str) -> Column:
    """Return a value so that equal ones are counted as one.

    Parameters
    ----------
    value : Column
    kind : str
        Its type as `simpleString`.

    Returns
    -------
    Column
        0.0 for -0.0, one NaN, and text without its collation.

    Examples
    --------
    >>> spark.range(1).select(comparable_value(F.lit(-0.0), "double").alias("v")).first().v
    0.0
    """
    if " " in kind:
        plain = F.lit("UTF8_BINARY")
        return F.call_function("collate", value, plain)
    if not is_float(kind):
        return value
    nan = F.lit(float("nan")).cast(kind)
    zero = F.lit(0.0).cast(kind)
    is_nan = F.isnan(value)
    one_nan = F.when(is_nan, nan)
    return one_nan.otherwise(value + zero)


def top_state(name: str, tracked: int = TRACKED) -> Column:
    """Sketch the most frequent values of a column, as an aggregate.

    Parameters
    ----------
    name : str
        A column of one of the types that `is_sketched` names.
    tracked : int
        Values that the sketch follows. A value with more than 3.5 / `tracked` of all rows is never
        missed.

    Returns
    -------
    Column
        STRUCT, for `top_merge` and `top_values`.

    Examples
    --------
    >>> rows = spark.range(100).selectExpr("id % 3 AS k")
    >>> rows.agg(top_state("k").alias("s")).select(top_values("s", 1).alias("top")).first().top
    [Row(item=0, count=34)]
    """
    column = quoted(name)
    return F.expr(f"approx_top_k_accumulate({column}, {tracked})")


def top_merge(name: str) -> Column:
    """Merge the states of a column, as an aggregate.

    Examples
    --------
    >>> parts = spark.range(100).selectExpr("id % 2 AS part", "id % 5 AS k")
    >>> states = parts.groupBy("part").agg(top_state("k").alias("s"))
    >>> whole = states.agg(top_merge("s").alias("s"))
    >>> len(whole.select(top_values("s", 5).alias("top")).first().top)
    5
    """
    column = quoted(name)
    return F.expr(f"approx_top_k_combine({column})")


def top_values(name: str, most: int) -> Column:
    """Return the most frequent values of a state.

    Parameters
    ----------
    name : str
        The column with the state.
    most : int
        So many at most.

    Returns
    -------
    Column
        ARRAY<STRUCT<item, count>>, the greatest count first. Each item is a value of the column.

    Examples
    --------
    >>> state = spark.sql("SELECT 7 AS k").agg(top_state("k").alias("s"))
    >>> state.select(top_values("s", 1).alias("top")).first().top
    [Row(item=7, count=1)]
    """
    column = quoted(name)
    return F.expr(f"approx_top_k_estimate({column}, {most})")
