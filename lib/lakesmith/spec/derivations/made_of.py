"""Say of what a table makes the columns by which its rows are placed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lakesmith.spec.change_semantics import read_from
from lakesmith.spec.derivations.hashed_keys import hashed_keys
from lakesmith.spec.step_effects import (
    Step,
    derived_columns,
    name_of,
    options_of,
    record_of,
)

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def made_of(table: Table) -> dict[str, list[str]]:
    """Return how each key, order, partition and date of a table is made.

    Returns
    -------
    dict of str to list of str
        By the column in lower case, the field that it is read from with its format, and the steps
        behind it. Empty for a table that is computed whole. What SQL, a join or a function of the
        user makes is not known.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> columns = {"day": {"type": "date", "source": "at", "format": "dd/MM/yyyy"}}
    >>> write = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["day"]}
    >>> spec = {"from": "bronze.a", "columns": columns, "steps": [{"trim": ["id"]}]}
    >>> made_of(Table.model_validate(spec | {"write": write}))
    {'id': ['id', 'trim'], 'day': ['at dd/MM/yyyy']}
    >>> parts = {"date_parts": {"column": "at", "parts": {"day": "month", "h": "hour"}}}
    >>> made_of(Table.model_validate({"from": "bronze.a", "steps": [parts], "write": write}))
    {'id': ['id'], 'day': ['at', 'date_parts column: at, day: month']}
    """
    if table.write.recompute_unit == "table" or table.sql is not None:
        return {}
    # Of hashes `hashed_keys` says more.
    hashed = hashed_keys(table)
    names = [name.lower() for name in placing_columns(table)]
    found = {name: _made(table, name) for name in names if name not in hashed}
    return {name: parts for name, parts in found.items() if parts}


def placing_columns(table: Table) -> list[str]:
    """Return the columns that say which row, group, partition or date a row belongs to.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> write = Write(strategy="upsert", keys=("id",), sequence_by=("at",))
    >>> placing_columns(Table(from_="bronze.a", write=write))
    ['id', 'at']
    """
    write = table.write
    dates = [table.event_date] if table.event_date else []
    names = [
        *write.keys,
        *write.sequence_by,
        *write.partition_by,
        *write.key_implies,
        *dates,
    ]
    return list(dict.fromkeys(names))


def _made(table: Table, name: str) -> list[str]:
    wanted = {name.lower()}
    parts: list[str] = []
    for step in reversed(table.steps):
        record = record_of(step)
        derived = derived_columns(step)
        made = wanted & derived.keys()
        if record is None or not made:
            continue
        if name_of(step) != "rename":
            parts.append(_shown(step, made))
        for column in made:
            wanted.discard(column)
            wanted |= derived[column] or frozenset()
    fields = sorted(_field(table, column) for column in wanted)
    return [*fields, *reversed(parts)]


def _shown(step: Step, made: set[str]) -> str:
    """Return a step with what it says of some columns. Lists name columns, of which it is one."""
    texts: list[str] = []
    for option, value in options_of(step).items():
        if isinstance(value, Mapping):
            texts += _of_columns(value, made)
        elif not isinstance(value, list | tuple):
            texts.append(f"{option}: {_spelled(value)}")
    return " ".join([name_of(step), ", ".join(texts)]).strip()


def _of_columns(columns: Mapping[str, Any], made: set[str]) -> list[str]:
    return [
        f"{str(name).lower()}: {_spelled(value)}"
        for name, value in columns.items()
        if str(name).lower() in made
    ]


def _spelled(value: Any) -> str:
    return " ".join(str(value).split())


def _field(table: Table, column: str) -> str:
    by_lower = {name.lower(): name for name in table.columns}
    name = by_lower.get(column, column)
    contract = table.columns.get(name)
    source = read_from(table, name).lower()
    format = contract.format if contract else None
    return f"{source} {format}" if format else source
