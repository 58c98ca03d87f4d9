"""Translate what Soda calls valid and missing into checks of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import value_list
from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

_MISSING = ("missing_values", "missing_regex", "missing_format")
_VALID = (
    "valid_values", "invalid_values", "valid_regex", "invalid_regex", "valid_format",
    "invalid_format", "valid_min", "valid_max", "valid_length", "valid_min_length",
    "valid_max_length", "valid_reference_data", "include_null",
)  # fmt: skip
CONFIGURED = (*_MISSING, *_VALID)
_FORMATS = {
    "email": "email", "uuid": "uuid", "ip address": "ip", "ipv4 address": "ipv4",
    "ipv6 address": "ipv6",
}  # fmt: skip


def invalid_drafts(column: str, arguments: Arguments) -> list[Draft]:
    """Return one check of rows for each thing that makes a value invalid.

    A missing value is not invalid.

    Raises
    ------
    NoCounterpartError
        When nothing says what is valid.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> (one,) = invalid_drafts("n", Arguments({"valid_min": 0, "valid_max": 9}))
    >>> one.check
    {'check': 'between', 'column': 'n', 'min': 0, 'max': 9}
    """
    is_needed = arguments.flag("include_null")
    present = _present(column, arguments)
    by_value = _by_value(column, arguments)
    by_text = _by_text(column, arguments)
    drafts = [*by_value, *by_text]
    if not drafts:
        raise NoCounterpartError("it does not say which values are valid")
    on_null = "fail" if is_needed else None
    where = None if is_needed else present
    return [one.having(on_null=on_null, where=where) for one in drafts]


def missing_draft(column: str, arguments: Arguments) -> Draft:
    """Return the check of rows that a value is not missing.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> missing_draft("n", Arguments({"missing_values": ["N/A"]})).check["values"]
    ['N/A']
    """
    arguments.ignore(*_VALID)
    if not any(key in arguments for key in _MISSING):
        return draft("not_null", column=column)
    values = arguments.take("missing_values")
    if not any(key in arguments for key in _MISSING):
        listed = value_list(values, "missing values")
        return draft("not_in_set", column=column, values=listed, on_null="fail")
    _refuse_format(arguments.take("missing_format"))
    found = [sql.matches(column, arguments.text("missing_regex"))]
    if values is not None:
        in_sql = _listed(values)
        found.append(f"{sql.name(column)} IN {in_sql}")
    expression = f"NOT ({' OR '.join(found)})"
    return draft("expression", column=column, expression=expression, on_null="fail")


def _present(column: str, arguments: Arguments) -> str | None:
    _refuse_format(arguments.take("missing_format"))
    values = arguments.take("missing_values")
    pattern = arguments.take("missing_regex")
    name = sql.name(column)
    return sql.all_of(
        f"{name} NOT IN {_listed(values)}" if values is not None else None,
        f"NOT {sql.matches(column, str(pattern))}" if pattern is not None else None,
    )


def _listed(values: Any) -> str:
    return sql.listed(value_list(values, "missing values"))


def _refuse_format(name: Any) -> None:
    if name is not None:
        raise NoCounterpartError(f"the missing format '{name}' has no counterpart")


def _by_value(column: str, arguments: Arguments) -> Iterator[Draft]:
    if "valid_values" in arguments:
        values = arguments.values("valid_values")
        yield draft("in_set", column=column, values=values)
    if "invalid_values" in arguments:
        values = arguments.values("invalid_values")
        yield draft("not_in_set", column=column, values=values)
    low = arguments.value("valid_min")
    high = arguments.value("valid_max")
    if low is not None or high is not None:
        yield draft(
            "between",
            column=column,
            min=low,
            max=high,
        )


def _by_text(column: str, arguments: Arguments) -> Iterator[Draft]:
    size = arguments.value("valid_length")
    low = arguments.value("valid_min_length")
    high = arguments.value("valid_max_length")
    if size is not None:
        yield draft(
            "length",
            column=column,
            **Range(size, size).whole(),
        )
    if low is not None or high is not None:
        yield draft(
            "length",
            column=column,
            **Range(low, high).whole(),
        )
    if "valid_regex" in arguments:
        pattern = arguments.text("valid_regex")
        yield draft("regex", column=column, pattern=pattern)
    if "invalid_regex" in arguments:
        found = sql.matches(column, arguments.text("invalid_regex"))
        yield draft("expression", column=column, expression=f"NOT ({found})")
    if "valid_format" in arguments:
        yield _format(column, arguments.text("valid_format"))


def _format(column: str, name: str) -> Draft:
    if name not in _FORMATS:
        reason = f"the format '{name}' has no counterpart; write it as a regex"
        raise NoCounterpartError(reason)
    made = draft(
        "matches_format",
        column=column,
        format=_FORMATS[name],
    )
    return made.noting(f"the pattern of the format '{_FORMATS[name]}' is Lakesmith's")
