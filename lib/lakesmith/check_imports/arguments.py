"""Take the arguments of a check one by one, so that none is overlooked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from lakesmith.check_imports.drafts import NoCounterpartError

_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_MISSING = object()


class Arguments:
    """The arguments of a check. Those without a value count as left out."""

    def __init__(self, given: Any) -> None:
        if not isinstance(given, Mapping):
            raise NoCounterpartError("its arguments are no map")
        self._given = {
            str(key): value for key, value in given.items() if value is not None
        }

    def __contains__(self, name: str) -> bool:
        """Return whether an argument has a value and was not taken yet."""
        return name in self._given

    def all(self) -> dict[str, Any]:
        """Return the arguments that were not taken yet."""
        return dict(self._given)

    def take(self, name: str, default: Any = None) -> Any:
        """Return an argument and remove it.

        Examples
        --------
        >>> arguments = Arguments({"min_value": 1})
        >>> arguments.take("min_value"), arguments.take("min_value", 7)
        (1, 7)
        """
        return self._given.pop(name, default)

    def put(self, name: str, value: Any, is_stronger: bool = False) -> None:
        """Add an argument. One that is there stays, unless the new one is stronger."""
        if value is not None and (is_stronger or name not in self._given):
            self._given[name] = value

    def ignore(self, *names: str) -> None:
        """Remove arguments that do not change what is checked."""
        for name in names:
            self.take(name)

    def needed(self, name: str) -> Any:
        """Return an argument that must be there, and remove it.

        Raises
        ------
        NoCounterpartError
            When it is missing.

        Examples
        --------
        >>> Arguments({}).needed("value_set")
        Traceback (most recent call last):
        ...
        lakesmith.check_imports.drafts.NoCounterpartError: it has no 'value_set'
        """
        value = self.take(name, _MISSING)
        if value is _MISSING:
            raise NoCounterpartError(f"it has no '{name}'")
        return value

    def column(self, name: str = "column") -> str:
        """Return an argument that names a column."""
        return column_name(self.needed(name))

    def columns(self, name: str) -> list[str]:
        """Return an argument that lists columns."""
        return column_names(self.needed(name))

    def text(self, name: str) -> str:
        """Return an argument that must be text."""
        value = self.needed(name)
        if not isinstance(value, str):
            raise NoCounterpartError(f"'{name}' is no text")
        return value

    def condition(self, name: str) -> str | None:
        """Return an argument that is a condition in SQL, None when it is left out."""
        return self.text(name) if name in self else None

    def flag(self, name: str, default: bool = False) -> bool:
        """Return an argument that is true or false."""
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise NoCounterpartError(f"'{name}' is neither true nor false")
        return value

    def value(self, name: str) -> Any:
        """Return an argument as a value of a spec, None when it is left out."""
        value = self.take(name)
        return None if value is None else plain(value)

    def values(self, name: str) -> list[Any]:
        """Return an argument that lists values."""
        return value_list(self.needed(name), name)

    def refuse_rest(self) -> None:
        """Refuse what was not taken.

        Raises
        ------
        NoCounterpartError
            With the names that are left.

        Examples
        --------
        >>> Arguments({"a": 1, "group_by": ["b"]}).refuse_rest()
        Traceback (most recent call last):
        ...
        lakesmith.check_imports.drafts.NoCounterpartError: 'a' and 'group_by' have no counterpart
        """
        names = [f"'{name}'" for name in self._given]
        if names:
            verb = "has" if len(names) == 1 else "have"
            raise NoCounterpartError(f"{' and '.join(names)} {verb} no counterpart")


def column_name(value: Any) -> str:
    """Return the name of a column as a check can name it.

    Raises
    ------
    NoCounterpartError
        When it is an expression, a field of a struct, or a name with other signs.

    Examples
    --------
    >>> column_name("unit_price"), column_name("`day`"), column_name('"day"')
    ('unit_price', 'day', 'day')
    """
    text = str(value)
    for quote in '`"':
        if len(text) > 1 and text[0] == quote == text[-1]:
            text = text[1:-1]
    if not _COLUMN.fullmatch(text):
        raise NoCounterpartError(f"'{value}' is not the plain name of a column")
    return text


def column_names(value: Any) -> list[str]:
    """Return the names of several columns."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise NoCounterpartError("its columns are no list")
    return [column_name(one) for one in value]


def value_list(value: Any, name: str) -> list[Any]:
    """Return a list as values of a spec.

    Raises
    ------
    NoCounterpartError
        When it is no list, is empty, or holds NULL.

    Examples
    --------
    >>> value_list([1, date(2024, 1, 31)], "values")
    [1, '2024-01-31']
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise NoCounterpartError(f"'{name}' is no list")
    if not value:
        raise NoCounterpartError(f"'{name}' is empty")
    return [plain(one) for one in value]


def plain(value: Any) -> str | int | float | bool:
    """Return a value as a spec can hold it. Times and decimals become text.

    Raises
    ------
    NoCounterpartError
        When it is no single value, or no finite number.

    Examples
    --------
    >>> plain(datetime(2024, 1, 31, 8)), plain(Decimal("1.50")), plain(2.5)
    ('2024-01-31 08:00:00', '1.50', 2.5)
    """
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    is_whole = isinstance(value, int)
    is_finite = isinstance(value, float) and isfinite(value)
    is_number = is_whole or is_finite
    if is_number or isinstance(value, str):
        return value  # type: ignore[no-any-return]
    shown = "null" if value is None else str(value)
    raise NoCounterpartError(f"{shown} is no value that a check can hold")
