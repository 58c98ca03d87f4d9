"""Functions as a user writes them, for the tests of steps."""

from __future__ import annotations

import functools
import time

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

NOT_A_FUNCTION = 5


def double(df: DataFrame, *, column: str = "n") -> DataFrame:
    return df.withColumn(column, F.col(column) * 2)


def with_lookup(df: DataFrame, customers: DataFrame, flag: str) -> DataFrame:
    return df.join(customers, "k").withColumn("flag", F.lit(flag))


def broken(df: DataFrame) -> DataFrame:
    return _divide(df)


def _divide(df: DataFrame) -> DataFrame:
    raise ZeroDivisionError("nothing to divide by")


@functools.wraps(broken)
def wrapped(df: DataFrame) -> DataFrame:
    return broken(df)


def wrong_column(df: DataFrame) -> DataFrame:
    return df.select("nope")


def no_frame(df: DataFrame) -> None:
    df.count  # noqa: B018


def no_arguments() -> None: ...


def stamped(df: DataFrame) -> DataFrame:
    """Not found here: rand()."""
    return _stamp(df.withColumn("current_date", F.expr("uuid() || ''")))


def _stamp(df: DataFrame) -> DataFrame:
    return df.withColumn("at", F.current_timestamp()).withColumn("t", F.lit(time.time()))


def steady(df: DataFrame) -> DataFrame:
    return df.withColumn("day", F.col("current_date"))
