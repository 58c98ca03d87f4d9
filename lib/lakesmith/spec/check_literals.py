"""Whether a value that a check names can be compared with the type of its column; known without Spark."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation

Value = str | int | float | bool
Comparable = str | bool | Decimal | date | datetime
NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")
MOST_DIGITS = 38
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


def comparable(value: Value, kind: str) -> Comparable:
    """Return a value of a spec as what it is for a column of a type.

    Raises
    ------
    ValueError
        When it is no value of that type.

    Examples
    --------
    >>> comparable("0.10", "decimal(8,2)"), comparable("2024-02-29", "date")
    (Decimal('0.10'), datetime.date(2024, 2, 29))
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
    if family in NUMBERS:
        return _number(value, family)
    if family == "boolean":
        return _of_type(value, bool)
    if family == "string":
        return _of_type(value, str)
    if family == "date":
        return date.fromisoformat(_matching(value, _DATE))
    if family in ("timestamp", "timestamp_ntz"):
        return _instant(value, family)
    return None


def _of_type(value: Value, kind: type[str] | type[bool]) -> str | bool:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _number(value: Value, family: str) -> Decimal:
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value))
    is_float = family in ("float", "double")
    if number.is_nan() or (not is_float and not number.is_finite()):
        raise ValueError
    if not is_float and len(f"{abs(number):f}".replace(".", "").lstrip("0")) > MOST_DIGITS:
        raise ValueError
    return number


def _instant(value: Value, family: str) -> datetime:
    moment = datetime.fromisoformat(_matching(value, _INSTANT).replace("Z", "+00:00"))
    if moment.tzinfo and family == "timestamp_ntz":
        raise ValueError
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _matching(value: Value, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise TypeError
    return value
