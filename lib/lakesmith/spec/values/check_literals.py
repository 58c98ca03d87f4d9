"""Compare the values of a check with the type of its column, without Spark."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

from lakesmith.spec.values.numbers import digits_of, read_decimal, read_float
from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock

Value = str | int | float | bool
Comparable = str | bool | Decimal | int | float
EXACT = ("tinyint", "smallint", "int", "bigint", "decimal")
_FLOATS = ("float", "double")
_TIMES = {
    "date": read_date,
    "timestamp": read_instant,
    "timestamp_ntz": read_wall_clock,
}
_MOST_DIGITS = 38


def comparable(value: Value, kind: str) -> Comparable:
    """Return a value of a spec as a value of a column type.

    Dates are days and timestamps are microseconds since 1970.

    Raises
    ------
    ValueError
        When it is no value of that type.

    Examples
    --------
    >>> comparable("0.10", "decimal(8,2)"), comparable("2024-02-29", "date")
    (Decimal('0.10'), 19782)
    >>> comparable(1, "string")
    Traceback (most recent call last):
    ...
    ValueError: 1 is not a string
    """
    family = kind.partition("(")[0].strip()
    try:
        read = _read(value, family)
    except (ValueError, TypeError, InvalidOperation):
        raise ValueError(f"{value!r} is not a {kind}") from None
    if read is None:
        raise ValueError(f"a column of type {kind} cannot be compared with {value!r}")
    return read


def is_less(left: Value, right: Value, kind: str) -> bool:
    """Return whether a value is less than another one, both as values of a type.

    Examples
    --------
    >>> is_less("9", "10", "int"), is_less("9", "10", "string")
    (True, False)
    """
    return comparable(left, kind) < comparable(right, kind)  # type: ignore[operator]


def _read(value: Value, family: str) -> Comparable | None:
    if family in EXACT:
        return _exact(value)
    if family in _FLOATS:
        return _float(value)
    if family == "boolean":
        return _of_type(value, bool)
    if family == "string":
        return _of_type(value, str)
    reader = _TIMES.get(family)
    if reader is None:
        return None
    text = _of_type(value, str)
    return reader(str(text))


def _of_type(value: Value, kind: type[str] | type[bool]) -> str | bool:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _not_boolean(value: Value) -> Value:
    if isinstance(value, bool):
        raise TypeError
    return value


def _float(value: Value) -> float:
    number = read_float(str(_not_boolean(value)), "double")
    if math.isnan(number):
        raise ValueError
    return number


def _exact(value: Value) -> Decimal:
    number = read_decimal(str(_not_boolean(value)))
    if sum(digits_of(number)) > _MOST_DIGITS:
        raise ValueError
    return number
