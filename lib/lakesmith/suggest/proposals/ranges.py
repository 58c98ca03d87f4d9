"""Propose the range of numbers and times."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakesmith.spec.values.times import date_text, instant_text
from lakesmith.suggest.proposals.registry import proposal
from lakesmith.suggest.suggestion import Suggestion, check_id, spaced
from lakesmith.types import FLOATS, WHOLE, family, is_temporal

if TYPE_CHECKING:
    from lakesmith.suggest.typed import TypedColumn

_NUMBERS = (*WHOLE, *FLOATS, "decimal")
# Whole numbers up to here are the same as floats.
_EXACT = 2**53


@proposal
def ranges(columns: Sequence[TypedColumn]) -> Iterator[Suggestion]:
    """Propose the least and the greatest value of each column that has several.

    Times and unique numbers grow, so that they have a least one only. NaN is in no range.
    """
    for column in columns:
        is_ordered = family(column.kind) in _NUMBERS or is_temporal(column.kind)
        is_finite = all(map(_is_finite, column.values))
        if is_ordered and is_finite and column.distinct > 1 and not column.is_secret:
            yield _range(column)


def _range(column: TypedColumn) -> Suggestion:
    low = bound(min(column.values), column.kind)
    high = bound(max(column.values), column.kind)
    grows = is_temporal(column.kind) or column.is_unique
    check = {
        "id": check_id(column.name, "range"),
        "check": "between",
        "column": column.name,
        "min": low,
        **({} if grows else {"max": high}),
        "on_fail": "warn",
    }
    count = spaced(len(column.values))
    support = f"{count} of {count} values are between {low} and {high}"
    return Suggestion(check, support, column.has_many)


def bound(value: Any, kind: str) -> int | float | str:
    """Return a value as the bound of a spec, which says all of its digits.

    Examples
    --------
    >>> bound(Decimal("1.50"), "decimal(8,2)"), bound(19723, "date")
    (1.5, '2024-01-01')
    >>> bound(Decimal("12345678901234567.89"), "decimal(20,2)")
    '12345678901234567.89'
    """
    if kind == "date":
        return date_text(value)
    if is_temporal(kind):
        return instant_text(value)
    if kind in WHOLE:
        return int(value)
    exact = Decimal(repr(value)) if kind in FLOATS else value
    return _plain(exact)


def _plain(value: Decimal) -> int | float | str:
    is_whole = value == value.to_integral_value()
    if is_whole and abs(value) < _EXACT:
        return int(value)
    number = float(value)
    if Decimal(repr(number)) == value:
        return number
    return f"{value:f}"


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)
