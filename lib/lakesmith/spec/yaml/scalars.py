"""Read unquoted YAML scalars, and find those on which YAML readers disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_PLAIN_WORDS: dict[str, Any] = {"": None, "null": None, "true": True, "false": False}
_PLAIN_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_PLAIN_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_BOOLEAN_WORD = re.compile(r"yes|no|on|off|y|n", re.IGNORECASE)
_MOST_DIGITS = 40


def _truth(text: str) -> str:
    return "true" if text.lower() in {"yes", "on", "y", "true"} else "false"


def _base_60(text: str) -> str:
    total = 0.0
    for part in text.replace("_", "").lstrip("+-").split(":"):
        total = total * 60 + float(part)
    sign = "-" if text.startswith("-") else ""
    return f"the number {sign}{total:g} (base 60)"


def _leading_zero(text: str) -> str:
    digits = text.replace("_", "").lstrip("+-")
    if not set(digits) <= set("01234567"):
        return "a number or text"
    return f"the octal number {int(digits, 8)}"


def _other_base(text: str) -> str:
    return f"the number {int(text.replace('_', ''), 0)}"


def _number(text: str) -> str:
    return f"the number {float(text.replace('_', '')):g}"


_Describe = Callable[[str], str]
_TWISTS: tuple[tuple[re.Pattern[str], _Describe], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), describe)
    for pattern, describe in (
        (r"yes|no|on|off|y|n|true|false", _truth),
        (r"~|null", lambda _: "null"),
        (r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", _base_60),
        (r"[-+]?0[0-9_]+", _leading_zero),
        (r"[-+]?0(x[0-9a-f_]*[0-9a-f]|o[0-7_]*[0-7]|b[01_]*[01])", _other_base),
        (r"[-+]?([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)(e[-+]?[0-9]+)?", _number),
        (r"[-+]?\.inf", lambda _: "infinity"),
        (r"\.nan", lambda _: "not-a-number"),
        (
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([t ]|\s+)[0-9].*)?",
            lambda _: "a date or timestamp",
        ),
    )
)


def is_boolean_word(text: str) -> bool:
    """Return True for a word that YAML 1.1 reads as true or false and YAML 1.2 as text.

    Examples
    --------
    >>> is_boolean_word("NO"), is_boolean_word("north")
    (True, False)
    """
    return _BOOLEAN_WORD.fullmatch(text) is not None


def twist(text: str) -> str:
    """Return how YAML readers may misread unquoted text, or nothing when all agree.

    Parameters
    ----------
    text : str
        A plain (unquoted) scalar.

    Returns
    -------
    str

    Examples
    --------
    >>> twist("NO"), twist("12:30"), twist("010")
    ('false', 'the number 750 (base 60)', 'the octal number 8')
    >>> twist("1e3"), twist("GB"), twist("0.5")
    ('the number 1000', '', '')
    >>> twist("0.123456789012345678")
    'the number 0.12345678901234568'
    """
    if text in _PLAIN_WORDS:
        return ""
    is_number = _PLAIN_INTEGER.fullmatch(text) or _PLAIN_DECIMAL.fullmatch(text)
    if len(text) > _MOST_DIGITS:
        return f"a number of more than {_MOST_DIGITS} digits" if is_number else ""
    if is_number:
        return "" if _is_exact(text) else f"the number {float(text)!r}"
    readings = (read(text) for pattern, read in _TWISTS if pattern.fullmatch(text))
    return next(readings, "")


def plain_value(text: str) -> Any:
    """Return the value of unquoted text, which is null, true, false, a number, or the text.

    A decimal of more digits than a float holds stays text, which says all of them.

    Examples
    --------
    >>> plain_value("12"), plain_value("true"), plain_value("null"), plain_value("NO")
    (12, True, None, 'NO')
    >>> plain_value("0.5"), plain_value("0.123456789012345678")
    (0.5, '0.123456789012345678')
    """
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    if len(text) > _MOST_DIGITS:
        return text
    if _PLAIN_INTEGER.fullmatch(text):
        return int(text)
    is_float = _PLAIN_DECIMAL.fullmatch(text) and _is_exact(text)
    return float(text) if is_float else text


def _is_exact(number: str) -> bool:
    """Return whether a plain number is what its float, or its integer, is written as."""
    if _PLAIN_INTEGER.fullmatch(number):
        return True
    return Decimal(number) == Decimal(repr(float(number)))
