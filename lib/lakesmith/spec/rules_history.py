"""Rules on tables that keep the versions of each key."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.origin import Finding
from lakesmith.spec.subject import Subject

# As `lakesmith.transforms.scd2` names them, which imports Spark.
VALIDITY = ("valid_from", "valid_to", "is_current")


def history_findings(subject: Subject) -> Iterator[Finding]:
    """Require tracked columns that can change, free names for the validity, and steps that repeat themselves."""
    table, write = subject.table, subject.table.write
    for index, name in enumerate(write.track_history_columns):
        if name in write.keys or (table.columns and name not in table.columns):
            what = f"'{name}' is {'a key' if name in write.keys else 'no column of the contract'}"
            hint = "name columns of the contract that are no keys, or take it out to track all of them"
            yield Finding("LS150", f"write.track_history_columns.{index}", what, hint)
    for name in sorted({*VALIDITY} & {column.lower() for column in table.columns}):
        hint = "the table gets it from write.sequence_by; take it out of the contract"
        yield Finding("LS150", f"columns.{name}", f"'{name}' is added by a table that keeps versions", hint)
    if write.apply_as_truncates:
        hint = "take it out, or keep the newest rows only (stored_as_scd_type: 1)"
        yield Finding("LS150", "write.apply_as_truncates", "a table that keeps versions cannot be truncated", hint)


def repeatable_findings(subject: Subject) -> Iterator[Finding]:
    """Refuse steps that give other rows when they read a row again."""
    if subject.table.nondeterministic:
        what = f"strategy '{subject.table.write.strategy}' reads rows again that came before, and must get the same"
        yield Finding("LS150", "nondeterministic", what, "take it out, and take clock and chance out of the steps")
