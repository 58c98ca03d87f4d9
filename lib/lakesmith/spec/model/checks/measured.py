"""Define what the checks that measure one number have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from lakesmith.spec.model.checks.base import BatchCheck, GateColumns
from lakesmith.spec.model.checks.bounds import Bound, Bounds, empty_range
from lakesmith.spec.model.checks.column_kinds import NUMBERS, kind_findings
from lakesmith.spec.model.checks.condition_rules import condition_findings
from lakesmith.spec.values.numbers import read_decimal
from lakesmith.spec.yaml.provenance import Finding

Limits = tuple[int | None, int | None]


class Measured(Bounds, BatchCheck):
    """A number that is measured on a batch and lies within bounds."""

    warn: Bounds | None = Field(
        None, description="Narrower bounds, of which a breach only warns."
    )
    where: str | None = Field(
        None, description="SQL condition of the rows that are measured."
    )

    # Types of the columns that can be measured; empty takes all.
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    # The least and the greatest value that the number can have.
    limits: ClassVar[Limits] = (None, None)
    # Whether a bound may be a percent.
    takes_percents: ClassVar[bool] = True

    def findings(self, columns: GateColumns) -> Iterator[Finding]:
        """Find bounds that are no numbers, a wrong condition, and columns of other types."""
        for place, bounds in self.all_bounds().items():
            yield from _bound_findings(place, bounds, self.limits)
            if not self.takes_percents:
                yield from _percent_findings(place, bounds)
        yield from condition_findings("where", self.where, columns)
        yield from kind_findings(self, self.kinds, columns)

    def all_bounds(self) -> dict[str, Bounds]:
        """Return the bounds of each severity, by the key that they are in."""
        narrow = {"warn.": self.warn} if self.warn else {}
        return {"": self, **narrow}


class MeasuredShare(Measured):
    """A share that is measured, 0 to 1, whose bounds may be percents."""

    kinds: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[Limits] = (0, 1)


class MeasuredCount(Measured):
    """A count that is measured."""

    reads_null: ClassVar[bool] = False
    kinds: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[Limits] = (0, None)
    takes_percents: ClassVar[bool] = False


def read_bound(bound: Bound) -> Decimal:
    """Return a bound as a number. A percent is a share.

    Raises
    ------
    ValueError
        When it is no number.

    Examples
    --------
    >>> read_bound("5 %"), read_bound(0.1), read_bound("1e3")
    (Decimal('0.05'), Decimal('0.1'), Decimal('1E+3'))
    """
    text = str(bound).strip()
    number = text.removesuffix("%")
    value = read_decimal(number.strip())
    return value if number == text else value / 100


def _bound_findings(place: str, bounds: Bounds, limits: Limits) -> Iterator[Finding]:
    numbers: dict[str, Decimal] = {}
    for key, bound in bounds.bounds().items():
        try:
            numbers[key] = read_bound(bound)
        except (ValueError, ArithmeticError):
            what = f"'{key}' is {bound!r}, a number expected"
            yield Finding("LS141", f"{place}{key}", what, "write a number")
    yield from _limit_findings(place, numbers, limits)
    if len(numbers) == 2 and numbers["min"] > numbers["max"]:
        yield replace(empty_range(bounds), key=f"{place}max")


def _percent_findings(place: str, bounds: Bounds) -> Iterator[Finding]:
    for key, bound in bounds.bounds().items():
        if str(bound).rstrip().endswith("%"):
            what = f"'{key}' is {bound!r}, a count is no percent"
            yield Finding("LS141", f"{place}{key}", what, "write a number")


def _limit_findings(
    place: str, numbers: Mapping[str, Decimal], limits: Limits
) -> Iterator[Finding]:
    least, greatest = limits
    for key, number in numbers.items():
        is_low = least is not None and number < least
        is_high = greatest is not None and number > greatest
        if is_low or is_high:
            limit = f"at least {least}" if is_low else f"at most {greatest}"
            what = f"'{key}' is {number}, the value is always {limit}"
            yield Finding("LS141", f"{place}{key}", what, "change the bound")
