"""Judge a measured number, exact or estimated, by the bounds of a check."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lakesmith.spec.model.checks.measured import read_bound

if TYPE_CHECKING:
    from lakesmith.spec.model.checks.bounds import Bounds

Number = int | float | Decimal


@dataclass(frozen=True)
class Measurement:
    """A number and its bounds.

    Parameters
    ----------
    value : number
    low, high : number, optional
        Bounds of an estimate; the number itself where it is exact.
    error : str
        The error of an estimate in words, such as ``HLL, 3 standard errors``.
    """

    value: Number
    low: Number | None = None
    high: Number | None = None
    error: str = ""

    def interval(self) -> tuple[Number, Number]:
        """Return the least and the greatest value that the number may have.

        Examples
        --------
        >>> Measurement(3).interval(), Measurement(3, 2, 4).interval()
        ((3, 3), (2, 4))
        """
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return low, high

    def text(self) -> str:
        """Return the number in words.

        Examples
        --------
        >>> Measurement(Decimal("1.50")).text(), Measurement(3, 2, 4, "HLL").text()
        ('1.50', 'about 3 (2 to 4, HLL)')
        """
        if not self.error:
            return shown(self.value)
        low, high = map(shown, self.interval())
        value = shown(self.value)
        return f"about {value} ({low} to {high}, {self.error})"


def shown(number: Number) -> str:
    """Return a number as text, floats with six digits that count.

    Examples
    --------
    >>> shown(0.1 + 0.2), shown(12345678), shown(Decimal("0.10"))
    ('0.3', '12345678', '0.10')
    """
    if isinstance(number, float):
        return f"{number:.6g}"
    return str(number)


def breach(bounds: Bounds, estimate: Measurement) -> str:
    """Return which bound a number breaks, in words, or nothing. NaN breaks every bound.

    Examples
    --------
    >>> from lakesmith.spec.model.checks.bounds import Bounds
    >>> breach(Bounds(min=5), Measurement(3)), breach(Bounds(max=5), Measurement(3))
    ('expected at least 5', '')
    """
    is_nan = _is_nan(estimate.value)
    number = Decimal(0) if is_nan else _exact(estimate.value)
    low = bounds.min
    if low is not None and (is_nan or number < read_bound(low)):
        return f"expected at least {low}"
    high = bounds.max
    if high is not None and (is_nan or number > read_bound(high)):
        return f"expected at most {high}"
    return ""


def is_undecided(bounds: Mapping[str, Bounds], estimate: Measurement) -> bool:
    """Return whether a bound is within the error of an estimate.

    Examples
    --------
    >>> from lakesmith.spec.model.checks.bounds import Bounds
    >>> bounds = {"": Bounds(max=10)}
    >>> is_undecided(bounds, Measurement(9, 8, 11)), is_undecided(bounds, Measurement(7, 6, 8))
    (True, False)
    """
    low, high = estimate.interval()
    if low == high or _is_nan(low) or _is_nan(high):
        return False
    least = _exact(low)
    most = _exact(high)
    for one in bounds.values():
        numbers = map(read_bound, one.bounds().values())
        if any(least <= number <= most for number in numbers):
            return True
    return False


def _exact(number: Number) -> Decimal:
    if isinstance(number, float):
        return Decimal(repr(number))
    return Decimal(number)


def _is_nan(number: Number) -> bool:
    return isinstance(number, float) and math.isnan(number)
