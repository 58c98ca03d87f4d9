"""Check tables that keep the versions of each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.columns import VALIDITY
from lakesmith.spec.change_semantics import read_from
from lakesmith.spec.step_effects import changed_columns, is_user_function
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table
    from lakesmith.spec.rules.context import Subject


def history_findings(subject: Subject) -> Iterator[Finding]:
    """Require tracked columns that can change, free names for the validity, no truncates."""
    table = subject.table
    write = table.write
    yield from _tracked_findings(table)
    for name in sorted({*VALIDITY} & {column.lower() for column in table.columns}):
        what = f"'{name}' is added by a table that keeps versions"
        hint = "the table gets it from write.sequence_by; take it out of the contract"
        yield Finding("LS150", f"columns.{name}", what, hint)
    if write.apply_as_truncates:
        what = "a table that keeps versions cannot be truncated"
        hint = "take it out, or keep the newest rows only (stored_as_scd_type: 1)"
        yield Finding("LS150", "write.apply_as_truncates", what, hint)


def clock_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse a history whose deletes would come at the time that their version began."""
    table = subject.table
    sequence = table.write.sequence_by
    clocks = clocks_of(subject.project, table.from_)
    if clocks is None or not sequence or makes_column(table, sequence[0]):
        return
    name = sequence[0]
    if read_from(table, name).lower() in clocks:
        return
    what = (
        f"rows that a snapshot lacks keep their '{name}', "
        "so that their delete would come when their version began"
    )
    of_no_column = (
        "the sequence of the snapshots, which the tables between here do not keep"
    )
    clock = " or ".join(sorted(clocks)) or of_no_column
    hint = f"name the time of the snapshot first: {clock}"
    yield Finding("LS165", "write.sequence_by", what, hint)


def follows_newest(project: Project, name: str) -> bool:
    """Return whether a history reads a table that keeps the newest row of each key only.

    Its versions are then those that runs saw, and a rebuild cannot give earlier ones again.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> newest = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}
    >>> versions = {"strategy": "scd2", "keys": ["id"], "sequence_by": ["at"]}
    >>> silver = {"a": {"from": "bronze.a", "write": newest}}
    >>> gold = {"h": {"from": "silver.a", "write": versions}}
    >>> tables = {"silver": silver, "gold": gold}
    >>> project = Project.model_validate({"name": "shop", "tables": tables})
    >>> follows_newest(project, "gold.h"), follows_newest(project, "silver.a")
    (True, False)
    """
    table = project.table(name)
    if not table.write.keeps_history or table.from_ not in project.table_names():
        return False
    upstream = project.table(table.from_).write
    return upstream.keeps_newest and upstream.emits != "appends"


def clocks_of(project: Project, name: str) -> frozenset[str] | None:
    """Return the columns of a table that hold the time of a snapshot.

    Returns
    -------
    frozenset of str, or None
        In lower case; None for a table whose deletes come from no snapshot.
    """
    if name not in project.table_names():
        return None
    table = project.table(name)
    if table.write.declared.compares_all:
        return frozenset(column.lower() for column in table.write.sequence_by[:1])
    if not table.write.keeps_newest:
        return None
    clocks = clocks_of(project, table.from_)
    if clocks is None or not table.columns:
        return clocks
    return frozenset(
        column.lower()
        for column in table.columns
        if read_from(table, column).lower() in clocks
    )


def makes_column(table: Table, name: str) -> bool:
    """Return whether a step or the SQL of a table may make a column.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> upper = Table(from_="bronze.orders", steps=({"upper": ["sku"]},))
    >>> makes_column(upper, "SKU"), makes_column(upper, "qty")
    (True, False)
    """
    if table.sql is not None or any(map(is_user_function, table.steps)):
        return True
    return any(name.lower() in changed_columns(step) for step in table.steps)


def repeatable_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse steps that give other rows when they read a row again."""
    if subject.table.nondeterministic:
        what = (
            f"strategy '{subject.table.write.strategy}' reads rows of earlier batches "
            "again, and must get the same"
        )
        hint = "take it out, and take clock and chance out of the steps"
        yield Finding("LS150", "nondeterministic", what, hint)


def _tracked_findings(table: Table) -> Iterator[Finding]:
    hint = (
        "name columns of the contract that are no keys, "
        "or take it out to track all of them"
    )
    for index, name in enumerate(table.write.track_history_columns):
        is_key = name in table.write.keys
        if is_key or (table.columns and name not in table.columns):
            what = f"'{name}' is {'a key' if is_key else 'no column of the contract'}"
            yield Finding("LS150", f"write.track_history_columns.{index}", what, hint)
