"""Read numbers from text, by one grammar for data and specs.

Java and Python each read more than this grammar, and not the same.
"""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from lakesmith.spec.values.times import BLANK

SIGN = "[+-]?"
_DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
WHOLE = rf"^{BLANK}{SIGN}[0-9]+{BLANK}$"
NUMBER = rf"^{BLANK}{SIGN}{_DIGITS}(?:[eE]{SIGN}[0-9]+)?{BLANK}$"
# Most numbers have this form, and every floating-point type holds them.
FAST_NUMBER = r"^-?[0-9]{1,30}(?:\.[0-9]{1,30})?$"
_WORD = rf"(?:[nN][aA][nN]|{SIGN}[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)"
_NO_NUMBER = rf"^{BLANK}{_WORD}{BLANK}$"
ZERO_OR_WORD = rf"^{BLANK}(?:{SIGN}(?=\.?0)[0.]+(?:[eE]{SIGN}[0-9]+)?|{_WORD}){BLANK}$"
_MAX_DIGITS = 38
# The smallest number that is rounded to infinity.
BEYOND = {"float": 2.0**128 - 2.0**103, "double": float("inf")}


def decimal_pattern(scale: int) -> str:
    r"""Return a pattern of the numbers that a scale holds without rounding.

    Examples
    --------
    >>> pattern = re.compile(decimal_pattern(2))
    >>> [bool(pattern.search(text)) for text in ("2.50", "2.500", "125e-2", ".5")]
    [True, True, True, True]
    >>> [bool(pattern.search(text)) for text in ("2.505", "1255e-3", "1,5", ".")]
    [False, False, False, False]
    """
    by_exponent = "|".join(
        rf"{_fraction(scale + exponent)}[eE]{_sign_of(exponent)}0*{abs(exponent)}"
        for exponent in range(-scale, _MAX_DIGITS + 1)
    )
    # The look-ahead keeps plain numbers that are too long from trying each exponent.
    number = rf"(?:{_fraction(scale)}|(?=[0-9.]*[eE])(?:{by_exponent}))"
    return rf"^{BLANK}{SIGN}(?=\.?[0-9])[0-9]*{number}{BLANK}$"


def _fraction(digits: int) -> str:
    return rf"\.?[0-9]{{0,{digits}}}0*"


def _sign_of(exponent: int) -> str:
    if exponent < 0:
        return "-"
    return r"\+?" if exponent else "[+-]?"


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


def digits_of(number: Decimal) -> tuple[int, int]:
    """Return how many digits a number has before its point and behind it, as it is written.

    Examples
    --------
    >>> digits_of(Decimal("12.50")), digits_of(Decimal("1e3")), digits_of(Decimal("0.005"))
    ((2, 2), (4, 0), (0, 3))
    """
    parts = number.as_tuple()
    exponent = int(parts.exponent)
    behind = max(0, -exponent)
    if not number:
        return 0, behind
    before = len(parts.digits) + exponent
    return max(0, before), behind


def without_zeros(number: Decimal) -> Decimal:
    """Return a number without the zeros at its end, exactly.

    Examples
    --------
    >>> without_zeros(Decimal("1234567890123456789012345678901.50"))
    Decimal('1234567890123456789012345678901.5')
    """
    # Decimal rounds to 28 digits where no context says more.
    precision = len(number.as_tuple().digits)
    exact = Context(prec=precision, Emin=MIN_EMIN, Emax=MAX_EMAX)
    return number.normalize(exact)


def read_float(text: str, kind: str) -> float:
    """Return the closest number that a floating-point type can hold, or NaN and infinity by name.

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
    if re.search(_NO_NUMBER, text):
        return float(text)
    exact = read_decimal(text)
    near = float(exact)
    least = 2.0**-150 if kind == "float" else 0.0
    if abs(near) >= BEYOND[kind] or (exact and abs(near) <= least):
        raise ValueError(f"{text!r} is beyond {kind}")
    return near
