"""Tell without Spark whether a value of a check fits the type of its column."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

from lakesmith.spec.values.numbers import read_decimal, read_float
from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock

Value = str | int | float | bool
Comparable = str | bool | Decimal | int | float
EXACT = ("tinyint", "smallint", "int", "bigint", "decimal")
FLOATS = ("float", "double")
MOST_DIGITS = 38


def comparable(value: Value, kind: str) -> Comparable:
    """Return a value of a spec as what it is for a column of a type.

    Dates are days and instants are microseconds since 1970.

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
        found = _read(value, family)
    except (ValueError, TypeError, InvalidOperation):
        raise ValueError(f"{value!r} is not a {kind}") from None
    if found is None:
        raise ValueError(f"a column of type {kind} cannot be compared with {value!r}")
    return found


def _read(value: Value, family: str) -> Comparable | None:
    if family in EXACT:
        return _exact(value)
    if family in FLOATS:
        return _float(value)
    if family == "boolean":
        return _of_type(value, bool)
    if family == "string":
        return _of_type(value, str)
    readers = {
        "date": read_date,
        "timestamp": read_instant,
        "timestamp_ntz": read_wall_clock,
    }
    return readers[family](str(_of_type(value, str))) if family in readers else None


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
    if len(f"{abs(number):f}".replace(".", "").lstrip("0")) > MOST_DIGITS:
        raise ValueError
    return number
