"""Refer to columns of a frame by name, and say clearly which are missing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.columns import quoted
from lakesmith.errors import StepError


def named(name: str) -> Column:
    """Return the column of exactly this name."""
    return F.col(quoted(name))


def require(df: DataFrame, names: Iterable[str], step: str) -> None:
    """Check that a frame has all columns that a step names, whatever their case.

    Parameters
    ----------
    df : DataFrame
    names : iterable of str
    step : str
        The step that needs them, for the message.

    Raises
    ------
    StepError
        LS305, naming the missing and the present columns.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> require(frame(spark, "id int", [(1,)]), ["ID"], "trim")
    >>> require(frame(spark, "id int", [(1,)]), ["name"], "trim")
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS305 step 'trim' names columns that are not there: name
      where: columns at this step: id
      next:  correct the name, or add the column in an earlier step
    """
    present = {name.lower() for name in df.columns}
    missing = [name for name in names if name.lower() not in present]
    if missing:
        raise StepError(
            f"step '{step}' names columns that are not there: {', '.join(missing)}",
            code="LS305",
            where=f"columns at this step: {', '.join(df.columns)}",
            hint="correct the name, or add the column in an earlier step",
        )


def same_key(left: str, right: str, keys: Iterable[str]) -> Column:
    """Return the condition that two aliased frames have the same key; NULL equals NULL.

    Examples
    --------
    >>> spark.sql("select cast(null as int) k").alias("a").join(
    ...     spark.sql("select cast(null as int) k").alias("b"), same_key("a", "b", ["k"])
    ... ).count()
    1
    """
    pairs = [
        (F.col(f"{left}.{quoted(key)}"), F.col(f"{right}.{quoted(key)}"))
        for key in keys
    ]
    return reduce(Column.__and__, [mine.eqNullSafe(theirs) for mine, theirs in pairs])
