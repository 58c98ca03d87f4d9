"""Unquoted YAML scalars: which are taken as they look, and which are refused because readers disagree on them."""

from __future__ import annotations

import re
from collections.abc import Callable
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
    return (
        f"the octal number {int(digits, 8)}"
        if set(digits) <= set("01234567")
        else "a number or text"
    )


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
    """Tell whether YAML 1.1 reads this word as true or false, although YAML 1.2 reads text."""
    return _BOOLEAN_WORD.fullmatch(text) is not None


def twist(text: str) -> str:
    """Say what a YAML reader may make of unquoted text; empty when all readers agree.

    Parameters
    ----------
    text : str
        A plain (unquoted) scalar.

    Returns
    -------
    str

    Examples
    --------
    >>> twist("NO"), twist("12:30"), twist("010"), twist("1e3"), twist("GB"), twist("0.5")
    ('false', 'the number 750 (base 60)', 'the octal number 8', 'the number 1000', '', '')
    """
    if text in _PLAIN_WORDS:
        return ""
    if _PLAIN_INTEGER.fullmatch(text) or _PLAIN_DECIMAL.fullmatch(text):
        return (
            ""
            if len(text) <= _MOST_DIGITS
            else f"a number of more than {_MOST_DIGITS} digits"
        )
    if len(text) > _MOST_DIGITS:
        return ""
    return next(
        (describe(text) for pattern, describe in _TWISTS if pattern.fullmatch(text)), ""
    )


def plain_value(text: str) -> Any:
    """Return the value of unquoted text: null, true, false, a decimal number, else the text itself.

    Examples
    --------
    >>> plain_value("12"), plain_value("0.5"), plain_value("true"), plain_value("null"), plain_value("NO")
    (12, 0.5, True, None, 'NO')
    """
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    if len(text) > _MOST_DIGITS:
        return text
    if _PLAIN_INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _PLAIN_DECIMAL.fullmatch(text) else text
