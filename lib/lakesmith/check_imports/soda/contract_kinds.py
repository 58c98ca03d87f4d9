"""Translate each kind of check of a contract of Soda's version 4."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.check_imports.arguments import column_names
from lakesmith.check_imports.bounds import Range, number
from lakesmith.check_imports.drafts import Draft, NoCounterpartError, draft
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.limits import Limits, limited
from lakesmith.check_imports.making.row_limits import allows_none, with_row_limits
from lakesmith.check_imports.soda.contract_checks import (
    ANY_OTHER,
    ContractCheck,
    translates,
)
from lakesmith.check_imports.soda.metrics import METRICS, counting, queried, span
from lakesmith.check_imports.soda.schema import contract_schema
from lakesmith.check_imports.soda.thresholds import map_limits
from lakesmith.check_imports.soda.validity import CONFIGURED

_NONE = Range(max=0)
_SOME = Range(min=0, min_open=True)
# What a kind allows when it has no threshold; other kinds allow no row.
_DEFAULTS = {"row_count": _SOME, "aggregate": None}
_COUNTED = {"missing": "missing_count", "invalid": "invalid_count"}
_FUNCTIONS = {
    "avg": "avg", "sum": "sum", "min": "min", "max": "max", "minLength": "min_length",
    "maxLength": "max_length", "avgLength": "avg_length",
}  # fmt: skip
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@translates("schema")
def _schema(check: ContractCheck) -> Iterator[Draft]:
    check.arguments.ignore("threshold")
    yield contract_schema([*check.columns], check.arguments)


@translates("failed_rows")
def _failed_rows(check: ContractCheck) -> Iterator[Draft]:
    arguments = check.arguments
    limits = map_limits(arguments.take("threshold"), _NONE)
    if "expression" in arguments:
        expression = arguments.text("expression").strip()
        made = draft("expression", expression=f"NOT ({expression})")
        yield with_row_limits(made, limits)
        return
    query = _query(check, limits)
    counted = sql.counted(query)
    yield from counting(counted, check.kind, limits)


@translates("metric")
def _number(check: ContractCheck) -> Iterator[Draft]:
    arguments = check.arguments
    limits = map_limits(arguments.take("threshold"), None)
    if "expression" in arguments:
        expression = arguments.text("expression").strip()
        query = sql.select(expression, arguments.condition("filter"))
    else:
        query = _query(check, limits)
    yield from queried(query, check.kind, limits)


def _query(check: ContractCheck, limits: Limits) -> str:
    """Return the query of a check over the rows of the table."""
    written = check.arguments.text("query")
    query = sql.of_table(written, check.table)
    if not query:
        raise NoCounterpartError(f"its query does not read '{check.table}' by name")
    if limits.is_percent:
        raise NoCounterpartError("the share of the rows of a query has no check")
    return query


@translates("duplicate")
def _duplicates(check: ContractCheck) -> Iterator[Draft]:
    arguments = check.arguments
    column = check.column
    arguments.ignore(*CONFIGURED)
    limits = map_limits(arguments.take("threshold"), _NONE)
    listed = [column["name"]] if column else arguments.needed("columns")
    columns = column_names(listed)
    has_no_limit = allows_none(limits)
    if limits.is_percent and not has_no_limit:
        raise NoCounterpartError("the share of repeated rows has no check")
    if has_no_limit:
        unique = {"check": "unique", "columns": columns}
        made = Draft(unique, nulls="any" if column else "equal")
        yield made.having(on_fail=None if limits.fail else "warn")
        return
    if not column:
        reason = "a limit of repeated rows of several columns has no check"
        raise NoCounterpartError(reason)
    name = sql.name(columns[0])
    repeats = f"count({name}) - count(DISTINCT {name})"
    query = sql.select(repeats, arguments.condition("filter"))
    yield from counting(
        query,
        f"{columns[0]}_duplicates",
        limits,
    )


@translates("freshness")
def _freshness(check: ContractCheck) -> Iterator[Draft]:
    arguments = check.arguments
    threshold = arguments.needed("threshold")
    given = threshold if isinstance(threshold, dict) else {}
    unit = str(given.get("unit", "hour"))
    if unit not in _SECONDS:
        raise NoCounterpartError(f"the unit '{unit}' is not known")
    limits = map_limits(threshold, None)
    column = arguments.column()

    def make(passing: Range) -> Draft:
        if passing.max is None or passing.min is not None:
            raise NoCounterpartError("'freshness' takes the greatest age only")
        seconds = number(passing.max) * _SECONDS[unit]
        age = span(f"{int(seconds)}s")
        note = f"{age} itself passes here" if passing.max_open else ""
        made = draft("freshness", column=column, max_age=age)
        return made.noting(note)

    yield from limited(make, Limits(limits.fail, limits.warn))


@translates(ANY_OTHER)
def _metric(check: ContractCheck) -> Iterator[Draft]:
    arguments = check.arguments
    function = str(arguments.take("function", ""))
    named = _COUNTED.get(check.kind, check.kind)
    metric = _FUNCTIONS.get(function) or named
    default = _DEFAULTS.get(check.kind, _NONE)
    limits = map_limits(arguments.take("threshold"), default)
    args = [check.column["name"]] if check.column else []
    arguments.put("args", args)
    arguments.put("limits", limits)
    made = METRICS.made(metric, arguments)
    arguments.ignore("args", "limits")
    yield from (one for one in made if isinstance(one, Draft))
