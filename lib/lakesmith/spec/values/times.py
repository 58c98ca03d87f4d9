"""Read dates and timestamps from text, by one grammar for data, specs and the command line.

Spark reads more than this grammar, such as a year alone. Python's calendar holds fewer years than
Spark's.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

BLANK = r"[\x00-\x20\x7f]*"
DATE = r"[+-]?[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}"
_MINUTES = r"[T ][0-9]{1,2}:[0-9]{1,2}"
# Digits after the sixth are smaller than a microsecond, so only zeros lose nothing there.
SECONDS = r":[0-9]{1,2}(?:\.[0-9]{1,6}0*)?"
# A minute of one digit is one that was cut off, and four digits are hours and minutes.
_OFFSET = r"[+-](?:[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?)?|[0-9]{4}(?:[0-9]{2})?)"
# The name of a region is not allowed: its local times are ambiguous when clocks change.
ZONE = rf" ?(?:Z|(?:UTC|GMT|UT)(?:{_OFFSET})?|{_OFFSET})"

INSTANT = rf"^{BLANK}{DATE}(?:{_MINUTES}(?:{SECONDS}(?:{ZONE})?)?)?{BLANK}$"
_WALL_CLOCK = rf"^{BLANK}{DATE}(?:{_MINUTES}(?:{SECONDS})?)?{BLANK}$"

# The forms of most inputs come first and have no alternatives, which is twice as fast.
_DAY = "[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
_CLOCK = r"[T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:\.[0-9]{1,6})?"
FAST_INSTANT = rf"^{_DAY}(?:{_CLOCK}Z?)?$|{INSTANT}"
FAST_WALL_CLOCK = rf"^{_DAY}(?:{_CLOCK})?$|{_WALL_CLOCK}"

MICROS_PER_DAY = 86_400_000_000
_MAX_OFFSET = 18 * 3600
MICROS = range(-(2**63), 2**63)
_PARTS = re.compile(
    r"([+-]?[0-9]+)-([0-9]+)-([0-9]+)"
    r"(?:[T ]([0-9]+):([0-9]+)(?::([0-9]+)(?:\.([0-9]+))?)?(?: ?([A-Z+-].*))?)?"
)
_OFFSET_PARTS = re.compile(r"([+-])([0-9]{1,2}):?([0-9]{1,2})?:?([0-9]{1,2})?")
_EPOCH = date(1970, 1, 1).toordinal()
# The calendar repeats after this many years, so each year has a twin that Python's calendar holds.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097


def read_instant(text: str) -> int:
    """Return the microseconds since 1970 of a timestamp, whose default zone is UTC.

    Raises
    ------
    ValueError
        When the text is not a timestamp of the grammar, or no such timestamp exists.

    Examples
    --------
    >>> read_instant("1970-01-01T01:00:00.5+01:00")
    500000
    >>> read_instant("10000-01-01")
    253402300800000000
    >>> read_instant("2024")
    Traceback (most recent call last):
    ...
    ValueError: '2024' is not an instant
    """
    return _micros(text, INSTANT, "an instant")


def read_wall_clock(text: str) -> int:
    """Return the microseconds since 1970 of a date and time of day without an offset.

    Raises
    ------
    ValueError
        When the text is not one of the grammar, or has an offset.

    Examples
    --------
    >>> read_wall_clock("1970-01-01 00:00:01")
    1000000
    """
    return _micros(text, _WALL_CLOCK, "a wall clock")


def read_date(text: str) -> int:
    """Return the days since 1970 of a date without a time of day.

    Raises
    ------
    ValueError
        When the text is not a date of the grammar, or no such date exists.

    Examples
    --------
    >>> read_date("1970-1-2"), read_date("0000-01-01")
    (1, -719528)
    """
    pattern = rf"^{BLANK}{DATE}{BLANK}$"
    micros = _micros(text, pattern, "a date")
    return micros // MICROS_PER_DAY


def date_text(days: int) -> str:
    """Return days since 1970 as a date, whose year has a sign if it has more than four digits.

    Examples
    --------
    >>> date_text(0), date_text(2932897), date_text(-719529)
    ('1970-01-01', '+10000-01-01', '-0001-12-31')
    """
    since = days - _days(2000, 1, 1)
    cycles, rest = divmod(since, _CYCLE_DAYS)
    twin = date(2000, 1, 1) + timedelta(days=rest)
    year = twin.year + cycles * _CYCLE_YEARS
    sign = ""
    if year < 0:
        sign = "-"
    elif year > 9999:
        sign = "+"
    digits = f"{abs(year):04d}"
    return f"{sign}{digits}-{twin:%m-%d}"


def instant_text(micros: int) -> str:
    """Return microseconds since 1970 as a date and a time of day in UTC.

    Examples
    --------
    >>> instant_text(1_500_000), instant_text(253402300800000000)
    ('1970-01-01 00:00:01.500000', '+10000-01-01 00:00:00')
    """
    days, rest = divmod(micros, MICROS_PER_DAY)
    seconds, fraction = divmod(rest, 1_000_000)
    midnight = datetime(2000, 1, 1)
    clock = midnight + timedelta(seconds=seconds)
    text = f"{date_text(days)} {clock:%H:%M:%S}"
    if not fraction:
        return text
    return f"{text}.{fraction:06d}"


def _micros(text: str, pattern: str, what: str) -> int:
    parts = _PARTS.search(text) if re.search(pattern, text) else None
    try:
        micros = None if parts is None else _read(parts)
    except ValueError:  # The calendar has no such day.
        micros = None
    if micros is None or micros not in MICROS:
        raise ValueError(f"{text!r} is not {what}")
    return micros


def _read(parts: re.Match[str]) -> int | None:
    *numbers, fraction, zone = parts.groups()
    year, month, day, *clock = (int(part or 0) for part in numbers)
    hour, minute, second = clock
    digits = (fraction or "")[:6]
    micros = int(digits.ljust(6, "0"))
    offset = _offset(zone or "")
    is_time = hour < 24 and minute < 60 and second < 60
    if offset is None or not is_time:
        return None
    days = _days(year, month, day)
    seconds = _seconds(*clock) - offset
    return days * MICROS_PER_DAY + seconds * 1_000_000 + micros


def _seconds(hours: int, minutes: int, seconds: int) -> int:
    return hours * 3600 + minutes * 60 + seconds


def _offset(zone: str) -> int | None:
    """Return the seconds east of UTC, or None when there is no such offset."""
    parts = _OFFSET_PARTS.search(zone)
    if parts is None:
        return 0
    sign, *numbers = parts.groups()
    hours, minutes, seconds = (int(number or 0) for number in numbers)
    total = _seconds(hours, minutes, seconds)
    if minutes > 59 or seconds > 59 or total > _MAX_OFFSET:
        return None
    if sign == "-":
        return -total
    return total


def _days(year: int, month: int, day: int) -> int:
    twin = 2000 + year % _CYCLE_YEARS
    cycles = (year - twin) // _CYCLE_YEARS
    of_twin = date(twin, month, day)
    days = of_twin.toordinal() - _EPOCH
    return days + cycles * _CYCLE_DAYS
