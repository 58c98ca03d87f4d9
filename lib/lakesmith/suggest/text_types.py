"""Tell which type all texts of a column are values of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from lakesmith.spec.values.numbers import digits_of, read_float
from lakesmith.spec.values.times import read_date, read_instant

# Text with a zero before other digits is a code, which a number would shorten.
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_EXPONENT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:.+")
_WORDS = ({"true", "false"}, {"yes", "no"})
# Later values may have one digit more.
_INT = 2**31 // 10
_BIGINT = 2**63
_MOST_DIGITS = 38
_SPARE = 2

Recognise = Callable[[Sequence[str]], str]


def type_of_text(texts: Sequence[str]) -> str:
    """Return the narrowest type of which every text is a value, ``string`` where there is none.

    Parameters
    ----------
    texts : sequence of str
        None of them blank.

    Examples
    --------
    >>> type_of_text(["1", "-20"]), type_of_text(["007", "12"]), type_of_text(["1", "2.50"])
    ('int', 'string', 'decimal(5,2)')
    >>> type_of_text(["2024-01-31"]), type_of_text(["2024-01-31 08:00", "2024-02-30 08:00"])
    ('date', 'string')
    """
    for recognise in _RECOGNISERS if texts else ():
        kind = recognise(texts)
        if kind:
            return kind
    return "string"


def _boolean(texts: Sequence[str]) -> str:
    found = {text.lower() for text in texts}
    for words in _WORDS:
        if found <= words:
            return "boolean"
    return ""


def _whole(texts: Sequence[str]) -> str:
    if not all(map(_WHOLE.fullmatch, texts)):
        return ""
    greatest = max(abs(int(text)) for text in texts)
    if greatest < _BIGINT:
        return "int" if greatest < _INT else "bigint"
    digits = len(str(greatest))
    return f"decimal({_MOST_DIGITS},0)" if digits <= _MOST_DIGITS else ""


def _decimal(texts: Sequence[str]) -> str:
    if not all(_WHOLE.fullmatch(text) or _FRACTION.fullmatch(text) for text in texts):
        return ""
    whole = 1
    scale = 0
    for text in texts:
        before, after = digits_of(Decimal(text))
        whole = max(whole, before)
        scale = max(scale, after)

    needed = whole + scale
    precision = min(_MOST_DIGITS, needed + _SPARE)
    if needed <= _MOST_DIGITS:
        return f"decimal({precision},{scale})"
    return ""


def _double(texts: Sequence[str]) -> str:
    """Take numbers with exponents whose digits a double keeps."""
    is_number = all(map(_EXPONENT.fullmatch, texts))
    if is_number and _all_read(_read_double, texts):
        return "double"
    return ""


def _date(texts: Sequence[str]) -> str:
    is_day = all(map(_DAY.fullmatch, texts))
    if is_day and _all_read(read_date, texts):
        return "date"
    return ""


def _timestamp(texts: Sequence[str]) -> str:
    is_moment = all(map(_MOMENT.fullmatch, texts))
    if is_moment and _all_read(read_instant, texts):
        return "timestamp"
    return ""


def _read_double(text: str) -> None:
    number = read_float(text, "double")
    if Decimal(repr(number)) != Decimal(text):
        raise ValueError(f"a double loses digits of {text}")


def _all_read(read: Callable[[str], object], texts: Sequence[str]) -> bool:
    try:
        for text in texts:
            read(text)
    except ValueError:
        return False
    return True


_RECOGNISERS: tuple[Recognise, ...] = (
    _boolean,
    _whole,
    _decimal,
    _double,
    _date,
    _timestamp,
)
