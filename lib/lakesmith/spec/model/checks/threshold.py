"""Define how many rows may fail a check before its verdict changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from lakesmith.spec.model.base import Model
from lakesmith.spec.yaml.provenance import Finding

_LIMIT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *%|([0-9]+) *rows?")
LIMIT_PATTERN = rf"^({_LIMIT.pattern})$"
_HINT = "write a number of rows or a share, such as '10 rows' or '0.5 %'"


class Threshold(Model):
    """The verdict of a check by the number or share of rows that fail it."""

    warn: str | int | float | None = Field(
        None, description="More failing rows than this warn: `10 rows` or `0.5 %`."
    )
    fail: str | int | float | None = Field(
        None, description="More failing rows than this refuse the batch."
    )

    def limits(self) -> dict[str, str | int | float]:
        """Return the limits that are given, by key.

        Examples
        --------
        >>> Threshold(fail="1 %").limits()
        {'fail': '1 %'}
        """
        given = {"warn": self.warn, "fail": self.fail}
        return {key: limit for key, limit in given.items() if limit is not None}


def is_above(failed: int, rows: int, limit: str | int | float) -> bool:
    """Return whether more rows failed than a limit allows. A share is of all rows.

    Raises
    ------
    ValueError
        When the limit is neither a number of rows nor a share.

    Examples
    --------
    >>> is_above(2, 100, "1 %"), is_above(1, 100, "1 %"), is_above(6, 100, "5 rows")
    (True, False, True)
    """
    match = _LIMIT.fullmatch(str(limit).strip())
    if match is None:
        raise ValueError(f"{limit!r} is no number of rows and no share of them")
    percent, count = match.groups()
    if count is not None:
        return failed > int(count)
    return failed * 100 > Decimal(percent) * rows


def threshold_findings(threshold: Threshold | None) -> Iterator[Finding]:
    """Find limits without a unit, and shares above 100 %.

    Examples
    --------
    >>> [one.what for one in threshold_findings(Threshold(fail=5))]
    ['threshold 5 has no unit']
    """
    for name, limit in threshold.limits().items() if threshold else ():
        key = f"threshold.{name}"
        text = str(limit).strip()
        match = _LIMIT.fullmatch(text)
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            yield Finding("LS141", key, f"threshold {limit} has no unit", _HINT)
        elif match is None:
            yield Finding("LS141", key, f"threshold '{limit}' is no limit", _HINT)
        elif match.group(1) and Decimal(match.group(1)) > 100:
            yield Finding("LS141", key, f"threshold '{limit}' is above 100 %", _HINT)
