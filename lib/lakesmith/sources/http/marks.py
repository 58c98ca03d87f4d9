"""Compare the values by which records of an API are known to be new."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lakesmith.duration import parse_age
from lakesmith.errors import InputError
from lakesmith.sources.http.page import value_of

if TYPE_CHECKING:
    from lakesmith.spec.model.http import HttpIncremental

_A_DAY = timedelta(days=1)
_DATE = len("2024-01-01")


@dataclass(frozen=True)
class Marks:
    """The marks of one source.

    Parameters
    ----------
    incremental : HttpIncremental
    where : str
        The place of the source in the specs.
    """

    incremental: HttpIncremental
    where: str

    def of(self, record: str) -> str:
        """Return the mark of a record as it is spelled.

        Raises
        ------
        InputError
            LS222 for a record without one, or with one that is far ahead.
        """
        data = json.loads(record, parse_int=str, parse_float=str)
        mark = value_of(data, self.incremental.field)
        if mark is None:
            raise self._refused(f"a record has no '{self.incremental.field}'")
        point = self.point(mark)
        if isinstance(point, datetime) and point > _now() + _A_DAY:
            raise self._refused(f"a record has {mark}, more than a day ahead")
        return mark

    def point(self, mark: str) -> Decimal | datetime:
        """Return what a mark stands for, by which marks are compared.

        Raises
        ------
        InputError
            LS221 for a text that is no number, date or time.
        """
        number = _number(mark)
        if number is not None:
            return number
        try:
            point = datetime.fromisoformat(mark.replace("Z", "+00:00"))
        except ValueError:
            raise self._no_order(mark) from None
        return point.replace(tzinfo=point.tzinfo or timezone.utc)

    def later(self, one: str | None, other: str | None) -> str | None:
        """Return the later one of two marks.

        Examples
        --------
        >>> from lakesmith.spec.model.http import HttpIncremental
        >>> marks = Marks(HttpIncremental(parameter="since", field="at"), "sources.a")
        >>> marks.later("9", "10"), marks.later("2024-01-02", "2024-01-01T23:00:00Z")
        ('10', '2024-01-02')
        """
        if one is None or other is None:
            return one or other
        here: Any = self.point(one)
        there: Any = self.point(other)
        if type(here) is not type(there):
            raise self._refused(f"the values {one} and {other} have no order")
        return one if here >= there else other

    def low(self, mark: str) -> str:
        """Return the mark from which records may still appear.

        Examples
        --------
        >>> from lakesmith.spec.model.http import HttpIncremental
        >>> of = {"parameter": "since", "field": "at"}
        >>> Marks(HttpIncremental(**of, overlap="1d"), "sources.a").low("2024-03-01")
        '2024-02-29'
        >>> Marks(HttpIncremental(**of, overlap="10m"), "sources.a").low("2024-03-01T00:05:00Z")
        '2024-02-29T23:55:00Z'
        >>> Marks(HttpIncremental(**of, overlap=5), "sources.a").low("12")
        '7'
        """
        overlap = self.incremental.overlap
        if overlap == 0:
            return mark
        point = self.point(mark)
        if isinstance(point, Decimal) and isinstance(overlap, int):
            return str(point - overlap)
        if isinstance(point, datetime) and isinstance(overlap, str):
            return _spelled(point - parse_age(overlap), mark)
        raise InputError(
            f"the overlap is {overlap!r}, and the values are like {mark}",
            code="LS221",
            where=f"{self.where}.incremental.overlap",
            hint="write a span such as 10m for times, a whole number for numbers",
        )

    def is_near(self, mark: str, low: str) -> bool:
        """Return whether a record may come again, since its mark is not below the lowest one.

        Examples
        --------
        >>> from lakesmith.spec.model.http import HttpIncremental
        >>> marks = Marks(HttpIncremental(parameter="since", field="at"), "sources.a")
        >>> marks.is_near("9", "10"), marks.is_near("10", "10")
        (False, True)
        """
        return self.later(mark, low) == mark or self.point(mark) == self.point(low)

    def _refused(self, what: str) -> InputError:
        return InputError(
            what,
            code="LS222",
            where=f"{self.where}.incremental.field",
            hint="name a field that each record has, of the present or the past",
        )

    def _no_order(self, mark: str) -> InputError:
        return InputError(
            f"'{self.incremental.field}' is {mark!r}, by which new records cannot be known",
            code="LS221",
            where=f"{self.where}.incremental.field",
            hint="name a field of numbers, or of dates or times in the form of ISO 8601",
        )


def _number(mark: str) -> Decimal | None:
    try:
        number = Decimal(mark)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _spelled(point: datetime, like: str) -> str:
    """Return a time in UTC, or a date where the mark is one."""
    if len(like) == _DATE:
        return point.date().isoformat()
    return point.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
