"""Warn when a batch quarantines more rows than a table allows."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.quality.check_result import CheckResult
from lakesmith.spec.model.checks.threshold import is_above

GROWTH = "quarantine_growth"


def growth_results(limit: str | None, bad: int, read: int) -> Iterator[CheckResult]:
    """Judge how many of the rows that a batch read were quarantined.

    Parameters
    ----------
    limit : str, optional
        As `quarantine.warn` has it; nothing is judged without.
    bad, read : int

    Yields
    ------
    CheckResult
        ``warn`` above the limit, else ``pass``.

    Examples
    --------
    >>> [one.message for one in growth_results("5 %", 6, 100)]
    ['6 of 100 rows were quarantined, more than 5 %']
    >>> [one.status for one in growth_results("5 %", 5, 100)]
    ['pass']
    """
    if limit is None:
        return
    if is_above(bad, read, limit):
        message = f"{bad} of {read} rows were quarantined, more than {limit}"
        yield CheckResult(GROWTH, "", "warn", "warn", bad, message)
    else:
        yield CheckResult(GROWTH, "", "warn", "pass", 0)
