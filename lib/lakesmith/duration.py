"""Read spans of time as a spec writes them."""

from __future__ import annotations

import re
from datetime import timedelta

DURATION_PATTERN = r"^[0-9]+[smhd]$"
# A span that stays within what a timestamp holds.
SPAN_PATTERN = r"^[0-9]{1,6}[smhd]$"

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"([0-9]+)([smhd])")


def parse_age(text: str) -> timedelta:
    """Read a span such as ``36h`` in whole seconds, minutes, hours or days.

    Parameters
    ----------
    text : str

    Returns
    -------
    timedelta

    Raises
    ------
    ValueError
        When it is not a whole number and one of s, m, h, d.

    Examples
    --------
    >>> parse_age("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is not an age; write a whole number and s, m, h or d, such as 36h"
        )

    count, unit = match.groups()

    return timedelta(**{_UNITS[unit]: int(count)})
