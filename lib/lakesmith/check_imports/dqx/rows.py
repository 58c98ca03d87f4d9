"""Translate the functions of DQX that judge each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.dqx.names import FUNCTIONS
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import limit_text as limits
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.translators import Translate

named = FUNCTIONS.named
_BARE = (
    "text without quotes is a value up to DQX 0.15, SQL since 0.16; taken as a value"
)


@named("is_not_null")
def _not_null(arguments: Arguments) -> Draft:
    return draft("not_null", column=arguments.column())


def _stating(condition: str, on_null: str | None = None) -> Translate:
    """Return what makes an expression of a column, trimmed when the check says so."""

    def translate(arguments: Arguments) -> Draft:
        column = arguments.column()
        name = sql.name(column)
        spelled = f"cast({name} AS string)"
        text = f"trim({spelled})" if arguments.flag("trim_strings") else spelled
        expression = condition.format(name=name, text=text)
        return draft(
            "expression", column=column, expression=expression, on_null=on_null
        )

    return translate


for _name, _condition, _on_null in (
    ("is_null", "{name} IS NULL", None),
    ("is_not_empty", "{text} != ''", None),
    ("is_empty", "{text} = ''", None),
    ("is_null_or_empty", "{name} IS NULL OR {text} = ''", None),
    ("is_not_null_and_not_empty", "{text} != ''", "fail"),
    ("is_not_null_and_not_empty_array", "size({name}) > 0", "fail"),
):
    named(_name)(_stating(_condition, _on_null))


@named("is_in_list")
def _in_list(arguments: Arguments) -> Draft:
    return _listed("in_set", arguments, "allowed")


@named("is_not_null_and_is_in_list")
def _given_in_list(arguments: Arguments) -> Draft:
    return _listed("in_set", arguments, "allowed").having(on_null="fail")


@named("is_not_in_list")
def _not_in_list(arguments: Arguments) -> Draft:
    return _listed("not_in_set", arguments, "forbidden")


def _listed(check: str, arguments: Arguments, key: str) -> Draft:
    column = arguments.column()
    given = arguments.needed(key)
    if not arguments.flag("case_sensitive", True):
        raise NoCounterpartError("'case_sensitive: false' has no counterpart")
    if not isinstance(given, list) or not given:
        raise NoCounterpartError(f"'{key}' is no list of values")
    values = [limits.value(one) for one in given]
    note = _BARE if any(map(limits.is_sql, given)) else ""
    return draft(check, column=column, values=values).noting(note)


@named("is_in_range")
def _in_range(arguments: Arguments) -> Draft:
    low = arguments.needed("min_limit")
    high = arguments.needed("max_limit")
    return _within(arguments.column(), low, high)


@named("is_not_less_than")
def _not_less(arguments: Arguments) -> Draft:
    return _within(arguments.column(), arguments.needed("limit"), None)


@named("is_not_greater_than")
def _not_greater(arguments: Arguments) -> Draft:
    return _within(arguments.column(), None, arguments.needed("limit"))


def _within(column: str, low: Any, high: Any) -> Draft:
    if not limits.is_sql(low) and not limits.is_sql(high):
        least = limits.value(low)
        most = limits.value(high)
        bounds = {"min": least, "max": most}
        return draft("between", column=column, **bounds)
    if low is None or high is None:
        operator = "<=" if low is None else ">="
        limit = high if low is None else low
        return _with_sql(column, operator, limit)
    name = sql.name(column)
    parts = [
        f"{name} {operator} {_operand(limit)}"
        for operator, limit in ((">=", low), ("<=", high))
    ]
    return draft("expression", column=column, expression=" AND ".join(parts))


@named("is_not_in_range")
def _not_in_range(arguments: Arguments) -> Draft:
    column = arguments.column()
    low = _operand(arguments.needed("min_limit"))
    high = _operand(arguments.needed("max_limit"))
    value = sql.name(column)
    expression = f"{value} NOT BETWEEN {low} AND {high}"
    return draft("expression", column=column, expression=expression)


@named("is_equal_to")
def _equal(arguments: Arguments) -> Draft:
    return _compared(arguments, "in_set", "=")


@named("is_not_equal_to")
def _not_equal(arguments: Arguments) -> Draft:
    return _compared(arguments, "not_in_set", "!=")


def _compared(arguments: Arguments, check: str, operator: str) -> Draft:
    column = arguments.column()
    limit = arguments.needed("value")
    if not limits.is_sql(limit):
        return draft(
            check,
            column=column,
            values=[limits.value(limit)],
        )
    return _with_sql(column, operator, limit)


def _with_sql(column: str, operator: str, limit: str) -> Draft:
    if limit.isidentifier() and limit[0] != "_":
        return draft("compare", column=column, operator=operator, other=limit)
    value = sql.name(column)
    expression = f"{value} {operator} ({limit})"
    return draft("expression", column=column, expression=expression)


def _operand(limit: Any) -> str:
    if limits.is_sql(limit):
        return f"({limit})"
    value = limits.value(limit)
    return sql.literal(value)


@named("regex_match")
def _regex(arguments: Arguments) -> Draft:
    column = arguments.column()
    pattern = arguments.text("regex")
    if not arguments.flag("negate"):
        return draft("regex", column=column, pattern=pattern)
    expression = f"NOT ({sql.matches(column, pattern)})"
    return draft("expression", column=column, expression=expression)


@named("sql_expression")
def _expression(arguments: Arguments) -> Draft:
    text = arguments.text("expression").strip()
    is_negated = arguments.flag("negate")
    name = arguments.take("name")
    arguments.ignore("msg", "columns")
    made = draft("expression", expression=f"NOT ({text})" if is_negated else text)
    return Draft(made.check, name=str(name or ""))


@named("is_not_in_future")
def _not_in_future(arguments: Arguments) -> Draft:
    offset = arguments.take("offset", 0)
    tolerance = f"{offset}s" if offset else None
    return draft("not_in_future", column=arguments.column(), tolerance=tolerance)


def _format(name: str, is_same: bool) -> Translate:
    def translate(arguments: Arguments) -> Draft:
        if arguments.flag("strict"):
            raise NoCounterpartError("'strict: true' has no counterpart")
        made = draft("matches_format", column=arguments.column(), format=name)
        note = "" if is_same else f"the pattern of the format '{name}' is Lakesmith's"
        return made.noting(note)

    return translate


for _function, _known, _same in (
    ("is_valid_email", "email", False),
    ("is_valid_uuid", "uuid", True),
    ("is_valid_ipv4_address", "ipv4", True),
    ("is_valid_ipv6_address", "ipv6", False),
    ("is_valid_json", "json", True),
):
    named(_function)(_format(_known, _same))
