"""Return how long a table keeps what its newer versions no longer need."""

from __future__ import annotations

import re
from collections.abc import Mapping

FILES = "delta.deletedFileRetentionDuration"
DEFAULT_DAYS = 7.0
_DAYS = {
    "week": 7.0,
    "day": 1.0,
    "hour": 1 / 24,
    "minute": 1 / 1440,
    "second": 1 / 86400,
}
_PART = re.compile(r"(\d+)\s*(week|day|hour|minute|second)s?")


def retention_days(settings: Mapping[str, str]) -> float:
    """Return for how many days removed files are kept.

    Examples
    --------
    >>> (retention_days({"delta.deletedFileRetentionDuration": "interval 1 week 2 days"}),
    ...  retention_days({}))
    (9.0, 7.0)
    """
    parts = _PART.findall(settings.get(FILES, ""))
    if not parts:
        return DEFAULT_DAYS
    return sum(int(number) * _DAYS[unit] for number, unit in parts)
