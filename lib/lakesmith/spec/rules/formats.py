"""Check the datetime formats of a contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.spec.values.time_patterns import pattern_problem, zone_problem
from lakesmith.spec.yaml.provenance import Finding

if TYPE_CHECKING:
    from lakesmith.spec.rules.context import Subject

_TIMES = ("date", "timestamp", "timestamp_ntz")
_OFFSET_HINT = "declare the column as timestamp, or leave the offset out of the format"
_ZONE_HINT = (
    "read the column as string and convert it in a step (to_utc_timestamp);"
    " quote a name that never changes: 'UTC'"
)


def format_rules(subject: Subject) -> Iterator[Finding]:
    """Refuse a format that has no effect, is invalid, or gives values that the type cannot hold.

    Examples
    --------
    >>> from lakesmith.spec.model import Project, Table
    >>> from lakesmith.spec.rules.context import Subject
    >>> columns = {"day": {"type": "date", "format": "yyyy-MM-dd'T"}}
    >>> table = Table.model_validate({"from": "bronze.orders", "columns": columns})
    >>> subject = Subject("silver.orders", table, Project(name="shop"))
    >>> [finding.what for finding in format_rules(subject)]
    ["'yyyy-MM-dd'T': a quote is never closed"]
    """
    for name, column in subject.table.columns.items():
        if column.format is None:
            continue
        code, problem, hint = _problem(column.format, column.type.strip())
        if problem:
            what = f"'{column.format}': {problem}"
            yield Finding(code, f"columns.{name}.format", what, hint)


def _problem(pattern: str, kind: str) -> tuple[str, str, str]:
    if kind not in _TIMES:
        what = f"a column of type {kind} takes no format"
        return "LS127", what, "remove it, or correct the type"
    problem = pattern_problem(pattern)
    if problem:
        hint = "write a Spark datetime pattern, such as dd.MM.yyyy HH:mm:ss"
        return "LS127", problem, hint
    problem = zone_problem(pattern, kind)
    hint = _OFFSET_HINT if problem.startswith("timestamp_ntz") else _ZONE_HINT
    return "LS309", problem, hint
