"""Turn a limit of failing rows into the threshold of a check of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import Draft, NoCounterpartError

if TYPE_CHECKING:
    from lakesmith.check_imports.making.limits import Limits


def with_row_limits(given: Draft, limits: Limits) -> Draft:
    """Return a check of rows whose verdict depends on how many fail.

    Raises
    ------
    NoCounterpartError
        When at least some rows have to fail.

    Examples
    --------
    >>> from lakesmith.check_imports.drafts import draft
    >>> from lakesmith.check_imports.making.limits import Limits
    >>> limits = Limits(Range(max=5, max_open=True))
    >>> with_row_limits(draft("not_null", column="id"), limits).check["threshold"]
    {'fail': '4 rows'}
    """
    on_fail = "fail" if limits.fail else "warn"
    if allows_none(limits):
        return given.having(on_fail=on_fail)
    named = {"warn": limits.warn, "fail": limits.fail}
    found = {key: limit for key, limit in named.items() if limit is not None}
    is_percent = limits.is_percent
    texts: dict[str, str] = {}
    for key, limit in found.items():
        texts[key] = _limit(limit, is_percent)

    open_shares = [
        f"{texts[key]} itself passes here"
        for key, limit in found.items()
        if limits.is_percent and limit.max_open
    ]
    return given.having(on_fail=on_fail, threshold=texts).noting(*open_shares)


def allows_none(limits: Limits) -> bool:
    """Return whether a check passes only when no row fails."""
    limit = limits.fail or limits.warn
    is_single = not limits.fail or not limits.warn
    return limit is not None and is_single and limit.is_zero(limits.is_percent)


def _limit(limit: Range, is_percent: bool) -> str:
    low = limit.whole().get("min", 0)
    if limit.max is None or low > 0:
        raise NoCounterpartError("a check cannot demand that rows fail")
    if not is_percent:
        count = limit.whole()["max"]
        return f"{count} row{'' if count == 1 else 's'}"
    bounds, _ = Range(max=limit.max).share()
    return f"{bounds['max']}" if bounds["max"] else "0 %"
