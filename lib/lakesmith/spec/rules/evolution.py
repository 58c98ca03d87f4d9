"""Check how a table evolves, by renamed columns and by the defaults of new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from lakesmith.spec.rules.columns import repeated
from lakesmith.spec.values.numbers import (
    digits_of,
    read_decimal,
    read_float,
    read_whole,
    without_zeros,
)
from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Table
    from lakesmith.spec.rules.context import Subject

Default = str | int | float | bool
_WHOLE = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_TIMES = {
    "date": read_date,
    "timestamp": read_instant,
    "timestamp_ntz": read_wall_clock,
}
_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")


def rename_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a renamed column has left the contract, and that the table may change.

    Examples
    --------
    >>> from lakesmith.spec.model import Project, Table
    >>> from lakesmith.spec.rules.context import Subject
    >>> columns = {"qty": {"type": "int", "renamed_from": "quantity"}}
    >>> table = Table.model_validate({"from": "bronze.lines", "columns": columns})
    >>> subject = Subject("silver.lines", table, Project(name="shop"))
    >>> [finding.what for finding in rename_rules(subject)]
    ['a table with on_schema_change: fail renames no column']
    """
    policy = subject.table.on_schema_change
    columns = {name.lower() for name in subject.table.columns}
    renamed = _renamed(subject.table)
    for name, old in renamed.items():
        key = f"columns.{name}.renamed_from"
        if old.lower() in columns:
            what = f"'{old}' is still a column of the contract"
            hint = "remove the old column from the contract, or remove renamed_from"
            yield Finding("LS155", key, what, hint)
        elif policy not in ("add", "widen"):
            what = f"a table with on_schema_change: {policy} renames no column"
            hint = "write on_schema_change: add or widen"
            yield Finding("LS155", key, what, hint)
    for old in repeated(renamed.values()):
        what = f"two columns are renamed from '{old}'"
        yield Finding("LS155", "columns", what, "keep one renamed_from")


def default_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a default has the type of its column, which may not be used to find rows.

    Examples
    --------
    >>> from lakesmith.spec.model import Project, Table
    >>> from lakesmith.spec.rules.context import Subject
    >>> columns = {"qty": {"type": "int", "default": "none"}}
    >>> table = Table.model_validate({"from": "bronze.lines", "columns": columns})
    >>> subject = Subject("silver.lines", table, Project(name="shop"))
    >>> [finding.what for finding in default_rules(subject)]
    ["'none' is not a value of type int"]
    """
    for name, column in subject.table.columns.items():
        if column.default is None:
            continue
        what, hint = _default_problem(subject.table, name, column, column.default)
        if what:
            yield Finding("LS156", f"columns.{name}.default", what, hint)


def fits(value: Default, kind: str) -> bool:
    """Return True when a default is a value of a type.

    Examples
    --------
    >>> fits(0, "int"), fits("1.50", "decimal(8,2)"), fits("GB", "string"), fits(True, "boolean")
    (True, True, True, True)
    >>> fits("12345678901234567890.123456789012345678", "decimal(38,18)")
    True
    >>> fits("zero", "int"), fits("1.505", "decimal(8,2)"), fits(300, "tinyint")
    (False, False, False)
    """
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    try:
        return not isinstance(value, bool) and _is_value_of(kind, str(value))
    except (ValueError, InvalidOperation):
        return False


def _renamed(table: Table) -> dict[str, str]:
    """Return the old name of each renamed column."""
    names = {name: column.renamed_from for name, column in table.columns.items()}
    return {name: old for name, old in names.items() if old}


def _default_problem(
    table: Table, name: str, column: Column, default: Default
) -> tuple[str, str]:
    if name in table.write.keys:
        return "a key has no default", "rows without the key would become one row"
    if name in _finding_columns(table):
        hint = (
            "rows of the table that lack the value would not be found where the default"
            " points; fill the column in a step"
        )
        return "a column by which rows are found has no default", hint
    if not fits(default, column.type.strip()):
        hint = "write a plain value of the type; quote decimals and dates"
        return f"{default!r} is not a value of type {column.type}", hint
    return "", ""


def _finding_columns(table: Table) -> set[str | None]:
    """Return the columns by whose stored values rows are found."""
    replaces = table.write.recompute_unit == "partition"
    partitions = table.write.partition_by if replaces else ()
    return {*table.write.key_implies, *partitions, table.event_date}


def _is_value_of(kind: str, text: str) -> bool:
    if kind in _WHOLE:
        limit = 1 << (_WHOLE[kind] - 1)
        return -limit <= read_whole(text) < limit
    if kind in ("float", "double"):
        return isinstance(read_float(text, kind), float)
    if kind in _TIMES:
        return isinstance(_TIMES[kind](text), int)
    decimal = _DECIMAL.fullmatch(kind)
    if decimal is None:
        return False
    return _is_decimal(read_decimal(text), int(decimal[1]), int(decimal[2]))


def _is_decimal(value: Decimal, precision: int, scale: int) -> bool:
    before, behind = digits_of(without_zeros(value))
    return before <= precision - scale and behind <= scale
