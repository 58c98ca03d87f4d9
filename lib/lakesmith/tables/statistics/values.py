"""Read the values of the log's statistics and partitions as values that have an order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lakesmith.spec.values.numbers import read_decimal, read_whole
from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock
from lakesmith.types import TIMESTAMPS, WHOLE, family

Interval = tuple[Any, Any]
Reader = Callable[[str], Any]

# Instants are cut to milliseconds in the log, by some writers toward 1970.
_CUT = 999
# Some writers pass a decimal through a float, which holds this many digits.
_EXACT_DIGITS = 15


def statistic(value: Any, kind: str) -> Interval:
    """Return the least and the greatest value that a statistic may stand for.

    Parameters
    ----------
    value : JSON value
        A minimum or a maximum, its fractions as Decimal.
    kind : str
        Type of the column as `simpleString`.

    Returns
    -------
    tuple
        Numbers as Decimal, dates as days and timestamps as microseconds since 1970. Both are the
        same where the statistic is exact.

    Raises
    ------
    ValueError
        When the type has no exact statistics, or the value is none of the type. Text is cut, and
        NaN is left out by some writers.

    Examples
    --------
    >>> statistic(Decimal("1.5"), "decimal(8,2)")
    (Decimal('1.50'), Decimal('1.50'))
    >>> statistic("1970-01-01T00:00:01.000Z", "timestamp")
    (999001, 1000999)
    >>> statistic("a", "string")
    Traceback (most recent call last):
    ...
    ValueError: statistics of string are not exact
    """
    found = _statistic(value, kind)
    if kind in TIMESTAMPS:
        return found - _CUT, found + _CUT
    return found, found


def _statistic(value: Any, kind: str) -> Any:
    if isinstance(value, bool):
        if kind == "boolean":
            return value
    elif isinstance(value, int) and kind in WHOLE:
        return Decimal(value)
    elif isinstance(value, int | Decimal) and family(kind) == "decimal":
        return _money(Decimal(value), kind)
    elif isinstance(value, str) and kind in _TIMES:
        return _TIMES[kind](value)
    raise ValueError(f"statistics of {kind} are not exact")


def _money(value: Decimal, kind: str) -> Decimal:
    _, _, digits = kind.rstrip(")").rpartition(",")
    scale = int(digits)
    limit = Decimal(10) ** (_EXACT_DIGITS - scale)
    if abs(value) >= limit:
        raise ValueError(f"{value} may have been rounded")
    unit = Decimal(1).scaleb(-scale)
    shown = value.quantize(unit)
    if shown != value:
        raise ValueError(f"{value} is no {kind}")
    return shown


def partition_value(text: str, kind: str) -> Any:
    """Return the value of a partition, which all of its rows have.

    Raises
    ------
    ValueError
        When the text is no value of the type, or has no zone where it needs one.

    Examples
    --------
    >>> partition_value("7", "int"), partition_value("a", "string")
    (Decimal('7'), 'a')
    >>> partition_value("2024-01-01 00:00:00", "timestamp")
    Traceback (most recent call last):
    ...
    ValueError: '2024-01-01 00:00:00' has no zone
    """
    reader = _PARTITIONS.get(family(kind))
    if reader is None:
        raise ValueError(f"a partition of type {kind} is not read")
    return reader(text)


def _zoned(text: str) -> int:
    # Without a zone the text is in that of the session which wrote it.
    if not text.endswith("Z"):
        raise ValueError(f"{text!r} has no zone")
    return read_instant(text)


def _boolean(text: str) -> bool:
    known = {"true": True, "false": False}
    if text not in known:
        raise ValueError(f"{text!r} is not a boolean")
    return known[text]


_TIMES: dict[str, Reader] = {
    "date": read_date,
    "timestamp": read_instant,
    "timestamp_ntz": read_wall_clock,
}
_PARTITIONS: dict[str, Reader] = {
    **dict.fromkeys(WHOLE, lambda text: Decimal(read_whole(text))),
    "decimal": read_decimal,
    "string": str,
    "boolean": _boolean,
    "date": read_date,
    "timestamp": _zoned,
    "timestamp_ntz": read_wall_clock,
}
