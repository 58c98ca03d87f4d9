"""Read the distance between two points of time that `fill_gaps` fills."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The least seconds of each unit.
_SECONDS = {
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 28 * 86_400,
    "year": 365 * 86_400,
}
_SPAN = re.compile(rf"([0-9]+) ({'|'.join(_SECONDS)})s?")


@dataclass(frozen=True)
class Span:
    """Hold a distance in time, in a unit of the calendar."""

    count: int
    unit: str

    @property
    def seconds(self) -> int:
        """The seconds that it has at least."""
        return self.count * _SECONDS[self.unit]

    @property
    def has_time(self) -> bool:
        """Whether it is shorter than a day, or may be no number of days."""
        return self.unit in ("minute", "hour")

    @property
    def sql(self) -> str:
        """The SQL interval."""
        return f"INTERVAL {self.count} {self.unit.upper()}"


def read_span(text: str) -> Span:
    """Read a distance such as ``1 day``.

    Raises
    ------
    ValueError
        When it is none.

    Examples
    --------
    >>> read_span("15 minutes").sql
    'INTERVAL 15 MINUTE'
    >>> read_span("soon")
    Traceback (most recent call last):
    ...
    ValueError: 'soon' is no distance in time
    """
    found = _SPAN.fullmatch(text)
    if found is None or not int(found[1]):
        raise ValueError(f"{text!r} is no distance in time")
    return Span(int(found[1]), found[2])
