"""Read the limits of other tools as bounds of checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lakesmith.check_imports.arguments import plain
from lakesmith.check_imports.drafts import NoCounterpartError

Number = int | float | str
GAP = "values on both sides of a gap cannot be bounds"


@dataclass(frozen=True)
class Range:
    """The values that pass. A bound that is open does not pass itself."""

    min: Any = None
    max: Any = None
    min_open: bool = False
    max_open: bool = False
    # Whether values below the minimum pass, too, which only counts do not have.
    has_gap: bool = field(default=False, repr=False)

    def closed(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return bounds that pass themselves, and what is different by that.

        Raises
        ------
        NoCounterpartError
            When values on both sides of one that fails pass.

        Examples
        --------
        >>> Range(max=5, max_open=True).closed()
        ({'max': 5}, ('5 itself passes here',))
        """
        if self.has_gap:
            raise NoCounterpartError(GAP)
        bounds = _bounds(self.min, self.max)
        passing = tuple(self._passing())
        return bounds, passing

    def whole(self) -> dict[str, int]:
        """Return the bounds of a count, which are exact. One of 0 that says nothing is left out.

        Raises
        ------
        NoCounterpartError
            When a bound is no number.

        Examples
        --------
        >>> Range(min=0, min_open=True, max=5, max_open=True).whole()
        {'min': 1, 'max': 4}
        """
        low = None
        if self.min is not None:
            least = number(self.min)
            low = _above(least, self.min_open)
        high = None
        if self.max is not None:
            most = number(self.max)
            high = _below(most, self.max_open)
        says_nothing = low is not None and low <= 0 and high is not None
        return _bounds(None if says_nothing else low, high)

    def share(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the bounds of a percentage as those of a share.

        Examples
        --------
        >>> Range(max=5, max_open=True).share()
        ({'max': '5 %'}, ('5 % itself passes here',))
        >>> Range(min=0, max=0).share()[0]
        {'max': 0}
        """
        low = None if not self.min else percent(self.min)
        high = None if self.max is None else percent(self.max)
        return Range(low, high, self.min_open, self.max_open).closed()

    def is_zero(self, is_percent: bool = False) -> bool:
        """Return whether only 0 passes, of counts or of percentages.

        Examples
        --------
        >>> Range(max=1, max_open=True).is_zero(), Range(max=0.5).is_zero(is_percent=True)
        (True, False)
        """
        if self.max is None or self.min or self.min_open:
            return False
        if is_percent:
            return number(self.max) == 0
        return self.whole()["max"] == 0

    def _passing(self) -> list[str]:
        opened = ((self.min, self.min_open), (self.max, self.max_open))
        return [f"{bound} itself passes here" for bound, is_open in opened if is_open]


def number(value: Any) -> Decimal:
    """Return a bound as a number.

    Raises
    ------
    NoCounterpartError
        When it is none.

    Examples
    --------
    >>> number("1.50"), number(0.95)
    (Decimal('1.50'), Decimal('0.95'))
    """
    text = str(plain(value)).strip()
    try:
        if isinstance(value, bool):
            raise ArithmeticError
        found = Decimal(text)
    except ArithmeticError:
        raise NoCounterpartError(f"{text!r} is no number") from None
    if not found.is_finite():
        raise NoCounterpartError(f"{text!r} is no finite number")
    return found


def percent(value: Any) -> Number:
    """Return a number of percents as a spec writes it.

    Examples
    --------
    >>> percent(5), percent(0.50), percent(0)
    ('5 %', '0.5 %', 0)
    """
    found = number(value)
    return f"{short(found)} %" if found else 0


def rest_of(mostly: Any) -> str:
    """Return the percentage of rows that may fail where a share has to pass.

    Examples
    --------
    >>> rest_of(0.95), rest_of(0.999)
    ('5 %', '0.1 %')
    """
    return f"{short((1 - number(mostly)) * 100)} %"


def short(found: Decimal) -> str:
    """Return a number without zeros at its end.

    Examples
    --------
    >>> short(Decimal("5.00")), short(Decimal("100")), short(Decimal("1E+2"))
    ('5', '100', '100')
    """
    text = format(found, "f")
    if "." not in text:
        return text
    return text.rstrip("0").rstrip(".")


def _bounds(low: Any, high: Any) -> dict[str, Any]:
    given = {"min": low, "max": high}
    return {key: bound for key, bound in given.items() if bound is not None}


def _above(bound: Decimal, is_open: bool) -> int:
    whole = int(bound.to_integral_value("ROUND_CEILING"))
    if is_open and whole == bound:
        return whole + 1
    return whole


def _below(bound: Decimal, is_open: bool) -> int:
    whole = int(bound.to_integral_value("ROUND_FLOOR"))
    if is_open and whole == bound:
        return whole - 1
    return whole
