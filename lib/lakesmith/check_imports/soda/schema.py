"""Translate the checks of columns and their types in a check file of Soda."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import column_name, column_names
from lakesmith.check_imports.drafts import (
    Draft,
    Lost,
    Made,
    NoCounterpartError,
    draft,
)
from lakesmith.check_imports.making.types import schema_type

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

_REQUIRED = "when required column missing"
_TYPED = "when wrong column type"
_EXACT = "when mismatching columns"


def schema_drafts(arguments: Arguments) -> Iterator[Made]:
    """Return one check of the columns for each severity, and what has no counterpart.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> fail = {"when required column missing": ["id"], "when schema changes": "any"}
    >>> [type(one).__name__ for one in schema_drafts(Arguments({"fail": fail}))]
    ['Draft', 'Lost']
    """
    found = False
    for severity in ("fail", "warn"):
        given = arguments.take(severity)
        if given is None:
            continue
        if not isinstance(given, dict):
            raise NoCounterpartError(f"'{severity}' is no map")
        found = True
        yield from _of_severity(given, "warn" if severity == "warn" else None)
    if not found:
        raise NoCounterpartError("it says neither 'fail' nor 'warn'")


def _of_severity(given: dict[str, Any], on_fail: str | None) -> Iterator[Made]:
    columns: dict[str, str | None] = {}
    if _REQUIRED in given:
        columns |= dict.fromkeys(column_names(given[_REQUIRED]))
    for key in (_TYPED, _EXACT):
        columns |= typed_columns(given.get(key, {}))
    others = False if _EXACT in given else None
    if columns:
        made = draft("schema", column_types=columns, others=others)
        yield made.having(on_fail=on_fail)
    for key in given:
        if key not in (_REQUIRED, _TYPED, _EXACT):
            yield Lost(f"'{key}' has no counterpart")


def typed_columns(given: Any) -> dict[str, str | None]:
    """Return the columns of a map of types.

    Raises
    ------
    NoCounterpartError
        When it is no map, or Spark has no such type.

    Examples
    --------
    >>> typed_columns({"id": "integer", "day": None})
    {'id': 'int', 'day': None}
    """
    if not isinstance(given, dict):
        raise NoCounterpartError("its columns are no map")
    return {
        column_name(name): schema_type(str(kind)) if kind else None
        for name, kind in given.items()
    }


def contract_schema(columns: list[dict[str, Any]], arguments: Arguments) -> Draft:
    """Return the check of the columns that a contract declares.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> contract_schema([{"name": "id", "data_type": "integer"}], Arguments({})).check
    {'check': 'schema', 'column_types': {'id': 'int'}, 'ordered': True, 'others': False}
    """
    takes_others = arguments.flag("allow_extra_columns")
    takes_any_order = arguments.flag("allow_other_column_order")
    optional = [one for one in columns if one.get("optional")]
    if optional and not takes_others:
        reason = "'schema' has no optional columns, unless it allows others"
        raise NoCounterpartError(reason)
    needed = [one for one in columns if not one.get("optional")]
    return draft(
        "schema",
        column_types=typed_columns(
            {str(one.get("name")): one.get("data_type") for one in needed}
        ),
        ordered=None if takes_any_order else True,
        others=None if takes_others else False,
    )
