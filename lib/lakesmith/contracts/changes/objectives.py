"""Compare freshness and service-level objectives with what they were."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.contracts.changes.change import Change, shown
from lakesmith.duration import parse_age
from lakesmith.spec.model.contract import ALWAYS, Contract, percent_of

_SUBJECT = "contract"


def objective_changes(old: Contract | None, new: Contract | None) -> Iterator[Change]:
    """Yield the objectives of a table that are looser than they were, or gone.

    Examples
    --------
    >>> for change in objective_changes(Contract(freshness="36h"), Contract(freshness="2d")):
    ...     print(change)
    contract: freshness was 36h, is 2d
    """
    was = old or Contract()
    now = new or Contract()
    if _is_older(was.freshness, now.freshness):
        yield _change("freshness", was.freshness, now.freshness)
    passed = was.slo.records_passing
    passes = now.slo.records_passing
    if _is_less(passed, passes):
        yield _change("slo.records_passing", passed, passes)
    if now.freshness and _is_less(_fresh_time(was), _fresh_time(now)):
        yield _change("slo.fresh_time", _fresh_time(was), _fresh_time(now))
    for name, share in was.slo.null_share.items():
        most = now.slo.null_share.get(name)
        if not most or percent_of(most) > percent_of(share):
            yield _change(f"slo.null_share.{name}", share, most)
    old_window = was.slo.window
    new_window = now.slo.window
    if _has_objectives(was) and parse_age(new_window) > parse_age(old_window):
        yield _change("slo.window", old_window, new_window)


def _is_less(old: str | None, new: str | None) -> bool:
    if not old or not new:
        return bool(old)
    return percent_of(new) < percent_of(str(old))


def _fresh_time(contract: Contract) -> str | None:
    return contract.slo.fresh_time or (ALWAYS if contract.freshness else None)


def _has_objectives(contract: Contract) -> bool:
    slo = contract.slo
    return bool(contract.freshness or slo.records_passing or slo.null_share)


def _is_older(old: str | None, new: str | None) -> bool:
    if not old or not new:
        return bool(old)
    allowed = parse_age(str(old))
    return parse_age(new) > allowed


def _change(name: str, was: str | None, now: str | None) -> Change:
    before = shown(was)
    after = shown(now)
    return Change(
        f"contract.{name}",
        _SUBJECT,
        name,
        before,
        after,
    )
