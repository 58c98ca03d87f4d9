"""Read the check file of Soda's version 3."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments, column_name
from lakesmith.check_imports.bounds import Range
from lakesmith.check_imports.drafts import (
    NO_LIST,
    Draft,
    Entry,
    Lost,
    Made,
    NoCounterpartError,
    draft,
    refusing,
)
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.finishing import failing, with_where
from lakesmith.check_imports.making.limits import Limits
from lakesmith.check_imports.making.row_limits import with_row_limits
from lakesmith.check_imports.soda.metrics import (
    METRICS,
    counting,
    queried,
    referring,
)
from lakesmith.check_imports.soda.schema import schema_drafts
from lakesmith.check_imports.soda.thresholds import text_limits
from lakesmith.check_imports.soda.validity import CONFIGURED

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

_SECTION = re.compile(
    r"(?:(checks) for|(filter)|(configurations) for) "
    r"([\w.`\"$]+)(?: \[?([\w ]+)\]?)?"
)
_METRIC = re.compile(r"([A-Za-z_]\w*)(?:\s*\(([^)]*)\))?(?:\s+(.+))?")
_REFERENCE = re.compile(
    r"values in \(?([^()]+?)\)? must exist in ([\w.`\"]+) \(?([^()]+?)\)?"
)
_OF_SODA = re.compile(r"(?:anomaly|change |row_count same as|group |distribution|\$)")
_OLD_FRESHNESS = re.compile(r"^freshness using (\S+) (<.*)$")
_NO_MATTER = (
    "name", "identity", "attributes", "samples limit", "samples columns",
)  # fmt: skip


def is_checks_file(document: Node) -> bool:
    """Return whether a document has a section of checks."""
    keys = document.value if isinstance(document.value, dict) else ()
    return any(str(key).startswith("checks for ") for key in keys)


def check_entries(document: Node) -> Iterator[Entry]:
    """Yield the checks of all sections, and the sections that have no counterpart."""
    filters: dict[tuple[str, str], str] = {}
    configured: dict[str, dict[str, dict[str, Any]]] = {}
    for title, node in document.value.items():
        found = _SECTION.fullmatch(title)
        if found and found.group(2):
            table = found.group(4)
            partition = found.group(5) or ""
            filters[table, partition] = _where_of(node)
        elif found and found.group(3):
            configured[found.group(4)] = _configurations(node)
    for title, node in document.value.items():
        found = _SECTION.fullmatch(title)
        if found is None:
            reason = "such a section has no counterpart"
            yield Entry(
                "",
                node,
                title,
                title,
                refusing(reason),
            )
        elif found.group(1):
            table = found.group(4)
            part = found.group(5)
            where = filters.get((table, part)) if part else None
            section = _Section(
                table,
                part or "",
                where,
                configured.get(table, {}),
            )
            yield from section.entries(title, node)


def _where_of(node: Node) -> str:
    given = node.plain()
    if not isinstance(given, dict):
        return ""
    return str(given.get("where", ""))


def _configurations(node: Node) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    given = node.plain()
    for key, value in given.items() if isinstance(given, dict) else ():
        kind, _, column = str(key).partition(" for ")
        name = column.strip()
        of_column = found.setdefault(name, {})
        key = kind.strip().replace(" ", "_")
        of_column[key] = value
    return found


class _Section:
    """The checks of one table."""

    def __init__(
        self,
        table: str,
        part: str,
        where: str | None,
        configured: Mapping[str, dict[str, Any]],
    ) -> None:
        full_name = table.strip('`"')
        self._table = full_name.rsplit(".", 1)[-1]
        self._part = part
        self._where = where
        self._configured = configured

    def entries(self, title: str, node: Node) -> Iterator[Entry]:
        if not isinstance(node.value, list):
            yield Entry(
                self._table,
                node,
                title,
                title,
                refusing(NO_LIST),
            )
            return
        for place, one in enumerate(node.value):
            yield self._entry(one, f"{title}.{place}")

    def _entry(self, node: Node, key: str) -> Entry:
        given = node.plain()
        if isinstance(given, str):
            return Entry(
                self._table,
                node,
                key,
                given,
                lambda: self._made(given, {}),
            )
        if isinstance(given, dict) and len(given) == 1:
            ((text, below),) = given.items()
            made = below if below is not None else {}
            return Entry(
                self._table,
                node,
                key,
                text,
                lambda: self._made(text, made),
            )
        return Entry(
            self._table,
            node,
            key,
            str(given),
            refusing("it is no check"),
        )

    def _made(self, text: str, given: Any) -> list[Made]:
        if "${" in f"{text}{given}{self._where}":
            raise NoCounterpartError("it needs the value of a variable")
        if self._part and not self._where:
            raise NoCounterpartError(f"there is no filter '{self._part}' of the table")
        arguments = Arguments(given)
        name = arguments.take("name")
        arguments.ignore(*_NO_MATTER)
        words = " ".join(text.split())
        made = list(self._parts(words, arguments))
        where = sql.all_of(self._where, arguments.condition("filter"))
        arguments.refuse_rest()
        description = str(name) if name else None
        return [
            one
            if isinstance(one, Lost)
            else _finished(one.having(description=description), where)
            for one in made
        ]

    def _parts(self, text: str, arguments: Arguments) -> Iterator[Made]:
        text = _OLD_FRESHNESS.sub(r"freshness(\1) \2", text)
        if text == "schema":
            yield from schema_drafts(arguments)
        elif text == "failed rows":
            yield from self._failed_rows(arguments)
        elif reference := _REFERENCE.fullmatch(text):
            yield _referring(*reference.groups())
        elif _OF_SODA.match(text):
            raise NoCounterpartError("no check of Lakesmith says the same")
        else:
            yield from self._metric(text, arguments)

    def _failed_rows(self, arguments: Arguments) -> Iterator[Draft]:
        limits = Limits(Range(max=0))
        if "warn" in arguments or "fail" in arguments:
            limits = text_limits("", arguments)
        if "fail condition" in arguments:
            condition = arguments.text("fail condition").strip()
            made = draft("expression", expression=f"NOT ({condition})")
            yield with_row_limits(made, limits)
            return
        rows = sql.of_table(arguments.text("fail query"), self._table)
        if not rows:
            raise NoCounterpartError(f"its query does not read '{self._table}' by name")
        query = sql.counted(rows)
        yield from counting(query, "no_failed_rows", limits)

    def _metric(self, text: str, arguments: Arguments) -> Iterator[Made]:
        found = _METRIC.fullmatch(text)
        if found is None:
            raise NoCounterpartError("it is not understood")
        metric, listed, threshold = found.groups()
        limits = text_limits(threshold or "", arguments)
        query = self._own_query(metric, arguments)
        if query:
            yield from queried(query, metric, limits)
            return
        parts = listed.split(",") if listed else []
        args = [part.strip() for part in parts]
        given = self._with_all(metric, args, limits, arguments)
        yield from METRICS.made(metric, given)

    def _own_query(self, metric: str, arguments: Arguments) -> str:
        if f"{metric} expression" in arguments:
            measure = arguments.text(f"{metric} expression")
            return sql.select(measure, arguments.condition("filter"))
        if f"{metric} query" not in arguments:
            return ""
        written = arguments.text(f"{metric} query")
        query = sql.of_table(written, self._table)
        if not query:
            raise NoCounterpartError(f"its query does not read '{self._table}' by name")
        return query

    def _with_all(
        self, metric: str, args: list[str], limits: Limits, arguments: Arguments
    ) -> Arguments:
        column = args[0] if args else ""
        for key, value in self._configured.get(column, {}).items():
            arguments.put(key, value)
        for key in CONFIGURED:
            shown = key.replace("_", " ")
            if shown in arguments:
                arguments.put(
                    key,
                    arguments.take(shown),
                    is_stronger=True,
                )
        is_percent = metric.endswith("_percent")
        arguments.put("args", args)
        arguments.put("limits", Limits(limits.fail, limits.warn, is_percent))
        return arguments


def _finished(given: Draft, where: str | None) -> Draft:
    on_fail = str(given.check.get("on_fail", "fail"))
    limited = with_where(given, where)
    return failing(limited, on_fail, limited.check.get("threshold"))


def _referring(columns: str, table: str, others: str) -> Draft:
    own = columns.split(",")
    named = [column_name(one.strip()) for one in own]
    referred = others.split(",")
    to = [column_name(one.strip()) for one in referred]
    return referring(
        named,
        table.strip('`"'),
        to,
        Range(0, 0),
    )
