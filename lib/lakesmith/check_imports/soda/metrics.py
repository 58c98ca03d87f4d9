"""Translate the metrics of Soda."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import column_name, plain
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.limits import Limits, limited
from lakesmith.check_imports.making.row_limits import allows_none, with_row_limits
from lakesmith.check_imports.soda.validity import (
    CONFIGURED,
    invalid_drafts,
    missing_draft,
)
from lakesmith.check_imports.translators import Translators

if TYPE_CHECKING:
    from lakesmith.check_imports.arguments import Arguments
    from lakesmith.check_imports.bounds import Range
    from lakesmith.check_imports.translators import Translate

METRICS = Translators()
named = METRICS.named
METRICS.refuse(
    "the share of repeated values is counted otherwise; 'unique_share' is near",
    "duplicate_percent",
)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
# Aggregates that have no check of their own.
_AGGREGATES = {
    "avg_length": "avg(length({}))", "min_length": "min(length({}))",
    "max_length": "max(length({}))", "variance": "var_samp({})",
    "var_samp": "var_samp({})", "variance_samp": "var_samp({})",
    "var_pop": "var_pop({})", "variance_pop": "var_pop({})",
    "stddev_pop": "stddev_pop({})",
}  # fmt: skip
_MEASURES = {
    "avg": "mean", "sum": "sum", "stddev": "stddev", "stddev_samp": "stddev",
    "min": "minimum", "max": "maximum",
}  # fmt: skip


@named("row_count")
def _row_count(arguments: Arguments) -> Iterator[Draft]:
    arguments.ignore("args")
    make = _counting("row_count")
    yield from limited(make, _limits(arguments))


def _counting(check: str, **fields: Any) -> Callable[[Range], Draft]:
    return lambda passing: draft(check, **fields, **passing.whole())


def _limits(arguments: Arguments) -> Limits:
    limits = arguments.needed("limits")
    if not isinstance(limits, Limits):
        raise NoCounterpartError("it has no threshold")
    return limits


def _column(arguments: Arguments) -> str:
    given = arguments.needed("args")
    if len(given) != 1:
        raise NoCounterpartError("it does not name one column")
    return column_name(given[0])


@named("missing_count", "missing_percent")
def _missing(arguments: Arguments) -> Iterator[Draft]:
    column = _column(arguments)
    limits = _limits(arguments)
    given = missing_draft(column, arguments)
    if given.check["check"] != "not_null" or allows_none(limits):
        yield with_row_limits(given, limits)
    elif limits.is_percent:
        yield from limited(_sharing(column), limits)
    else:
        yield from limited(_counting("null_count", column=column), limits)


def _sharing(column: str) -> Callable[[Range], Draft]:
    def make(passing: Range) -> Draft:
        bounds, differs = passing.share()
        return draft("null_share", column=column, **bounds).noting(*differs)

    return make


@named("invalid_count", "invalid_percent")
def _invalid(arguments: Arguments) -> Iterator[Draft]:
    column = _column(arguments)
    limits = _limits(arguments)
    reference = arguments.take("valid_reference_data")
    if reference is not None:
        yield from _in_reference(column, reference, limits)
        return
    drafts = invalid_drafts(column, arguments)
    if len(drafts) > 1 and not allows_none(limits):
        raise NoCounterpartError("its limit counts the rows of several checks together")
    for one in drafts:
        yield with_row_limits(one, limits)


def _in_reference(column: str, given: Any, limits: Limits) -> Iterator[Draft]:
    if not isinstance(given, dict) or limits.is_percent:
        raise NoCounterpartError("'references' takes a number of rows")
    path = str(given.get("dataset", ""))
    dataset = path.rsplit("/", 1)[-1]
    to = [column_name(given.get("column"))]
    yield from limited(
        lambda passing: referring([column], dataset, to, passing), limits
    )


_PARTLY_GIVEN = (
    "a row with NULL in some of the columns fails in Soda and is not counted here"
)


def referring(columns: list[str], table: str, to: list[str], passing: Range) -> Draft:
    """Return the check that values are in another table, where they are given.

    Examples
    --------
    >>> from lakesmith.check_imports.bounds import Range
    >>> referring(["customer"], "main.customers", ["id"], Range(0, 0)).check["where"]
    'customer IS NOT NULL'
    """
    other = table.rsplit(".", 1)[-1].lower()
    bounds = {"max": 0} if passing.is_zero() else passing.whole()
    made = draft(
        "references",
        columns=columns,
        table=f"silver.{other}",
        to=None if to == columns else to,
        where=sql.given(columns),
        **bounds,
    )
    noted = made.noting(f"the layer of '{other}' is not known, silver was taken")
    if len(columns) > 1:
        return noted.noting(_PARTLY_GIVEN)
    return noted


@named("duplicate_count")
def _duplicates(arguments: Arguments) -> Iterator[Draft]:
    arguments.ignore(*CONFIGURED)
    columns = [column_name(one) for one in arguments.needed("args")]
    limits = _limits(arguments)
    if not columns:
        raise NoCounterpartError("it does not name a column")
    if allows_none(limits):
        on_fail = None if limits.fail else "warn"
        check = {"check": "unique", "columns": columns}
        yield Draft(check, nulls="any").having(on_fail=on_fail)
        return
    has_values = sql.given(columns)
    condition = sql.all_of(has_values, arguments.condition("filter"))
    query = sql.repeated(columns, condition)
    name = f"{'_'.join(columns)}_duplicates"
    yield from counting(query, name, limits)


def _measured(metric: str) -> Translate:
    def translate(arguments: Arguments) -> Iterator[Draft]:
        column = _column(arguments)
        _refuse_configured(arguments)
        make = _bounding(_MEASURES[metric], column=column)
        yield from limited(make, _limits(arguments))

    return translate


def _bounding(check: str, **fields: Any) -> Callable[[Range], Draft]:
    """Make the check of a number that is within a range."""

    def make(passing: Range) -> Draft:
        bounds, differs = passing.closed()
        made = draft(check, **fields, **_numbers(bounds))
        return made.noting(*differs)

    return make


def _numbers(bounds: dict[str, Any]) -> dict[str, Any]:
    return {key: _number(bound) for key, bound in bounds.items()}


def _number(bound: Any) -> Any:
    # A threshold is read as text, so that no digit is lost.
    text = str(bound)
    if not re.fullmatch(r"[+-]?\d*\.\d{1,12}", text):
        return bound
    return float(text)


def _refuse_configured(arguments: Arguments) -> None:
    for key in CONFIGURED:
        if key in arguments:
            shown = key.replace("_", " ")
            raise NoCounterpartError(f"'{shown}' has no counterpart for this metric")


for _metric in _MEASURES:
    named(_metric)(_measured(_metric))


def _aggregated(metric: str) -> Translate:
    def translate(arguments: Arguments) -> Iterator[Draft]:
        column = _column(arguments)
        _refuse_configured(arguments)
        measure = _AGGREGATES[metric].format(sql.name(column))
        query = sql.select(measure, arguments.condition("filter"))
        yield from queried(
            query,
            f"{column}_{metric}",
            _limits(arguments),
        )

    return translate


for _metric in _AGGREGATES:
    named(_metric)(_aggregated(_metric))


def counting(query: str, name: str, limits: Limits) -> Iterator[Draft]:
    """Make the check of the count that a query gives."""
    for one in limited(_counting("sql", query=query), limits):
        yield Draft(one.check, one.differs, name=name)


def queried(query: str, name: str, limits: Limits) -> Iterator[Draft]:
    """Make the check of the number that a query gives."""
    make = _bounding("sql", query=query)
    for one in limited(make, limits):
        yield Draft(one.check, one.differs, name=name)


@named("distinct_count")
def _distinct(arguments: Arguments) -> Iterator[Draft]:
    column = _column(arguments)
    _refuse_configured(arguments)
    make = _counting("distinct_count", column=column)
    yield from limited(make, _limits(arguments))


@named("percentile")
def _percentile(arguments: Arguments) -> Iterator[Draft]:
    column, share = arguments.needed("args")
    _refuse_configured(arguments)
    name = column_name(column)
    make = _bounding("quantile", column=name, quantile=float(share))
    yield from limited(make, _limits(arguments))


@named("freshness")
def _freshness(arguments: Arguments) -> Iterator[Draft]:
    given = arguments.needed("args")
    if len(given) != 1:
        raise NoCounterpartError("'freshness' knows the time of the run only")
    column = column_name(given[0])

    def make(passing: Range) -> Draft:
        if passing.max is None or passing.min is not None:
            raise NoCounterpartError("'freshness' takes the greatest age only")
        age = span(str(plain(passing.max)))
        return draft("freshness", column=column, max_age=age, on_null="fail")

    yield from limited(make, _limits(arguments))


def span(text: str) -> str:
    """Return a span of time in the greatest whole unit.

    Examples
    --------
    >>> span("1d6h"), span("48h"), span("90m")
    ('30h', '2d', '90m')
    """
    parts = re.findall(r"(\d+)([dhms])", text)
    seconds = 0
    for count, unit in parts:
        seconds += int(count) * _UNITS[unit]

    if not seconds:
        raise NoCounterpartError(f"'{text}' is no span of time")
    for unit, size in _UNITS.items():
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
