"""Turn values of columns into numbers and back, and measure how far two values are apart."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.types import is_temporal, is_text

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
# Spark has years that Python's calendar lacks. Its ends stand for them.
FIRST = (dt.date.min, dt.datetime.min.replace(tzinfo=dt.timezone.utc))
LAST = (dt.date.max, dt.datetime.max.replace(tzinfo=dt.timezone.utc))
# Stands for bytes that are no text.
SPOILED = "\ufffd"
_COMPARED_BYTES = 16


def as_number(name: str, kind: str) -> Column:
    """Return a column as Python can hold it, with dates and times as numbers.

    Parameters
    ----------
    name : str
    kind : str
        Spark's type of the column.

    Returns
    -------
    Column
        Days or microseconds since 1970 for dates and times, else the value. Bytes of a text that
        are not UTF-8 are replaced.

    Examples
    --------
    >>> spark.sql("SELECT DATE'1970-01-03' AS day").select(as_number("day", "date")).first()[0]
    2
    """
    value = F.col(name)
    if kind == "date":
        return F.unix_date(value)
    if kind == "timestamp":
        return F.unix_micros(value)
    if kind == "timestamp_ntz":
        # The zone of the session must not matter, so that the clock is read as one of UTC.
        in_utc = F.concat(value.cast("string"), F.lit("Z")).cast("timestamp")
        return F.unix_micros(in_utc)
    return F.make_valid_utf8(value) if is_text(kind) else value


def from_number(value: Any, kind: str) -> Any:
    """Return the value that `as_number` turned into a number.

    Examples
    --------
    >>> from_number(2, "date"), from_number(5, "int"), from_number(None, "date")
    (datetime.date(1970, 1, 3), 5, None)
    >>> from_number(10**9, "date") == LAST[0]
    True
    """
    if value is None or not is_temporal(kind):
        return value
    is_date = kind == "date"
    start = EPOCH.date() if is_date else EPOCH
    try:
        step = dt.timedelta(days=value) if is_date else dt.timedelta(microseconds=value)
        return start + step
    except OverflowError:
        ends = LAST if value > 0 else FIRST
        return ends[0] if is_date else ends[1]


def is_spoiled(value: Any) -> bool:
    r"""Return whether a value is text that was not UTF-8, which has no literal.

    Examples
    --------
    >>> is_spoiled("caf\ufffd"), is_spoiled("cafe"), is_spoiled(None)
    (True, False, False)
    """
    return isinstance(value, str) and SPOILED in value


def gap(left: Any, right: Any) -> Any:
    """Return how far two values of a column are apart, as a number to compare gaps by.

    Examples
    --------
    >>> gap(1, 5), gap(dt.date(2026, 1, 1), dt.date(2026, 1, 3)), gap("a", "c") > gap("a", "b")
    (4, 2, True)
    """
    return _ordinal(right) - _ordinal(left)


def _ordinal(value: Any) -> Any:
    if isinstance(value, str):
        return _leading_number(value.encode())
    if isinstance(value, bytes):
        return _leading_number(value)
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if not isinstance(value, dt.date):
        return value
    return value.toordinal()


def _leading_number(data: bytes) -> int:
    head = data[:_COMPARED_BYTES].ljust(_COMPARED_BYTES, b"\0")
    return int.from_bytes(head, "big")
