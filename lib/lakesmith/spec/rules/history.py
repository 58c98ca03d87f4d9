"""Rules on tables that keep the versions of each key."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.columns import VALIDITY
from lakesmith.spec.model import Project, Table
from lakesmith.spec.rules.context import Subject
from lakesmith.spec.rules.inputs import read_from
from lakesmith.spec.step_effects import changed_columns, is_user_function
from lakesmith.spec.yaml.provenance import Finding


def history_findings(subject: Subject) -> Iterator[Finding]:
    """Require tracked columns that can change, free names for the validity, and steps that repeat themselves."""
    table = subject.table
    write = subject.table.write
    for index, name in enumerate(write.track_history_columns):
        if name in write.keys or (table.columns and name not in table.columns):
            what = f"'{name}' is {'a key' if name in write.keys else 'no column of the contract'}"
            hint = "name columns of the contract that are no keys, or take it out to track all of them"
            yield Finding("LS150", f"write.track_history_columns.{index}", what, hint)
    for name in sorted({*VALIDITY} & {column.lower() for column in table.columns}):
        hint = "the table gets it from write.sequence_by; take it out of the contract"
        yield Finding(
            "LS150",
            f"columns.{name}",
            f"'{name}' is added by a table that keeps versions",
            hint,
        )
    if write.apply_as_truncates:
        hint = "take it out, or keep the newest rows only (stored_as_scd_type: 1)"
        yield Finding(
            "LS150",
            "write.apply_as_truncates",
            "a table that keeps versions cannot be truncated",
            hint,
        )


def clock_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse a history whose deletes would come at the instant that their version began."""
    write = subject.table.write
    clocks = clocks_of(subject.project, subject.table.from_)
    if (
        clocks is None
        or not write.sequence_by
        or makes_column(subject.table, write.sequence_by[0])
    ):
        return
    name = write.sequence_by[0]
    if read_from(subject.table, name).lower() in clocks:
        return
    what = f"rows that an extract lacks keep their '{name}', so that their delete would come when their version began"
    clock = (
        " or ".join(sorted(clocks))
        or "the sequence of the extracts, which the tables between here do not keep"
    )
    yield Finding(
        "LS165",
        "write.sequence_by",
        what,
        f"name the instant of the extract first: {clock}",
    )


def clocks_of(project: Project, name: str) -> frozenset[str] | None:
    """Return the columns of a table that hold the instant of an extract; None where its deletes are of no extract."""
    if name not in project.table_names():
        return None
    table = project.table(name)
    if table.write.strategy == "snapshot":
        return frozenset(column.lower() for column in table.write.sequence_by[:1])
    above = clocks_of(project, table.from_) if table.write.keeps_newest else None
    if above is None or not table.columns:
        return above
    return frozenset(
        column.lower()
        for column in table.columns
        if read_from(table, column).lower() in above
    )


def makes_column(table: Table, name: str) -> bool:
    """Tell whether a step or the SQL of a table may make a column."""
    own = table.sql is not None or any(map(is_user_function, table.steps))
    return own or any(name.lower() in changed_columns(step) for step in table.steps)


def repeatable_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse steps that give other rows when they read a row again."""
    if subject.table.nondeterministic:
        what = f"strategy '{subject.table.write.strategy}' reads rows again that came before, and must get the same"
        yield Finding(
            "LS150",
            "nondeterministic",
            what,
            "take it out, and take clock and chance out of the steps",
        )
