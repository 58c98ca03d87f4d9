"""Numbers as text: one grammar for data and specs; Java and Python each read more than this, and not the same."""

from __future__ import annotations

import re
from decimal import Decimal

from lakesmith.spec.written_times import BLANK

SIGN = "[+-]?"
DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
WHOLE = rf"^{BLANK}{SIGN}[0-9]+{BLANK}$"
NUMBER = rf"^{BLANK}{SIGN}{DIGITS}(?:[eE]{SIGN}[0-9]+)?{BLANK}$"
# A longer exponent makes Java write out as many zeros.
WITH_EXPONENT = rf"^{BLANK}{SIGN}{DIGITS}[eE]{SIGN}0*[0-9]{{1,3}}{BLANK}$"
NO_NUMBER = rf"(?i)^{BLANK}(?:nan|{SIGN}inf(?:inity)?){BLANK}$"
NOT_ZERO = rf"^{BLANK}{SIGN}[0.]*[1-9]"
# The least number that is rounded to infinity.
BEYOND = {"float": 2.0**128 - 2.0**103, "double": float("inf")}


def read_whole(text: str) -> int:
    """Return a whole number as data may write it.

    Raises
    ------
    ValueError
        When it is not written so.

    Examples
    --------
    >>> read_whole("+5")
    5
    >>> read_whole("1_000")
    Traceback (most recent call last):
    ...
    ValueError: '1_000' is not a whole number
    """
    if not re.search(WHOLE, text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def read_decimal(text: str) -> Decimal:
    """Return a number as data may write it, exactly.

    Raises
    ------
    ValueError
        When it is not written so.

    Examples
    --------
    >>> read_decimal("1e2")
    Decimal('1E+2')
    """
    if not re.search(NUMBER, text):
        raise ValueError(f"{text!r} is not a number")
    return Decimal(text.strip())


def read_float(text: str, kind: str) -> float:
    """Return the number next to a text that a floating-point type can hold, NaN and infinity by their names.

    Raises
    ------
    ValueError
        When it is not written so, or beyond what the type holds.

    Examples
    --------
    >>> read_float("1e39", "double"), read_float("-inf", "float")
    (1e+39, -inf)
    >>> read_float("1e39", "float")
    Traceback (most recent call last):
    ...
    ValueError: '1e39' is beyond float
    """
    if re.search(NO_NUMBER, text):
        return float(text)
    exact = read_decimal(text)
    near = float(exact)
    least = 2.0**-150 if kind == "float" else 0.0
    if abs(near) >= BEYOND[kind] or (exact and abs(near) <= least):
        raise ValueError(f"{text!r} is beyond {kind}")
    return near
