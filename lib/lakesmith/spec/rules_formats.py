"""Rules on the format of a contract column: the type must be able to hold what it reads."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.origin import Finding
from lakesmith.spec.subject import Subject
from lakesmith.spec.time_patterns import zone_problem

_TIMES = ("date", "timestamp", "timestamp_ntz")
_HINTS = {
    "timestamp_ntz": "declare the column as timestamp, or leave the offset out of the format",
    "": "take the column as text and convert it by a step (to_utc_timestamp); quote a name that never changes: 'UTC'",
}


def format_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a pattern by which the column's type holds no value, or one that is a guess."""
    for name, column in subject.table.columns.items():
        kind = column.type.strip()
        problem = zone_problem(column.format, kind) if column.format and kind in _TIMES else ""
        if problem:
            hint = _HINTS["timestamp_ntz" if problem.startswith("timestamp_ntz") else ""]
            yield Finding("LS309", f"columns.{name}.format", f"'{column.format}': {problem}", hint)
