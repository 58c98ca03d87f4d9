"""Write the ALTER TABLE statements of changed columns, and the properties that they need."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lakesmith.columns import SEQ, quoted
from lakesmith.tables.pruning.sql_literals import literal

if TYPE_CHECKING:
    from lakesmith.tables.schema.diff import Change


def statements(changes: Sequence[Change], comments: Mapping[str, str]) -> Iterator[str]:
    """Yield what follows ``ALTER TABLE <name>``, one commit each, in order.

    Examples
    --------
    >>> from lakesmith.tables.schema.diff import Change
    >>> list(statements([Change("rename", "a", "a", "b"), Change("add", "c", new="int")],
    ...     {"c": "new"}))
    ['RENAME COLUMN `a` TO `b`', "ADD COLUMNS (`c` int COMMENT 'new')"]
    """
    for change in changes:
        if change.kind == "rename":
            new_name = change.new.split(".")[-1]
            yield f"RENAME COLUMN {_path(change.old)} TO {_path(new_name)}"

    widened = [change for change in changes if change.kind == "widen"]
    if widened:
        types = [f"{_path(change.column)} TYPE {change.new}" for change in widened]
        yield f"ALTER COLUMN {', '.join(types)}"
    added = [change for change in changes if change.kind == "add"]
    if added:
        columns = [
            _column(
                change,
                comments.get(change.column, ""),
            )
            for change in added
        ]
        yield f"ADD COLUMNS ({', '.join(columns)})"


def _column(change: Change, comment: str) -> str:
    column = f"{quoted(change.column)} {change.new}"
    if not comment:
        return column
    return f"{column} COMMENT {literal(comment)}"


def _path(name: str) -> str:
    parts = name.split(".") if name.startswith(f"{SEQ}.") else [name]
    return ".".join(quoted(part) for part in parts)


def needed_properties(changes: Collection[Change]) -> dict[str, str]:
    """Return the Delta properties that changes need.

    Examples
    --------
    >>> from lakesmith.tables.schema.diff import Change
    >>> needed_properties([Change("rename", "a", "a", "b")])
    {'delta.columnMapping.mode': 'name'}
    >>> needed_properties([Change("add", "at", new="timestamp_ntz")])
    {'delta.feature.timestampNtz': 'supported'}
    """
    kinds = {change.kind for change in changes}
    needed: dict[str, str] = {}
    if kinds & {"rename", "widen"}:
        needed["delta.columnMapping.mode"] = "name"
    if "widen" in kinds:
        needed["delta.enableTypeWidening"] = "true"
    if any(change.new == "timestamp_ntz" for change in changes):
        needed["delta.feature.timestampNtz"] = "supported"
    return needed
