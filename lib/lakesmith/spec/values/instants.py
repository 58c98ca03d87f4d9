"""Read the dates and timestamps of the command line."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.values.times import read_date, read_instant

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def utc(instant: str | None) -> str | None:
    """Return an ISO date or timestamp as a timestamp in UTC, which is also the default zone.

    Examples
    --------
    >>> utc("2011-01-01")
    '2011-01-01T00:00:00.000000+00:00'
    """
    if instant is None:
        return None
    try:
        parsed = EPOCH + timedelta(microseconds=read_instant(instant))
    except (ValueError, OverflowError) as error:
        raise _no_date(instant, "--run-date") from error
    return parsed.isoformat(timespec="microseconds")


def date_range(start: str, end: str) -> tuple[str, str]:
    """Return the ISO dates that bound a range, whose end is not in the range.

    Raises
    ------
    ConfigError
        LS190 when one is no date, or the range is empty.

    Examples
    --------
    >>> date_range("2011-01-01", "2011-02-01")
    ('2011-01-01', '2011-02-01')
    """
    low = _date(start, "--from")
    high = _date(end, "--to")
    if low >= high:
        what = f"no date from {low} up to {high}, which is not in the range"
        hint = "write the day after the last one"
        raise ConfigError([Problem("LS190", what, key="--to", hint=hint)])
    return low, high


def _date(text: str, option: str) -> str:
    try:
        return (EPOCH.date() + timedelta(days=read_date(text))).isoformat()
    except (ValueError, OverflowError) as error:
        raise _no_date(text, option) from error


def _no_date(text: str, option: str) -> ConfigError:
    what = f"{text!r} is not a date"
    problem = Problem("LS190", what, key=option, hint="write it as 2011-01-31")
    return ConfigError([problem])
