"""Decide for each field of a check whether another value lets more pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from lakesmith.duration import parse_age
from lakesmith.spec.model.checks import Between, Check
from lakesmith.spec.model.checks.batch_bounds import BatchBounds
from lakesmith.spec.model.checks.measured import read_bound
from lakesmith.spec.values.check_literals import comparable

# Fields that decide nothing about rows.
_SAYS_NOTHING = frozenset({"id", "check", "description", "warn"})
_STRICTER = {"<=": ("<", "="), ">=": (">", "="), "!=": ("<", ">")}


def loosened(old: Check, new: Check, kind: str = "") -> Iterator[str]:
    """Yield the fields by which a check lets more pass, or cannot be shown not to.

    Parameters
    ----------
    old, new : Check
        Of the same kind.
    kind : str
        Type of the column that they check.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import Between
    >>> old = Between(id="a", column="a", min=1, max=5)
    >>> list(loosened(old, Between(id="a", column="a", min=2, max=9)))
    ['max']
    """
    for name in type(old).model_fields:
        was = getattr(old, name)
        now = getattr(new, name)
        if name in _SAYS_NOTHING or was == now:
            continue
        is_looser = _FIELDS.get(name)
        if is_looser is None or is_looser(_Pair(old, new, name, kind)):
            yield name


class _Pair:
    """Hold the values of one field of two checks."""

    def __init__(self, old: Check, new: Check, name: str, kind: str) -> None:
        self.old = old
        self.was: Any = getattr(old, name)
        self.now: Any = getattr(new, name)
        # Other checks have numbers as bounds, whatever the type of the column is.
        self.kind = kind if isinstance(old, (Between, BatchBounds)) else ""

    def ranks(self) -> tuple[Any, Any]:
        return self._rank(self.was), self._rank(self.now)

    def _rank(self, bound: Any) -> Any:
        if self.kind:
            return comparable(bound, self.kind)
        return read_bound(bound)


def _looser_min(pair: _Pair) -> bool:
    return _is_looser_bound(pair, lambda was, now: bool(now < was))


def _looser_max(pair: _Pair) -> bool:
    return _is_looser_bound(pair, lambda was, now: bool(now > was))


def _is_looser_bound(pair: _Pair, is_beyond: Callable[[Any, Any], bool]) -> bool:
    if pair.was is None or pair.now is None:
        return pair.now is None
    try:
        was, now = pair.ranks()
        return is_beyond(was, now)
    except (ValueError, TypeError, ArithmeticError):
        # Values that cannot be compared may be looser.
        return True


def _longer(pair: _Pair) -> bool:
    try:
        return parse_age(pair.now) > parse_age(pair.was)
    except ValueError:
        return True


def _other_values(pair: _Pair) -> bool:
    """Return whether a list of values allows one more, or forbids one less."""
    was = set(pair.was)
    now = set(pair.now)
    is_stricter = {"in_set": now <= was, "not_in_set": now >= was}
    return not is_stricter.get(pair.old.check, False)


def _more_null(pair: _Pair) -> bool:
    return bool(pair.was == "fail")


def _fewer_rows(pair: _Pair) -> bool:
    return pair.now is not None


def _only_warns(pair: _Pair) -> bool:
    return bool(pair.now == "warn")


def _other_operator(pair: _Pair) -> bool:
    return pair.now not in _STRICTER.get(pair.was, ())


def _wider_key(pair: _Pair) -> bool:
    if pair.old.check != "unique":
        return True
    before = set(pair.was)
    return not set(pair.now) <= before


def _fewer_columns(pair: _Pair) -> bool:
    return any(
        name not in pair.now or (kind and pair.now[name] != kind)
        for name, kind in pair.was.items()
    )


def _switched_off(pair: _Pair) -> bool:
    return not pair.now


def _switched_on(pair: _Pair) -> bool:
    return bool(pair.now)


def _more_may_fail(pair: _Pair) -> bool:
    was = pair.was.fail if pair.was else None
    now = pair.now.fail if pair.now else None
    if was is None or now is None:
        # With `fail`, one row is enough where there is no limit.
        is_added = was is None and now is not None
        is_removed = now is None and was is not None
        return is_added if pair.old.on_fail == "fail" else is_removed
    unit, limit = _limit(was)
    new_unit, new_limit = _limit(now)
    return unit != new_unit or new_limit > limit


def _limit(limit: str | int | float) -> tuple[str, Decimal]:
    text = str(limit).strip()
    is_share = text.endswith("%")
    digits = text.rstrip("%rows ")
    return ("%" if is_share else "rows"), Decimal(digits)


_FIELDS: dict[str, Callable[[_Pair], bool]] = {
    "min": _looser_min,
    "max": _looser_max,
    "max_age": _longer,
    "tolerance": _longer,
    "longest": _longer,
    "values": _other_values,
    "on_null": _more_null,
    "on_fail": _only_warns,
    "where": _fewer_rows,
    "operator": _other_operator,
    "columns": _wider_key,
    "column_types": _fewer_columns,
    "ordered": _switched_off,
    "others": _switched_on,
    "threshold": _more_may_fail,
}
