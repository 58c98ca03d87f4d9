"""Write values as texts of a column type, so that a cast gives them back exactly."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Any

from lakesmith.spec.values.check_literals import comparable
from lakesmith.spec.values.times import date_text, instant_text

_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_FLOATS = ("float", "double")
NUMBERS = (*_BITS, *_FLOATS, "decimal")
TIMES = ("date", "timestamp", "timestamp_ntz")
ROUNDINGS = {"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR}
# A double may have 308 digits before its point.
_WIDE = Context(prec=400)


def exact_text(value: Any, kind: str) -> str:
    """Return a value of a spec as text of a column type.

    Parameters
    ----------
    value : str, int, float or bool
    kind : str
        The type as `simpleString`.

    Raises
    ------
    ValueError
        When the type has no such value, or would round it.

    Examples
    --------
    >>> exact_text(0, "decimal(8,2)"), exact_text("2026-1-2", "date")
    ('0.00', '2026-01-02')
    >>> exact_text(1.5, "int")
    Traceback (most recent call last):
    ...
    ValueError: 1.5 is not a int
    """
    family = family_of(kind)
    read = comparable(value, kind)
    if family in _BITS or family == "decimal":
        rounded = number_text(str(read), kind)
        if Decimal(rounded) != Decimal(str(read)):
            raise ValueError(f"{value!r} is not a {kind}")
        return rounded
    if family == "date":
        return date_text(int(read))
    if family in TIMES:
        instant = instant_text(int(read))
        return f"{instant}Z" if family == "timestamp" else instant
    if isinstance(read, bool):
        return str(read).lower()
    return str(read)


def number_text(text: str, kind: str, rounding: str = "nearest") -> str:
    """Return a number as text of a numeric type.

    Parameters
    ----------
    text : str
    kind : str
    rounding : {"nearest", "up", "down"}
        Where to, for a type that does not have the number; halves go away from zero.

    Raises
    ------
    ValueError
        When the type holds no number that great.

    Examples
    --------
    >>> number_text("2.5", "int"), number_text("2.344", "decimal(8,2)", "up")
    ('3', '2.35')
    >>> number_text("128", "tinyint")
    Traceback (most recent call last):
    ...
    ValueError: 128 does not fit tinyint
    """
    family = family_of(kind)
    if family in _FLOATS:
        return repr(float(text))
    digits, scale = _digits(kind)
    step = Decimal(1).scaleb(-scale)
    try:
        value = Decimal(text).quantize(step, ROUNDINGS[rounding], _WIDE)
    except InvalidOperation:
        raise ValueError(f"{text} does not fit {kind}") from None
    has_room = len(value.as_tuple().digits) <= digits
    if not has_room or not _is_within(value, family):
        raise ValueError(f"{text} does not fit {kind}")
    return f"{value:f}"


def _is_within(value: Decimal, family: str) -> bool:
    """Return whether a type of whole numbers has the value; decimals have all."""
    bits = _BITS.get(family)
    if bits is None:
        return True
    limit = 1 << (bits - 1)
    return -limit <= value < limit


def family_of(kind: str) -> str:
    """Return a type without its parameters.

    Examples
    --------
    >>> family_of("decimal(8,2)"), family_of("array<int>")
    ('decimal', 'array')
    """
    simple = kind.partition("(")[0]
    family = simple.partition("<")[0]
    return family.strip().lower()


def _digits(kind: str) -> tuple[int, int]:
    """Return how many digits a type holds, and how many of them behind the point."""
    if family_of(kind) != "decimal":
        return 19, 0
    parameters = kind.partition("(")[2]
    inside = parameters.rstrip(") ")
    digits, _, scale = inside.partition(",")
    return int(digits or 10), int(scale or 0)
