"""Typed values as JSON text that keeps all their digits."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

# Spark's own format of a timestamp within JSON ends at milliseconds.
SIX_DIGITS = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}


def json_text(value: Column, options: Mapping[str, str] | None = None) -> Column:
    """Return a struct, list or map as JSON text whose timestamps have six digits of a second.

    Parameters
    ----------
    value : Column
    options : mapping of str to str, optional
        Further options of Spark's ``to_json``.

    Returns
    -------
    Column
        STRING

    Examples
    --------
    >>> at = F.lit("2024-03-01 10:00:00.1239").cast("timestamp").alias("at")
    >>> spark.range(1).select(json_text(F.struct(at)).alias("text")).first().text
    '{"at":"2024-03-01T10:00:00.123900Z"}'
    """
    return F.to_json(value, {**SIX_DIGITS, **(options or {})})
