"""Say queries and conditions by rules of the type `sql`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakesmith.contracts.odcs.quality.failing_rows import allowed, threshold_of
from lakesmith.contracts.odcs.quality.operators import limits_of, operators
from lakesmith.contracts.odcs.quality.registry import (
    COUNTERPARTS,
    METRICS,
    Counterpart,
    Fields,
    NoCounterpartError,
    Rule,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.checks import Expression, Sql

SQL = "sql"
_OBJECT = "{object}"
_TABLE = "{table}"
_BEFORE = "SELECT COUNT(*) FROM {object} WHERE NOT ("
_AFTER = ")"


def _write_query(check: Sql) -> Fields:
    query = check.query.replace(_TABLE, _OBJECT)
    return {"type": SQL, "query": query, **operators(check)}


def _read_query(rule: Rule) -> Fields:
    query = rule.element.text("query").replace(_OBJECT, _TABLE)
    return {"query": query, **limits_of(rule.element, whole=False)}


def _write_condition(check: Expression) -> Fields:
    query = f"{_BEFORE}{check.expression}{_AFTER}"
    return {"type": SQL, "query": query, **allowed(check)}


def _read_condition(rule: Rule) -> Fields:
    query = rule.element.text("query")
    condition = query.removeprefix(_BEFORE).removesuffix(_AFTER)
    column = {"column": rule.column} if rule.column else {}
    return {**column, "expression": condition, **threshold_of(rule.element)}


def _query(rule: Rule) -> list[Fields]:
    """Read a query that Lakesmith has not written."""
    rule.element.take("unit")
    query = rule.element.text("query")
    # Older documents write ${object}.
    query = re.sub(r"\$?\{(object|table|model)\}", _TABLE, query)
    query = re.sub(r"\$?\{(property|column|field)\}", rule.column, query)
    limits = limits_of(rule.element, whole=_counts(query))
    if _TABLE not in query:
        raise NoCounterpartError(f"the query does not read {_OBJECT}")
    return [{"check": SQL, "query": query.strip(), **limits}]


def _counts(query: str) -> bool:
    return re.match(r"\s*select\s+count\s*\(", query, re.IGNORECASE) is not None


COUNTERPARTS["sql"] = Counterpart(_write_query, _read_query)
COUNTERPARTS["expression"] = Counterpart(_write_condition, _read_condition)
METRICS[SQL] = _query
