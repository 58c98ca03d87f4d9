"""Instants as specs and the command line say them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.values.times import read_date, read_instant

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def utc(instant: str | None) -> str | None:
    """Return an ISO date or instant as ISO in UTC; without a zone it is UTC.

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
        problem = Problem(
            "LS190",
            f"{instant!r} is no date",
            key="--run-date",
            hint="write it as 2011-01-31",
        )
        raise ConfigError([problem]) from error
    return parsed.isoformat(timespec="microseconds")


def date_range(start: str, end: str) -> tuple[str, str]:
    """Return two ISO dates that bound a range whose end is out.

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
        what = f"no date from {low} up to {high}, which is out"
        raise ConfigError(
            [
                Problem(
                    "LS190", what, key="--to", hint="write the day after the last one"
                )
            ]
        )
    return low, high


def _date(text: str, option: str) -> str:
    try:
        return (EPOCH.date() + timedelta(days=read_date(text))).isoformat()
    except (ValueError, OverflowError) as error:
        problem = Problem(
            "LS190", f"{text!r} is no date", key=option, hint="write it as 2011-01-31"
        )
        raise ConfigError([problem]) from error
