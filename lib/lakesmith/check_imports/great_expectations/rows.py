"""Translate the expectations that judge each row."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import value_list
from lakesmith.check_imports.bounds import Range, number
from lakesmith.check_imports.drafts import (
    Draft,
    NoCounterpartError,
    Nulls,
    draft,
)
from lakesmith.check_imports.great_expectations.names import EXPECTATIONS
from lakesmith.check_imports.making import sql

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments

named = EXPECTATIONS.named
_NULLS: dict[str, Nulls] = {
    "all_values_are_missing": "all",
    "any_value_is_missing": "any",
    "never": "equal",
}


@named("expect_column_values_to_not_be_null")
def _not_null(arguments: Arguments) -> Draft:
    return draft("not_null", column=arguments.column())


@named("expect_column_values_to_be_null")
def _null(arguments: Arguments) -> Draft:
    column = arguments.column()
    expression = f"{sql.name(column)} IS NULL"
    return draft("expression", column=column, expression=expression)


@named(
    "expect_column_values_to_be_in_set", "expect_column_distinct_values_to_be_in_set"
)
def _in_set(arguments: Arguments) -> Draft:
    values = arguments.values("value_set")
    return draft("in_set", column=arguments.column(), values=values)


@named("expect_column_values_to_not_be_in_set")
def _not_in_set(arguments: Arguments) -> Draft:
    values = arguments.values("value_set")
    return draft("not_in_set", column=arguments.column(), values=values)


@named("expect_column_values_to_be_between")
def _between(arguments: Arguments) -> Draft:
    column = arguments.column()
    found = values_within(arguments)
    if not found.min_open and not found.max_open:
        return draft(
            "between",
            column=column,
            min=found.min,
            max=found.max,
        )
    name = sql.name(column)
    low = ">" if found.min_open else ">="
    high = "<" if found.max_open else "<="
    parts = [
        f"{name} {sign} {sql.literal(bound)}"
        for sign, bound in ((low, found.min), (high, found.max))
        if bound is not None
    ]
    return draft("expression", column=column, expression=" AND ".join(parts))


def values_within(arguments: Arguments) -> Range:
    """Return the values between the two bounds of an expectation.

    Examples
    --------
    >>> from lakesmith.check_imports.arguments import Arguments
    >>> values_within(Arguments({"min_value": 0, "strict_min": True}))
    Range(min=0, max=None, min_open=True, max_open=False)
    """
    low = arguments.value("min_value")
    high = arguments.value("max_value")
    is_open = arguments.flag("strict_min"), arguments.flag("strict_max")
    if low is None and high is None:
        raise NoCounterpartError("it has neither 'min_value' nor 'max_value'")
    return Range(
        low, high, low is not None and is_open[0], high is not None and is_open[1]
    )


@named("expect_column_values_to_match_regex")
def _regex(arguments: Arguments) -> Draft:
    return draft(
        "regex",
        column=arguments.column(),
        pattern=arguments.text("regex"),
    )


@named("expect_column_values_to_not_match_regex")
def _not_regex(arguments: Arguments) -> Draft:
    column = arguments.column()
    found = sql.matches(column, arguments.text("regex"))
    return draft("expression", column=column, expression=f"NOT ({found})")


@named("expect_column_values_to_match_regex_list")
def _regex_list(arguments: Arguments) -> Draft:
    joined = _joined(arguments)
    return _listed(arguments, "regex_list", "RLIKE", joined)


@named("expect_column_values_to_not_match_regex_list")
def _not_regex_list(arguments: Arguments) -> Draft:
    return _listed(arguments, "regex_list", "RLIKE", " OR ", is_negated=True)


@named("expect_column_values_to_match_like_pattern")
def _like(arguments: Arguments) -> Draft:
    return _single(arguments, "like_pattern", "LIKE")


@named("expect_column_values_to_not_match_like_pattern")
def _not_like(arguments: Arguments) -> Draft:
    return _single(arguments, "like_pattern", "NOT LIKE")


@named("expect_column_values_to_match_like_pattern_list")
def _like_list(arguments: Arguments) -> Draft:
    joined = _joined(arguments)
    return _listed(arguments, "like_pattern_list", "LIKE", joined)


@named("expect_column_values_to_not_match_like_pattern_list")
def _not_like_list(arguments: Arguments) -> Draft:
    return _listed(arguments, "like_pattern_list", "LIKE", " OR ", is_negated=True)


def _joined(arguments: Arguments) -> str:
    return " AND " if arguments.take("match_on", "any") == "all" else " OR "


def _single(arguments: Arguments, key: str, operator: str) -> Draft:
    column = arguments.column()
    pattern = sql.literal(arguments.text(key))
    expression = f"{sql.name(column)} {operator} {pattern}"
    return draft("expression", column=column, expression=expression)


def _listed(
    arguments: Arguments, key: str, operator: str, joined: str, is_negated: bool = False
) -> Draft:
    column = arguments.column()
    name = sql.name(column)
    found = joined.join(
        f"{name} {operator} {sql.literal(pattern)}" for pattern in arguments.values(key)
    )
    expression = f"NOT ({found})" if is_negated else found
    return draft("expression", column=column, expression=expression)


@named("expect_column_value_lengths_to_be_between")
def _lengths(arguments: Arguments) -> Draft:
    return draft(
        "length", column=arguments.column(), **values_within(arguments).whole()
    )


@named("expect_column_value_lengths_to_equal")
def _length(arguments: Arguments) -> Draft:
    size = arguments.value("value")
    bounds = Range(size, size).whole()
    return draft("length", column=arguments.column(), **bounds)


@named("expect_column_values_to_be_json_parseable")
def _json(arguments: Arguments) -> Draft:
    return draft("matches_format", column=arguments.column(), format="json")


@named("expect_column_values_to_be_unique")
def _unique(arguments: Arguments) -> Draft:
    column = arguments.column()
    share = arguments.take("mostly", 1)
    if share == 1:
        return Draft({"check": "unique", "columns": [column]}, nulls="any")
    return draft(
        "unique_share",
        column=column,
        min=float(number(share)),
    )


@named("expect_column_pair_values_a_to_be_greater_than_b")
def _greater(arguments: Arguments) -> Draft:
    arguments.ignore("ignore_row_if")
    operator = ">=" if arguments.flag("or_equal") else ">"
    return _pair(arguments, operator)


@named("expect_column_pair_values_to_be_equal")
def _equal(arguments: Arguments) -> Draft:
    ignored = arguments.take("ignore_row_if", "both_values_are_missing")
    if ignored == "either_value_is_missing":
        return _pair(arguments, "=")
    left = arguments.column("column_A")
    right = arguments.column("column_B")
    first = sql.name(left)
    second = sql.name(right)
    expression = f"{first} <=> {second}"
    return draft("expression", column=left, expression=expression)


def _pair(arguments: Arguments, operator: str) -> Draft:
    left = arguments.column("column_A")
    right = arguments.column("column_B")
    return draft("compare", column=left, operator=operator, other=right)


@named("expect_column_pair_values_to_be_in_set")
def _pair_in_set(arguments: Arguments) -> Draft:
    left = arguments.column("column_A")
    right = arguments.column("column_B")
    ignored = arguments.take("ignore_row_if", "both_values_are_missing")
    pairs = arguments.needed("value_pairs_set")
    if ignored != "either_value_is_missing" or not isinstance(pairs, list):
        raise NoCounterpartError("pairs in which one value is missing have no check")
    tests = [_pair_is(left, right, pair) for pair in pairs]
    found = " OR ".join(tests)
    return draft("expression", column=left, expression=found)


def _pair_is(left: str, right: str, pair: Any) -> str:
    first, second = value_list(pair, "value_pairs_set")
    one = sql.name(left)
    other = sql.name(right)
    low = f"{one} = {sql.literal(first)}"
    high = f"{other} = {sql.literal(second)}"
    return f"({low} AND {high})"


_NULL_IS_ZERO = "NULL counts as 0, as with Spark; with pandas such a row fails"


@named("expect_multicolumn_sum_to_equal")
def _sum(arguments: Arguments) -> Draft:
    columns = arguments.columns("column_list")
    ignored = arguments.take("ignore_row_if", "all_values_are_missing")
    total = sql.literal(arguments.value("sum_total"))
    if ignored == "any_value_is_missing":
        parts = [sql.name(column) for column in columns]
    else:
        parts = [f"coalesce({sql.name(column)}, 0)" for column in columns]
    expression = f"{' + '.join(parts)} = {total}"
    made = draft("expression", expression=_or_empty(expression, columns, ignored))
    return made.noting("" if ignored == "any_value_is_missing" else _NULL_IS_ZERO)


@named(
    "expect_select_column_values_to_be_unique_within_record",
    "expect_multicolumn_values_to_be_unique",
)
def _different(arguments: Arguments) -> Draft:
    columns = arguments.columns("column_list")
    ignored = arguments.take("ignore_row_if", "all_values_are_missing")
    pattern = "{} != {}" if ignored == "any_value_is_missing" else "NOT {} <=> {}"
    pairs = combinations(map(sql.name, columns), 2)
    tests = [pattern.format(*pair) for pair in pairs]
    expression = " AND ".join(tests)
    return draft("expression", expression=_or_empty(expression, columns, ignored))


def _or_empty(expression: str, columns: list[str], ignored: str) -> str:
    if ignored != "all_values_are_missing":
        return expression
    tests = [f"{sql.name(column)} IS NULL" for column in columns]
    empty = " AND ".join(tests)
    return f"({expression}) OR ({empty})"


@named("expect_compound_columns_to_be_unique")
def _compound(arguments: Arguments) -> Draft:
    columns = arguments.columns("column_list")
    ignored = arguments.take("ignore_row_if", "all_values_are_missing")
    if ignored not in _NULLS:
        raise NoCounterpartError(f"'ignore_row_if: {ignored}' has no counterpart")
    check = {"check": "unique", "columns": columns}
    return Draft(check, nulls=_NULLS[ignored])
