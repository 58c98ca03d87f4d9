"""Find which columns a check can meet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lakesmith.spec.model.checks.base import GateColumns
from lakesmith.spec.rules.columns import arriving_columns

if TYPE_CHECKING:
    from lakesmith.spec.model import Table
    from lakesmith.spec.rules.context import Subject


def gate_columns(subject: Subject) -> GateColumns:
    """Return the contract of a table, and all columns of its rows where they are known."""
    columns = subject.table.columns
    contract = {name: column.type for name, column in columns.items()}
    return GateColumns(contract, _at_gate(subject))


def _at_gate(subject: Subject) -> tuple[str, ...]:
    """Return every column that a row may have, where that is known."""
    table = subject.table
    arriving = arriving_columns(subject)
    if not table.columns or not arriving:
        return ()
    if table.sql or table.inputs or _adds_columns(subject) or _has_function(table):
        return ()
    made = re.findall(r"\w+", repr(table.steps))
    return tuple(dict.fromkeys((*table.columns, *arriving, *made)))


def _adds_columns(subject: Subject) -> bool:
    upstream = subject.upstream()
    return upstream is not None and upstream.on_schema_change in ("add", "widen")


def _has_function(table: Table) -> bool:
    # A function of the user is written module:function.
    names: list[str] = []
    for step in table.steps:
        names += [step] if isinstance(step, str) else step
    return any(":" in name for name in names)
