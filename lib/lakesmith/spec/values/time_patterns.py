"""Check the datetime patterns of contract columns."""

from __future__ import annotations

import re

_MICROSECOND_DIGITS = 6
_OFFSET_LETTERS = "XxZO"
_REGION_LETTERS = "Vvz"
# The letters of Spark's datetime patterns. Some it only writes.
_DATE_LETTERS = "yMLdDu"
_WRITTEN_LETTERS = "EFQq"
_HALF_DAY_LETTERS = "hK"
_LETTERS = "GyMLdDahKkHmsSVzOXx"
_QUOTED = re.compile(r"('[^']*')")
_HOUR_LETTERS = "HkhK"
_MONTH_OF_HOUR = re.compile(r"[HkhK][^A-Za-z\[\]]?M")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")
# A year of any length leaves room for digits of fixed length behind it, and a fraction has none.
_GREEDY_YEAR = re.compile(r"y{3,}[MdDHkhKms]*S")
_FRACTION = re.compile(rf"(S{{{_MICROSECOND_DIGITS}}})(S+)")
_MOST_SECTIONS = 8
_SHORT_YEAR = re.compile(r"(?<!y)y(?!y)")
_OPTIONAL_ZONE = re.compile(
    rf"\[[^\[\]]*[{_OFFSET_LETTERS}{_REGION_LETTERS}][^\[\]]*\]"
)


def exact_pattern(pattern: str, zone: bool) -> str | None:
    """Return a pattern that reads only what the type can hold.

    Parameters
    ----------
    pattern : str
        Spark datetime pattern.
    zone : bool
        Whether the type has an offset, as timestamp and date; timestamp_ntz has none.

    Returns
    -------
    str or None
        Digits after the sixth of a second must be zeros. None when the type cannot hold any value.

    Examples
    --------
    >>> exact_pattern("HH:mm:ss.SSSSSSSSSXXX", zone=True)
    'HH:mm:ss.SSSSSS[0][0][0]XXX'
    >>> exact_pattern("HH:mm:ss[XXX]", zone=False), exact_pattern("HH:mmXXX", zone=False)
    ('HH:mm:ss', None)
    """
    parts = _QUOTED.split(pattern)
    if not zone:
        parts = _QUOTED.split(_without_optional_zone(parts))
    if not zone and set("".join(parts[::2])) & set(_OFFSET_LETTERS + _REGION_LETTERS):
        return None
    return "".join(
        part if place % 2 else _FRACTION.sub(_zeros, part)
        for place, part in enumerate(parts)
    )


def pattern_problem(pattern: str) -> str:
    """Return why a text is not a datetime pattern for reading, or nothing when it is one.

    Examples
    --------
    >>> pattern_problem("nonsense Q")
    "the letter 'n' has no meaning"
    >>> pattern_problem("yyyy-MM-dd'T")
    'a quote is never closed'
    >>> pattern_problem("dd.MM.yyyy[ HH:mm]")
    ''
    >>> pattern_problem("[yyyy-]MM-dd")
    'it reads no year, and each would be 1970'
    >>> pattern_problem("dd.MM")
    'it reads no year, and each would be 1970'
    >>> pattern_problem("yyyy-mm-dd")
    'it reads a day (d) without a month (M), and each would be in January'
    >>> pattern_problem("yyyy-MM-dd HH:MM:ss")
    'it reads seconds (s) without minutes (m)'
    >>> pattern_problem("yyyy-MM-dd HH:mm:SS")
    'it reads a fraction (S) without seconds (s)'
    >>> pattern_problem("yyyyMMddHHmmssSSS")
    'no text matches it: write a mark before S, as in yyyyMMddHHmmss.SSS'
    """
    if pattern.count("'") % 2:
        return "a quote is never closed"
    unquoted = _unquoted(pattern)
    for letter in unquoted:
        if letter in _WRITTEN_LETTERS:
            return f"the letter {letter!r} is for writing only"
        if letter.isascii() and letter.isalpha() and letter not in _LETTERS:
            return f"the letter {letter!r} has no meaning"
    if unquoted.count("[") != unquoted.count("]"):
        return "a bracket is never closed"
    if _GREEDY_YEAR.search(unquoted):
        return "no text matches it: write a mark before S, as in yyyyMMddHHmmss.SSS"
    if unquoted.count("[") > _MOST_SECTIONS:
        return f"it has more than {_MOST_SECTIONS} optional sections"
    if _SHORT_YEAR.search(unquoted):
        return "it reads 24 as the year 24 (y): write yyyy, or yy for 2024"
    missing = [_missing_part(reading) for reading in _readings(unquoted)]
    return next(filter(None, missing), "") or _mistaken_letter(unquoted)


def _readings(unquoted: str) -> list[str]:
    """Return what a pattern reads of a text, with and without each of its optional sections.

    A text of no section is empty, and NULL.
    """
    section = _OPTIONAL.search(unquoted)
    if section is None:
        return [unquoted] if unquoted.strip() else []
    before = unquoted[: section.start()]
    behind = unquoted[section.end() :]
    inner = section[0][1:-1]
    found = [*_readings(f"{before}{inner}{behind}"), *_readings(f"{before}{behind}")]
    return list(dict.fromkeys(found))


def _missing_part(unquoted: str) -> str:
    """Return what a pattern does not read, where a value that never arrived would stand for it."""
    letters = set(unquoted)
    if not letters & set(_DATE_LETTERS):
        return "it reads no date"
    if "y" not in letters:
        return "it reads no year, and each would be 1970"
    if letters & set(_HALF_DAY_LETTERS) and "a" not in letters:
        return "it reads an hour of half a day (h, K) without a, and each would be before noon"
    if "d" in letters and not letters & set("ML"):
        return "it reads a day (d) without a month (M), and each would be in January"
    return ""


def _mistaken_letter(unquoted: str) -> str:
    """Return which letter stands for another part than it seems to."""
    letters = set(unquoted)
    if "m" in letters and not letters & set(_HOUR_LETTERS):
        return "it reads minutes (m) without an hour, and a month is M"
    if "s" in letters and "m" not in letters:
        return "it reads seconds (s) without minutes (m)"
    if "S" in letters and "s" not in letters:
        return "it reads a fraction (S) without seconds (s)"
    if _MONTH_OF_HOUR.search(unquoted):
        return "it reads a month (M) behind an hour, and minutes are m"
    # Optional sections may read one part in several ways.
    always = _OPTIONAL.sub("", unquoted)
    for letter in "yMdHms":
        if len(re.findall(f"{letter}+", always)) > 1:
            return f"it reads {letter} twice"
    if "D" in always and set(always) & set("MLd"):
        return "it reads a day of the year (D) and also a month or a day"
    return ""


def zone_problem(pattern: str, kind: str) -> str:
    """Return why a type cannot hold the values of a pattern, or nothing when it can.

    Examples
    --------
    >>> zone_problem("yyyy-MM-dd HH:mm VV", "timestamp")
    'it reads the name of a zone, whose local times are ambiguous when clocks change'
    >>> zone_problem("yyyy-MM-dd HH:mmXXX", "timestamp_ntz")
    'timestamp_ntz holds no offset'
    >>> zone_problem("yyyy-MM-dd HH:mm[XXX] 'Zulu'", "timestamp_ntz")
    ''
    """
    unquoted = _unquoted(pattern)
    if any(letter in unquoted for letter in _REGION_LETTERS):
        return "it reads the name of a zone, whose local times are ambiguous when clocks change"
    if kind == "timestamp_ntz" and exact_pattern(pattern, zone=False) is None:
        return "timestamp_ntz holds no offset"
    return ""


def _unquoted(pattern: str) -> str:
    return "".join(_QUOTED.split(pattern)[::2])


def _zeros(fraction: re.Match[str]) -> str:
    return fraction[1] + "[0]" * len(fraction[2])


def _without_optional_zone(parts: list[str]) -> str:
    return "".join(
        part if place % 2 else _OPTIONAL_ZONE.sub("", part)
        for place, part in enumerate(parts)
    )
