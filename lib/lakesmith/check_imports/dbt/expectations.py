"""Translate the tests of the package dbt_expectations, which follow Great Expectations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.dbt.core_tests import of_values
from lakesmith.check_imports.dbt.names import TESTS
from lakesmith.check_imports.dbt.utils import recent, within
from lakesmith.check_imports.drafts import Draft, Made, NoCounterpartError, draft
from lakesmith.check_imports.great_expectations import batch, rows
from lakesmith.check_imports.great_expectations.names import EXPECTATIONS
from lakesmith.check_imports.making import limit_text as limits
from lakesmith.check_imports.making.finishing import with_where
from lakesmith.check_imports.making.types import schema_type

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.translators import Translate

__all__ = ["batch", "rows"]
_PACKAGE = "dbt_expectations."
_NOT_ONE = (
    "dbt passes a value that one of the patterns does not match, here none may match"
)
_ESCAPED = "the pattern is taken as it is written; some databases take \\\\ as one sign"
# Tests that say the same as the expectation of their name, and take its arguments.
_SAME = (
    "expect_column_values_to_not_be_null", "expect_column_values_to_be_null",
    "expect_column_values_to_be_unique", "expect_column_values_to_match_regex",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_values_to_not_match_regex_list",
    "expect_column_values_to_match_like_pattern",
    "expect_column_values_to_not_match_like_pattern",
    "expect_column_values_to_match_like_pattern_list",
    "expect_column_values_to_not_match_like_pattern_list",
    "expect_column_value_lengths_to_be_between", "expect_column_value_lengths_to_equal",
    "expect_column_max_to_be_between", "expect_column_min_to_be_between",
    "expect_column_mean_to_be_between", "expect_column_median_to_be_between",
    "expect_column_stdev_to_be_between", "expect_column_sum_to_be_between",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_to_exist", "expect_table_row_count_to_be_between",
    "expect_table_row_count_to_equal", "expect_table_columns_to_match_ordered_list",
    "expect_compound_columns_to_be_unique",
)  # fmt: skip


_OF_BATCH = ("maximum", "minimum", "mean", "median", "stddev", "sum")


def _as_expectation(name: str) -> Translate:
    def translate(arguments: Arguments) -> Iterator[Made]:
        _rename(arguments)
        _read_bounds(arguments)
        text = " ".join(map(str, arguments.all().values()))
        escaped = _ESCAPED if "\\\\" in text else ""
        one_of_list = _of_list(name, arguments)
        for one in EXPECTATIONS.made(name, arguments):
            if isinstance(one, Draft):
                one = _passing_null(one).noting(escaped, one_of_list)
            yield one

    return translate


def _of_list(name: str, arguments: Arguments) -> str:
    """Return what differs where a value may match some patterns of a list, and not all."""
    if not name.endswith("_list") or "_not_match_" not in name:
        return ""
    is_any = arguments.take("match_on", "any") == "any"
    return _NOT_ONE if is_any else ""


def _passing_null(made: Draft) -> Draft:
    # What is measured of no value is NULL, and dbt fails the rows for which a test is false.
    is_measured = made.check["check"] in _OF_BATCH
    return made.having(on_null=None) if is_measured else made


def _rename(arguments: Arguments) -> None:
    arguments.ignore("quote_columns", "transform", "is_raw")
    if "column_name" in arguments:
        arguments.put("column", arguments.take("column_name"))
    if arguments.flag("strictly"):
        arguments.put("strict_min", True)
        arguments.put("strict_max", True)


def _read_bounds(arguments: Arguments) -> None:
    """Take the quotes off bounds, whose text is SQL."""
    for key in ("min_value", "max_value", "value"):
        bound = arguments.all().get(key)
        if not isinstance(bound, str):
            continue
        if limits.is_sql(bound):
            raise NoCounterpartError(f"'{key}' is SQL, a bound is a value")
        arguments.put(
            key,
            limits.value(bound),
            is_stronger=True,
        )


def _conditional(translate: Translate) -> Translate:
    """Return a function that also takes the condition of the rows."""

    def made(arguments: Arguments) -> Iterator[Made]:
        where = arguments.take("row_condition")
        found = translate(arguments)
        for one in found if isinstance(found, Iterable) else [found]:
            yield with_where(one, where) if isinstance(one, Draft) else one

    return made


def _register(name: str, translate: Translate) -> None:
    TESTS.named(f"{_PACKAGE}{name}")(_conditional(translate))


def _between(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    low = arguments.value("min_value")
    high = arguments.value("max_value")
    return within(
        column,
        low,
        high,
        not arguments.flag("strictly"),
    )


def _in_set(arguments: Arguments) -> Draft:
    made = of_values("in_set", arguments, "value_set", "quote_values")
    # The package joins the values, so that NULL is in no set.
    return made.having(on_null="fail")


def _not_in_set(arguments: Arguments) -> Draft:
    return of_values("not_in_set", arguments, "value_set", "quote_values")


def _pair(operator: str) -> Translate:
    def translate(arguments: Arguments) -> Draft:
        arguments.ignore("ignore_row_if")
        is_wider = operator == ">" and arguments.flag("or_equal")
        left = arguments.column("column_A")
        right = arguments.column("column_B")
        sign = ">=" if is_wider else operator
        return draft("compare", column=left, operator=sign, other=right)

    return translate


def _distinct(low: int | None, high: int | None) -> Translate:
    """Return a function for a number of values that may be off by the steps given."""

    def translate(arguments: Arguments) -> Draft:
        column = arguments.column("column_name")
        value = arguments.value("value")
        count = Range(max=value).whole()["max"]
        least = None if low is None else count + low
        most = None if high is None else count + high
        return draft("distinct_count", column=column, min=least, max=most)

    return translate


def _quantile(arguments: Arguments) -> Draft:
    _rename(arguments)
    column = arguments.column()
    share = arguments.value("quantile")
    bounds, differs = rows.values_within(arguments).closed()
    made = draft(
        "quantile",
        column=column,
        quantile=share,
        **bounds,
    )
    return made.noting("dbt interpolates between two values", *differs)


def _of_type(arguments: Arguments) -> Draft:
    column = arguments.column("column_name")
    kind = schema_type(arguments.text("column_type"))
    made = draft("schema", column_types={column: kind})
    return Draft(made.check, name=f"{column}_type")


def _columns(are_all: bool) -> Translate:
    def translate(arguments: Arguments) -> Draft:
        arguments.ignore("transform")
        columns = dict.fromkeys(arguments.columns("column_list"))
        others = False if are_all else None
        return draft("schema", column_types=columns, others=others)

    return translate


def _recent(arguments: Arguments) -> Draft:
    if "row_condition" in arguments:
        raise NoCounterpartError("'freshness' takes no condition")
    made = recent(arguments).having(on_null="fail")
    return made.noting("a value in the future is the newest one here")


def _expression(arguments: Arguments) -> Draft:
    return draft("expression", expression=arguments.text("expression").strip())


for _name in _SAME:
    _register(_name, _as_expectation(_name))
for _name, _translate in (
    ("expect_column_values_to_be_between", _between),
    ("expect_column_values_to_be_in_set", _in_set),
    ("expect_column_values_to_not_be_in_set", _not_in_set),
    ("expect_column_distinct_values_to_be_in_set", _in_set),
    ("expect_column_pair_values_A_to_be_greater_than_B", _pair(">")),
    ("expect_column_pair_values_to_be_equal", _pair("=")),
    ("expect_column_distinct_count_to_equal", _distinct(0, 0)),
    ("expect_column_distinct_count_to_be_greater_than", _distinct(1, None)),
    ("expect_column_distinct_count_to_be_less_than", _distinct(None, -1)),
    ("expect_column_quantile_values_to_be_between", _quantile),
    ("expect_column_values_to_be_of_type", _of_type),
    ("expect_table_columns_to_match_set", _columns(True)),
    ("expect_table_columns_to_contain_set", _columns(False)),
    ("expect_row_values_to_have_recent_data", _recent),
    ("expression_is_true", _expression),
):
    _register(_name, _translate)
