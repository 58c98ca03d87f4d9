"""Translate the expectations that measure a whole batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import column_names, plain
from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.great_expectations.names import EXPECTATIONS
from lakesmith.check_imports.great_expectations.rows import values_within
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.types import schema_type

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.translators import Translate

named = EXPECTATIONS.named
MEDIAN = "of an even number of values it is the lower of the two in the middle"


@named("expect_table_row_count_to_be_between")
def _row_count(arguments: Arguments) -> Draft:
    return draft("row_count", **values_within(arguments).whole())


@named("expect_table_row_count_to_equal")
def _row_count_of(arguments: Arguments) -> Draft:
    count = arguments.value("value")
    return draft("row_count", **Range(count, count).whole())


def _measuring(check: str, difference: str = "") -> Translate:
    def translate(arguments: Arguments) -> Draft:
        column = arguments.column()
        bounds, differs = values_within(arguments).closed()
        made = draft(check, column=column, **bounds, on_null="fail")
        return made.noting(difference, *differs)

    return translate


for _expectation, _check, _difference in (
    ("max", "maximum", ""),
    ("min", "minimum", ""),
    ("mean", "mean", ""),
    ("median", "median", MEDIAN),
    ("stdev", "stddev", ""),
    ("sum", "sum", ""),
):
    named(f"expect_column_{_expectation}_to_be_between")(
        _measuring(_check, _difference)
    )


_NEAREST = "of two values with the rank between them the lower one is taken, whichever is nearer"


@named("expect_column_quantile_values_to_be_between")
def _quantiles(arguments: Arguments) -> Iterator[Draft]:
    column = arguments.column()
    arguments.ignore("allow_relative_error")
    ranges = arguments.needed("quantile_ranges")
    for quantile, low, high in _ranges(ranges):
        bounds, _ = Range(low, high).closed()
        name = f"{column}_quantile_{plain(quantile)}"
        made = draft(
            "quantile",
            column=column,
            quantile=plain(quantile),
            **bounds,
            on_null="fail",
        )
        yield Draft(made.check, name=name, differs=(_NEAREST,))


def _ranges(given: Any) -> Iterator[tuple[Any, Any, Any]]:
    if not isinstance(given, dict):
        raise NoCounterpartError("'quantile_ranges' is no map")
    quantiles = _list_of(given.get("quantiles"))
    limits = _list_of(given.get("value_ranges"))
    if len(quantiles) != len(limits):
        raise NoCounterpartError("there is not one range of values for each quantile")
    for quantile, limit in zip(quantiles, limits, strict=True):
        if not isinstance(limit, list) or len(limit) != 2:
            raise NoCounterpartError("a range of values is not two bounds")
        first, last = limit
        low = None if first is None else plain(first)
        high = None if last is None else plain(last)
        yield quantile, low, high


def _list_of(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise NoCounterpartError("'quantile_ranges' lacks quantiles or value_ranges")
    return given


@named("expect_column_unique_value_count_to_be_between")
def _distinct(arguments: Arguments) -> Draft:
    column = arguments.column()
    return draft(
        "distinct_count",
        column=column,
        **values_within(arguments).whole(),
    )


@named("expect_column_proportion_of_unique_values_to_be_between")
def _distinct_share(arguments: Arguments) -> Draft:
    column = arguments.column()
    name = sql.name(column)
    query = sql.select(f"count(DISTINCT {name}) / count({name})")
    bounds, differs = values_within(arguments).closed()
    counted = draft("sql", query=query, **bounds)
    made = counted.noting(*differs)
    return Draft(
        made.check,
        made.differs,
        name=f"{column}_distinct_share",
    )


@named("expect_column_distinct_values_to_contain_set")
def _contains(arguments: Arguments) -> Draft:
    return _contained(arguments.column(), arguments.values("value_set"))


@named("expect_column_distinct_values_to_equal_set")
def _equals(arguments: Arguments) -> Iterator[Draft]:
    column = arguments.column()
    values = arguments.values("value_set")
    yield draft("in_set", column=column, values=values)
    yield _contained(column, values)


def _contained(column: str, values: list[Any]) -> Draft:
    name = sql.name(column)
    found = f"{name} IN {sql.listed(values)}"
    query = sql.select(f"count(DISTINCT {name})", found)
    count = len({sql.literal(value) for value in values})
    made = draft("sql", query=query, min=count)
    return Draft(made.check, name=f"{column}_has_all_values")


@named("expect_column_to_exist")
def _exists(arguments: Arguments) -> Draft:
    column = arguments.column()
    made = draft("schema", column_types={column: None})
    return Draft(made.check, name=f"{column}_exists")


@named("expect_table_columns_to_match_ordered_list")
def _ordered(arguments: Arguments) -> Draft:
    columns = dict.fromkeys(arguments.columns("column_list"))
    return draft("schema", column_types=columns, ordered=True, others=False)


@named("expect_table_columns_to_match_set")
def _column_set(arguments: Arguments) -> Draft:
    columns = dict.fromkeys(column_names(arguments.needed("column_set")))
    is_exact = arguments.flag("exact_match", True)
    others = False if is_exact else None
    return draft("schema", column_types=columns, others=others)


@named("expect_column_values_to_be_of_type")
def _of_type(arguments: Arguments) -> Draft:
    return _typed(arguments.column(), arguments.text("type_"))


@named("expect_column_values_to_be_in_type_list")
def _of_types(arguments: Arguments) -> Draft:
    kinds = arguments.values("type_list")
    if len(kinds) > 1:
        raise NoCounterpartError("'schema' takes one type for a column")
    return _typed(arguments.column(), str(kinds[0]))


def _typed(column: str, kind: str) -> Draft:
    made = draft("schema", column_types={column: schema_type(kind)})
    return Draft(made.check, name=f"{column}_type")


@named("unexpected_rows_expectation")
def _unexpected_rows(arguments: Arguments) -> Draft:
    text = arguments.text("unexpected_rows_query").strip().rstrip(";")
    if "{batch}" not in text:
        raise NoCounterpartError("its query does not read {batch}")
    rows = sql.braced(text).replace("{{batch}}", "{table}")
    made = draft(
        "sql",
        query=sql.counted(rows),
        max=0,
    )
    return Draft(made.check, name="no_unexpected_rows")
