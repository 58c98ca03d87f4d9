"""Rules on the format of a contract column: the type must be able to hold what it reads."""

from __future__ import annotations

from collections.abc import Iterator

from lakesmith.spec.rules.context import Subject
from lakesmith.spec.values.time_patterns import pattern_problem, zone_problem
from lakesmith.spec.yaml.provenance import Finding

_TIMES = ("date", "timestamp", "timestamp_ntz")
_HINTS = {
    "timestamp_ntz": "declare the column as timestamp, or leave the offset out of the format",
    "": "take the column as text and convert it by a step (to_utc_timestamp); quote a name that never changes: 'UTC'",
}


def format_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a format that has no effect, is no pattern, or by which the column's type holds no value."""
    for name, column in subject.table.columns.items():
        if column.format is None:
            continue
        kind = column.type.strip()
        code, problem, hint = _problem(column.format, kind)
        if problem:
            yield Finding(
                code, f"columns.{name}.format", f"'{column.format}': {problem}", hint
            )


def _problem(pattern: str, kind: str) -> tuple[str, str, str]:
    if kind not in _TIMES:
        return (
            "LS127",
            f"a column of type {kind} takes no format",
            "take it out, or correct the type",
        )
    problem = pattern_problem(pattern)
    if problem:
        return (
            "LS127",
            problem,
            "write a Spark datetime pattern, such as dd.MM.yyyy HH:mm:ss",
        )
    problem = zone_problem(pattern, kind)
    hint = _HINTS["timestamp_ntz" if problem.startswith("timestamp_ntz") else ""]
    return "LS309", problem, hint
