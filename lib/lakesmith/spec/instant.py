"""Instants as specs and the command line say them."""

from __future__ import annotations

from datetime import datetime, timezone

from lakesmith.errors import ConfigError, Problem


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
        parsed = datetime.fromisoformat(instant)
    except ValueError as error:
        problem = Problem("LS190", f"{instant!r} is no date", key="--run-date", hint="write it as 2011-01-31")
        raise ConfigError([problem]) from error
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).isoformat(timespec="microseconds")
