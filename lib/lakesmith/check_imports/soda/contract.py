"""Read a data contract of Soda's version 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lakesmith.check_imports.arguments import Arguments
from lakesmith.check_imports.drafts import (
    NO_LIST,
    Draft,
    Entry,
    Made,
    NoCounterpartError,
    refusing,
)
from lakesmith.check_imports.making import sql
from lakesmith.check_imports.making.finishing import failing, with_where
from lakesmith.check_imports.soda.contract_checks import ContractCheck, contract_drafts
from lakesmith.check_imports.soda.validity import CONFIGURED

if TYPE_CHECKING:
    from lakesmith.spec.yaml.nodes import Node

_NO_MATTER = (
    "name", "qualifier", "attributes", "store_failed_rows",
)  # fmt: skip


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
        yield Entry(
            contract.table,
            columns,
            "columns",
            "columns",
            refusing(NO_LIST),
        )
        listed = []
    for place, node in enumerate(listed):
        yield from contract.of_column(node, f"columns.{place}")
    yield from contract.listed(document, "", {})


class _Contract:
    """The checks of one dataset."""

    def __init__(self, document: Node) -> None:
        given = document.plain()
        path = str(given["dataset"])
        self.table = path.rsplit("/", 1)[-1]
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
            yield Entry(
                self.table,
                node,
                key,
                str(given),
                refusing(reason),
            )
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
            yield Entry(
                self.table,
                checks,
                key,
                key,
                refusing(NO_LIST),
            )
            return
        for place, one in enumerate(checks.value):
            yield self._entry(
                one,
                f"{prefix}checks.{place}",
                column,
            )

    def _entry(self, node: Node, key: str, column: dict[str, Any]) -> Entry:
        given = node.plain()
        if not isinstance(given, dict) or len(given) != 1:
            reason = "it is no check"
            return Entry(
                self.table,
                node,
                key,
                str(given),
                refusing(reason),
            )
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
        check = ContractCheck(
            kind,
            arguments,
            column,
            self.table,
            self._columns,
        )
        made = contract_drafts(check)
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


def _regex_of(form: Any) -> str:
    if not isinstance(form, dict) or not isinstance(form.get("regex"), str):
        raise NoCounterpartError("its format has no regex")
    return str(form["regex"])


def _finished(given: Draft, where: str | None) -> Draft:
    on_fail = str(given.check.get("on_fail", "fail"))
    finished = with_where(given, where)
    return failing(finished, on_fail, finished.check.get("threshold"))
