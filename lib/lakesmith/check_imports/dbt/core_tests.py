"""Translate the tests that dbt itself has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.dbt.names import TESTS
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

named = TESTS.named
_REFERENCE = re.compile(
    r"\s*(?:\{\{)?\s*(?:ref|source)\((?:\s*['\"][^'\"]+['\"]\s*,)?\s*"
    r"['\"]([^'\"]+)['\"]\s*(?:,\s*v(?:ersion)?\s*=\s*\d+)?\s*\)\s*(?:\}\})?\s*"
)
_NUMBERS = "dbt compares text with the column; quote the values if it holds text"


@named("not_null")
def _not_null(arguments: Arguments) -> Draft:
    return draft("not_null", column=arguments.column("column_name"))


@named("unique")
def _unique(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    return Draft({"check": "unique", "columns": [column]}, nulls="any")


@named("accepted_values")
def _accepted(arguments: Arguments) -> Draft:
    return of_values("in_set", arguments, "values", "quote")


@named("relationships")
def _relationships(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    other = referred(arguments.text("to"))
    return referring(column, other, arguments.column("field"))


def referring(column: str, other: str, to: str, where: str | None = None) -> Draft:
    """Return the check that values are in another table, where they are given.

    Examples
    --------
    >>> referring("customer", "customers", "id").check["max"]
    0
    """
    made = draft(
        "references",
        columns=[column],
        table=f"silver.{other}",
        to=None if to == column else [to],
        where=sql.all_of(sql.given([column]), where),
        **Range(max=0).whole(),
    )
    return made.noting(f"the layer of '{other}' is not known, silver was taken")


def referred(text: str) -> str:
    """Return the name of the model that a reference names.

    Raises
    ------
    NoCounterpartError
        When it is none.

    Examples
    --------
    >>> referred("ref('customers')"), referred("{{ source('shop', 'Orders') }}")
    ('customers', 'orders')
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise NoCounterpartError(f"'{text}' is no reference to a model")
    return found.group(1).lower()


def of_values(check: str, arguments: Arguments, key: str, quoting: str) -> Draft:
    """Return the check of a list of values, which dbt takes as text by default.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> given = {"column_name": "n", "values": [1], "quote": False}
    >>> of_values("in_set", Arguments(given), "values", "quote").check["values"]
    [1]
    """
    column = arguments.column("column_name")
    values = arguments.values(key)
    is_quoted = arguments.flag(quoting, True)
    has_text = any(isinstance(value, str) for value in values)
    if not is_quoted and has_text:
        raise NoCounterpartError("values that are SQL have no counterpart")
    is_all_text = all(isinstance(value, str) for value in values)
    note = _NUMBERS if is_quoted and not is_all_text else ""
    made = draft(
        check,
        column=column,
        values=_alike(values),
    )
    return made.noting(note)


def _alike(values: list[Any]) -> list[Any]:
    kinds = {isinstance(value, str) for value in values}
    if len(kinds) > 1:
        return [str(value) for value in values]
    return values
