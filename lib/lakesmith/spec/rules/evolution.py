"""Rules on how a table evolves: renamed columns, and the defaults of new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lakesmith.spec.model import Table
from lakesmith.spec.rules.columns import repeated
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.numbers import read_decimal, read_float, read_whole
from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock
from lakesmith.spec.yaml.provenance import Finding

Default = str | int | float | bool
_WHOLE = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_TIMES = {
    "date": read_date,
    "timestamp": read_instant,
    "timestamp_ntz": read_wall_clock,
}
_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")


def rename_rules(subject: Subject) -> Iterator[Finding]:
    """Require that a column is renamed from one that is no more, on a table that may change."""
    table = subject.table
    renamed = {
        name: column.renamed_from
        for name, column in table.columns.items()
        if column.renamed_from
    }
    for name, old in renamed.items():
        key = f"columns.{name}.renamed_from"
        if old.lower() in {other.lower() for other in table.columns}:
            hint = "take the old column out of the contract, or take renamed_from out"
            yield Finding(
                "LS155", key, f"'{old}' is still a column of the contract", hint
            )
        elif table.on_schema_change not in ("add", "widen"):
            what = f"a table with on_schema_change: {table.on_schema_change} renames no column"
            yield Finding("LS155", key, what, "write on_schema_change: add or widen")
    for old in repeated(old for old in renamed.values()):
        yield Finding(
            "LS155",
            "columns",
            f"two columns are renamed from '{old}'",
            "keep one renamed_from",
        )


def default_rules(subject: Subject) -> Iterator[Finding]:
    """Require of each default that it is a value of the column's type, and of no column that tells where rows lie."""
    for name, column in subject.table.columns.items():
        if column.default is None:
            continue
        key = f"columns.{name}.default"
        if name in subject.table.write.keys:
            yield Finding(
                "LS156",
                key,
                "a key has no default",
                "rows without the key would become one row",
            )
        elif name in _placing(subject.table):
            what = "a column that tells where rows are looked for has no default"
            hint = "rows in the table may lack it: they would not be found where the default says; fill it by a step"
            yield Finding("LS156", key, what, hint)
        elif not fits(column.default, column.type.strip()):
            what = f"{column.default!r} is no value of type {column.type}"
            yield Finding(
                "LS156",
                key,
                what,
                "write a plain value of the type; quote decimals and dates",
            )


def _placing(table: Table) -> set[str | None]:
    """Return the columns by whose values rows are looked for before a default would be put in."""
    is_partition = table.write.recompute_unit == "partition"
    partitions = table.write.partition_by if is_partition else ()
    return {*table.write.key_implies, *partitions, table.event_date}


def fits(value: Default, kind: str) -> bool:
    """Tell whether a default is a value of a type.

    Examples
    --------
    >>> fits(0, "int"), fits("1.50", "decimal(8,2)"), fits("GB", "string"), fits(True, "boolean")
    (True, True, True, True)
    >>> fits("zero", "int"), fits("1.505", "decimal(8,2)"), fits(300, "tinyint"), fits("[]", "array<int>")
    (False, False, False, False)
    """
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    try:
        return not isinstance(value, bool) and _is_of(str(value), kind)
    except (ValueError, InvalidOperation):
        return False


def _is_of(text: str, kind: str) -> bool:
    if kind in _WHOLE:
        beyond = 1 << (_WHOLE[kind] - 1)
        return -beyond <= read_whole(text) < beyond
    if kind in ("float", "double"):
        return isinstance(read_float(text, kind), float)
    if kind in _TIMES:
        return isinstance(_TIMES[kind](text), int)
    found = _DECIMAL.fullmatch(kind)
    return found is not None and _is_decimal(
        read_decimal(text), int(found[1]), int(found[2])
    )


def _is_decimal(value: Decimal, precision: int, scale: int) -> bool:
    return (
        value.is_finite()
        and value == round(value, scale)
        and abs(value) < Decimal(1).scaleb(precision - scale)
    )
