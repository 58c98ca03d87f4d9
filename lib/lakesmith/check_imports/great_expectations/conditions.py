"""Write the condition of an expectation as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import column_name, plain, value_list
from lakesmith.check_imports.drafts import NoCounterpartError
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

Given = dict[str, Any]

_NAME = r'col\("([^"]+)"\)'
_NUMBER = r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?"
_COMPARED = re.compile(
    rf"{_NAME}\s*(==|!=|<=|>=|<|>)\s*(?:({_NUMBER})|(date\()?[\"']([^\"']*)[\"']\)?)"
)
_NOT_NULL = re.compile(rf"{_NAME}\.notnull\(\)", re.IGNORECASE)
_OWN_PARSERS = ("great_expectations", "great_expectations__experimental__")
_OPERATORS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LISTS = {"IN": "IN", "NOT_IN": "NOT IN"}


def condition(arguments: Arguments) -> str | None:
    """Return the condition of the rows that are checked, as SQL.

    Raises
    ------
    NoCounterpartError
        When it is of pandas, or has a form that is not known.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> text = 'col("status") == "paid"'
    >>> condition(Arguments({"row_condition": text, "condition_parser": "great_expectations"}))
    "status = 'paid'"
    """
    given = arguments.take("row_condition")
    parser = arguments.take("condition_parser")
    if given is None:
        return None
    if isinstance(given, dict):
        return _of_map(given, parser)
    if parser == "spark":
        return str(given)
    if parser in _OWN_PARSERS:
        return _of_text(str(given))
    raise NoCounterpartError(f"a row_condition of the parser '{parser}' is not SQL")


def _of_text(text: str) -> str:
    exists = _NOT_NULL.fullmatch(text.strip())
    if exists:
        present = column_name(exists.group(1))
        return f"{sql.name(present)} IS NOT NULL"
    found = _COMPARED.fullmatch(text.strip())
    if found is None:
        raise NoCounterpartError(f"row_condition '{text}' is not understood")
    column, operator, number, is_date, value = found.groups()
    kind = "date" if is_date else ""
    right = number or f"{kind}{sql.literal(value)}"
    left = sql.name(column_name(column))
    return f"{left} {_OPERATORS[operator]} {right}"


def _of_map(given: Given, parser: Any) -> str:
    kind = given.get("type")
    write = _KINDS.get(str(kind))
    text = write(given, parser) if write else None
    if text is None:
        raise NoCounterpartError(f"a row_condition of type '{kind}' is not SQL")
    return text


def _nullity(given: Given, parser: Any) -> str:
    negated = "" if given.get("is_null") else "NOT "
    return f"{_column(given)} IS {negated}NULL"


def _joined(given: Given, parser: Any) -> str | None:
    conditions = given.get("conditions")
    if not isinstance(conditions, list):
        return None
    parts = [_of_map(one, parser) for one in conditions]
    operator = str(given["type"]).upper()
    enclosed = [f"({part})" for part in parts]
    return f" {operator} ".join(enclosed)


def _passed_through(given: Given, parser: Any) -> str | None:
    if parser != "spark":
        return None
    return str(given.get("pass_through_filter"))


def _compared(given: Given, parser: Any) -> str:
    operator = str(given.get("operator"))
    value = given.get("parameter")
    if operator in _LISTS:
        values = value_list(value, "parameter")
        listed = sql.listed(values)
        left = _column(given)
        return f"{left} {_LISTS[operator]} {listed}"
    if operator not in _OPERATORS:
        raise NoCounterpartError(f"the operator '{operator}' is not known")
    right = _operand(value)
    left = _column(given)
    return f"{left} {_OPERATORS[operator]} {right}"


def _operand(value: Any) -> str:
    if isinstance(value, dict):
        return _column({"column": value})
    return sql.literal(plain(value))


def _column(given: Given) -> str:
    column = given.get("column")
    name = column.get("name") if isinstance(column, dict) else column
    return sql.name(column_name(name))


# What writes a condition that is a map, by its type. None stands for what is no SQL.
_KINDS: dict[str, Callable[[Given, Any], str | None]] = {
    "nullity": _nullity,
    "comparison": _compared,
    "and": _joined,
    "or": _joined,
    "pass_through": _passed_through,
}
