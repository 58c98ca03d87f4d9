"""Check the contract of a table, and the columns that its write names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.values.column_types import type_problem
from lakesmith.spec.yaml.provenance import Finding, suggest

if TYPE_CHECKING:
    from lakesmith.spec.model import Column
    from lakesmith.spec.rules.context import Subject

_NESTED = ("array", "map", "struct")


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occurred before, in any case.

    Examples
    --------
    >>> repeated(["Id", "name", "ID"])
    ['ID']
    """
    seen: set[str] = set()
    duplicates = []
    for name in names:
        if name.lower() in seen:
            duplicates.append(name)
        seen.add(name.lower())
    return duplicates


def contract_rules(subject: Subject) -> Iterator[Finding]:
    """Require of each column a valid type, a unique name, and a source that the upstream has."""
    for name in repeated(subject.table.columns):
        hint = "Spark does not tell columns apart by case; rename one"
        what = f"column '{name}' is declared twice"
        yield Finding("LS119", f"columns.{name}", what, hint)
    upstream_columns = arriving_columns(subject)
    for name, column in subject.table.columns.items():
        problem = type_problem(column.type)
        if problem:
            hint = "write a Spark type, in lower case"
            yield Finding("LS130", f"columns.{name}.type", problem, hint)
        if _lacks_source(column, upstream_columns):
            source = str(column.source)
            what = f"'{subject.table.from_}' has no column '{source}'"
            hint = suggest(source, upstream_columns, "its columns")
            yield Finding("LS131", f"columns.{name}.source", what, hint)


def written_columns_rules(subject: Subject) -> Iterator[Finding]:
    """Require that the columns that the write names are in the contract, when there is one."""
    contract = subject.table.columns
    for key, column in _key_columns(subject, "keys", "partition_by", "key_implies"):
        if contract and column not in contract:
            hint = suggest(column, contract, "its columns")
            what = f"column '{column}' is not in the contract"
            yield Finding("LS131", key, what, hint)


def objective_rules(subject: Subject) -> Iterator[Finding]:
    """Require that the columns of objectives are in the contract, when there is one."""
    columns = subject.table.columns
    contract = subject.table.contract
    for name in contract.slo.null_share if contract and columns else ():
        if name not in columns:
            key = f"contract.slo.null_share.{name}"
            hint = suggest(name, columns, "its columns")
            what = f"column '{name}' is not in the contract"
            yield Finding("LS131", key, what, hint)


def freshness_rules(subject: Subject) -> Iterator[Finding]:
    """Require the age that a share of time is about."""
    contract = subject.table.contract
    if contract and contract.slo.fresh_time and not contract.freshness:
        what = "a share of time needs the greatest age of the newest row"
        hint = "write contract.freshness, such as 36h"
        yield Finding("LS111", "contract.slo.fresh_time", what, hint)


def key_type_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse keys of a nested type, for which Delta keeps no bounds to find rows by."""
    contract = subject.table.columns
    for key, name in _key_columns(subject, "keys", "key_implies"):
        if name in contract and contract[name].type.strip().startswith(_NESTED):
            what = f"'{name}' is {contract[name].type}, and a key is a scalar"
            hint = "use scalar key columns: select its fields, or to_json(column)"
            yield Finding("LS150", key, what, hint)


def arriving_columns(subject: Subject) -> tuple[str, ...]:
    """Return the columns of what a table reads, none when they are not known."""
    upstream = subject.upstream()
    # The images of change events have columns that no spec names.
    if upstream is None or subject.table.write.change_format == "debezium":
        return ()
    source = subject.project.sources.get(upstream.source_name or "")
    if source:
        return source.columns
    return tuple(upstream.columns)


def _lacks_source(column: Column, upstream_columns: tuple[str, ...]) -> bool:
    if column.source is None or not upstream_columns:
        return False
    return column.source.lower() not in map(str.lower, upstream_columns)


def _key_columns(subject: Subject, *settings: str) -> Iterator[tuple[str, str]]:
    """Yield the key path and the name of each column that some settings of the write name."""
    for setting in settings:
        for index, column in enumerate(getattr(subject.table.write, setting)):
            yield f"write.{setting}.{index}", column
