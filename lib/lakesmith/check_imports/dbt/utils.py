"""Translate the tests of the package dbt_utils."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.bounds import Range, number, percent
from lakesmith.check_imports.dbt.core_tests import of_values, referred, referring
from lakesmith.check_imports.dbt.names import TESTS
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

named = TESTS.named
_SPANS = {"day": "d", "hour": "h", "minute": "m", "second": "s"}


@named("dbt_utils.accepted_range")
def _range(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    low = arguments.value("min_value")
    high = arguments.value("max_value")
    is_inclusive = arguments.flag("inclusive", True)
    return within(column, low, high, is_inclusive)


def within(column: str, low: Any, high: Any, is_inclusive: bool) -> Draft:
    """Return the check that a value is between two bounds, of which text is SQL.

    Examples
    --------
    >>> within("n", 0, None, True).check
    {'check': 'between', 'column': 'n', 'min': 0}
    >>> within("n", 0, "other", False).check["expression"]
    'n > 0 AND n < other'
    """
    if low is None and high is None:
        raise NoCounterpartError("it has neither 'min_value' nor 'max_value'")
    if is_inclusive and not isinstance(low, str) and not isinstance(high, str):
        return draft("between", column=column, min=low, max=high)
    equal = "=" if is_inclusive else ""
    name = sql.name(column)
    parts: list[str] = []
    if low is not None:
        parts.append(f"{name} >{equal} {low}")
    if high is not None:
        parts.append(f"{name} <{equal} {high}")
    expression = " AND ".join(parts)
    return draft("expression", column=column, expression=expression)


@named("dbt_utils.expression_is_true")
def _expression(arguments: Arguments) -> Draft:
    expression = arguments.text("expression").strip()
    if "column_name" not in arguments:
        return draft("expression", expression=expression)
    column = arguments.column("column_name")
    return draft(
        "expression", column=column, expression=f"{sql.name(column)} {expression}"
    )


@named("dbt_utils.unique_combination_of_columns")
def _unique(arguments: Arguments) -> Draft:
    arguments.ignore("quote_columns")
    return draft("unique", columns=arguments.columns("combination_of_columns"))


@named("dbt_utils.not_null_proportion")
def _not_null_share(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    least = number(arguments.needed("at_least"))
    most = number(arguments.take("at_most", 1))
    fewest = (1 - most) * 100
    low = percent(str(fewest)) or None
    return draft(
        "null_share", column=column, min=low, max=percent(str((1 - least) * 100))
    )


@named("dbt_utils.not_empty_string")
def _not_empty(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    name = sql.name(column)
    is_trimmed = arguments.flag("trim_whitespace", True)
    text = f"trim({name})" if is_trimmed else name
    return draft("expression", column=column, expression=f"{text} != ''")


@named("dbt_utils.not_accepted_values")
def _not_accepted(arguments: Arguments) -> Draft:
    return of_values("not_in_set", arguments, "values", "quote")


@named("dbt_utils.relationships_where")
def _relationships(arguments: Arguments) -> Draft:
    if "to_condition" in arguments:
        raise NoCounterpartError("'references' takes no condition of the other table")
    column = arguments.column("column_name")
    other = referred(arguments.text("to"))
    where = arguments.take("from_condition")
    return referring(
        column,
        other,
        arguments.column("field"),
        where,
    )


@named("dbt_utils.at_least_one")
def _at_least_one(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    given = f"count({sql.name(column)})"
    query = sql.select(given)
    made = draft("sql", query=query, min=1)
    return Draft(made.check, name=f"{column}_at_least_one")


@named("dbt_utils.not_constant")
def _not_constant(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    made = draft("distinct_count", column=column, min=2)
    return made.noting("a table without a value fails too")


@named("dbt_utils.recency")
def _recency(arguments: Arguments) -> Draft:
    arguments.put("column_name", arguments.needed("field"))
    if arguments.flag("ignore_time_component"):
        raise NoCounterpartError("'ignore_time_component' has no counterpart")
    made = recent(arguments).having(on_null="fail")
    return made.noting("a table without any value passes in dbt and fails here")


def recent(arguments: Arguments) -> Draft:
    """Return the check that the newest value is not older than an interval.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> given = {"column_name": "at", "datepart": "hour", "interval": 6}
    >>> recent(Arguments(given)).check
    {'check': 'freshness', 'column': 'at', 'max_age': '6h'}
    """
    column = arguments.column("column_name")
    part = str(arguments.needed("datepart"))
    size = Range(min=arguments.needed("interval")).whole()["min"]
    if part == "week":
        part, size = "day", size * 7
    if part not in _SPANS:
        raise NoCounterpartError(f"'freshness' knows no '{part}'")
    max_age = f"{size}{_SPANS[part]}"
    return draft("freshness", column=column, max_age=max_age)
