"""Read a data contract of Soda's version 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments, column_names
from lakesmith.check_imports.bounds import Range, number
from lakesmith.check_imports.drafts import (
    NO_LIST,
    Draft,
    Entry,
    Made,
    NoCounterpartError,
    draft,
    refusing,
)
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.finishing import failing, with_where
from lakesmith.check_imports.making.limits import Limits, limited
from lakesmith.check_imports.making.row_limits import allows_none, with_row_limits
from lakesmith.check_imports.soda.metrics import METRICS, counting, queried, span
from lakesmith.check_imports.soda.schema import contract_schema
from lakesmith.check_imports.soda.thresholds import map_limits
from lakesmith.check_imports.soda.validity import CONFIGURED

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

_NO_MATTER = (
    "name", "qualifier", "attributes", "store_failed_rows",
)  # fmt: skip
_NONE = Range(max=0)
_SOME = Range(min=0, min_open=True)
_FUNCTIONS = {
    "avg": "avg", "sum": "sum", "min": "min", "max": "max", "minLength": "min_length",
    "maxLength": "max_length", "avgLength": "avg_length",
}  # fmt: skip
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def is_contract(document: Node) -> bool:
    """Return whether a document is a contract of a dataset."""
    keys = document.value if isinstance(document.value, dict) else ()
    return "dataset" in keys and ("columns" in keys or "checks" in keys)


def contract_entries(document: Node) -> Iterator[Entry]:
    """Yield the checks of the columns, then those of the dataset."""
    contract = _Contract(document)
    columns = document.value.get("columns")
    listed = columns.value if columns and columns.value is not None else []
    if not isinstance(listed, list):
        yield Entry(contract.table, columns, "columns", "columns", refusing(NO_LIST))
        listed = []
    for place, node in enumerate(listed):
        yield from contract.of_column(node, f"columns.{place}")
    yield from contract.listed(document, "", {})


class _Contract:
    """The checks of one dataset."""

    def __init__(self, document: Node) -> None:
        given = document.plain()
        self.table = str(given["dataset"]).rsplit("/", 1)[-1]
        self._where = given.get("filter")
        columns = given.get("columns")
        listed = columns if isinstance(columns, list) else []
        self._columns = [
            one for one in listed if isinstance(one, dict) and "name" in one
        ]

    def of_column(self, node: Node, key: str) -> Iterator[Entry]:
        given = node.plain()
        if not isinstance(given, dict) or "name" not in given:
            reason = "it is no column with a name"
            yield Entry(self.table, node, key, str(given), refusing(reason))
            return
        yield from self.listed(node, f"{key}.", given)

    def listed(
        self, node: Node, prefix: str, column: dict[str, Any]
    ) -> Iterator[Entry]:
        checks = node.value.get("checks")
        if checks is None or checks.value is None:
            return
        if not isinstance(checks.value, list):
            key = f"{prefix}checks"
            yield Entry(self.table, checks, key, key, refusing(NO_LIST))
            return
        for place, one in enumerate(checks.value):
            yield self._entry(one, f"{prefix}checks.{place}", column)

    def _entry(self, node: Node, key: str, column: dict[str, Any]) -> Entry:
        given = node.plain()
        if not isinstance(given, dict) or len(given) != 1:
            reason = "it is no check"
            return Entry(self.table, node, key, str(given), refusing(reason))
        ((kind, body),) = given.items()
        what = f"{kind} ({column['name']})" if column else kind
        return Entry(
            self.table, node, key, what, lambda: self._made(kind, body or {}, column)
        )

    def _made(self, kind: str, body: Any, column: dict[str, Any]) -> list[Made]:
        if "${" in f"{body}{self._where}":
            raise NoCounterpartError("it needs the value of a variable")
        arguments = Arguments(body)
        name = arguments.take("name")
        arguments.ignore(*_NO_MATTER)
        if "column_expression" in arguments or "column_expression" in column:
            raise NoCounterpartError("'column_expression' has no counterpart")
        self._configure(kind, arguments, column)
        made = list(self._drafts(kind, arguments, column))
        where = arguments.condition("filter")
        arguments.refuse_rest()
        described = str(name) if name else None
        return [_finished(one.having(description=described), where) for one in made]

    def _configure(
        self, kind: str, arguments: Arguments, column: dict[str, Any]
    ) -> None:
        for key in CONFIGURED:
            if key in column:
                arguments.put(key, column[key])
        for key in ("valid", "invalid", "missing"):
            form = arguments.take(f"{key}_format")
            if form is not None:
                arguments.put(f"{key}_regex", _regex_of(form))
        if kind != "schema":
            if self._where is not None and not isinstance(self._where, str):
                raise NoCounterpartError("the filter of the dataset is no text")
            where = sql.all_of(self._where, arguments.condition("filter"))
            arguments.put("filter", where)

    def _drafts(
        self, kind: str, arguments: Arguments, column: dict[str, Any]
    ) -> Iterator[Draft]:
        if kind == "schema":
            arguments.ignore("threshold")
            yield contract_schema(self._columns, arguments)
        elif kind in ("failed_rows", "metric"):
            yield from self._of_query(kind, arguments)
        elif kind == "duplicate":
            yield from _duplicates(arguments, column)
        elif kind == "freshness":
            yield from _freshness(arguments)
        else:
            yield from _of_metric(kind, arguments, column)

    def _of_query(self, kind: str, arguments: Arguments) -> Iterator[Draft]:
        default = _NONE if kind == "failed_rows" else None
        limits = map_limits(arguments.take("threshold"), default)
        if "expression" in arguments:
            expression = arguments.text("expression").strip()
            if kind == "failed_rows":
                made = draft("expression", expression=f"NOT ({expression})")
                yield with_row_limits(made, limits)
                return
            query = sql.select(expression, arguments.condition("filter"))
            yield from queried(query, "metric", limits)
            return
        query = sql.of_table(arguments.text("query"), self.table)
        if not query:
            raise NoCounterpartError(f"its query does not read '{self.table}' by name")
        if limits.is_percent:
            raise NoCounterpartError("the share of the rows of a query has no check")
        if kind == "failed_rows":
            yield from counting(sql.counted(query), kind, limits)
            return
        yield from queried(query, kind, limits)


def _regex_of(form: Any) -> str:
    if not isinstance(form, dict) or not isinstance(form.get("regex"), str):
        raise NoCounterpartError("its format has no regex")
    return str(form["regex"])


def _of_metric(
    kind: str, arguments: Arguments, column: dict[str, Any]
) -> Iterator[Draft]:
    function = str(arguments.take("function", ""))
    names = {"missing": "missing_count", "invalid": "invalid_count"}
    metric = _FUNCTIONS.get(function) or names.get(kind) or kind
    default = _SOME if kind == "row_count" else _NONE
    limits = map_limits(
        arguments.take("threshold"), None if kind == "aggregate" else default
    )
    arguments.put("args", [column["name"]] if column else [])
    arguments.put("limits", limits)
    made = METRICS.made(metric, arguments)
    arguments.ignore("args", "limits")
    yield from (one for one in made if isinstance(one, Draft))


def _duplicates(arguments: Arguments, column: dict[str, Any]) -> Iterator[Draft]:
    arguments.ignore(*CONFIGURED)
    limits = map_limits(arguments.take("threshold"), _NONE)
    listed = [column["name"]] if column else arguments.needed("columns")
    columns = column_names(listed)
    if limits.is_percent and not allows_none(limits):
        raise NoCounterpartError("the share of repeated rows has no check")
    if allows_none(limits):
        check = {"check": "unique", "columns": columns}
        made = Draft(check, nulls="any" if column else "equal")
        yield made.having(on_fail=None if limits.fail else "warn")
        return
    if not column:
        raise NoCounterpartError(
            "a limit of repeated rows of several columns has no check"
        )
    name = sql.name(columns[0])
    query = sql.select(
        f"count({name}) - count(DISTINCT {name})", arguments.condition("filter")
    )
    yield from counting(query, f"{columns[0]}_duplicates", limits)


def _freshness(arguments: Arguments) -> Iterator[Draft]:
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
        age = span(f"{int(number(passing.max) * _SECONDS[unit])}s")
        note = f"{age} itself passes here" if passing.max_open else ""
        return draft("freshness", column=column, max_age=age).noting(note)

    yield from limited(make, Limits(limits.fail, limits.warn))


def _finished(given: Draft, where: str | None) -> Draft:
    on_fail = str(given.check.get("on_fail", "fail"))
    finished = with_where(given, where)
    return failing(finished, on_fail, finished.check.get("threshold"))
