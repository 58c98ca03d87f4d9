"""Compare the columns and keys of a table with what they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.contracts.changes.change import Change, shown
from lakesmith.contracts.changes.types import holds

if TYPE_CHECKING:
    from lakesmith.spec.model import Column, Table

# Words whose order is known, the least sensitive first.
_ORDER = ("public", "internal", "confidential", "restricted", "secret")
_OPEN = (None, "none", "public")


def column_changes(old: Table, new: Table) -> Iterator[Change]:
    """Yield how the columns of a table break its consumers.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> spec = {"from": "bronze.orders", "columns": {"id": {"type": "int", "nullable": False}}}
    >>> looser = {**spec, "columns": {"id": {"type": "bigint"}}}
    >>> for change in column_changes(Table.model_validate(spec), Table.model_validate(looser)):
    ...     print(change)
    column 'id': nullable was false, is true
    """
    renamed = {column.renamed_from: name for name, column in new.columns.items()}
    for name, column in old.columns.items():
        subject = f"column '{name}'"
        if name in new.columns:
            yield from _changes(
                name,
                subject,
                column,
                new.columns[name],
            )
            continue
        now = f"renamed to '{renamed[name]}'" if name in renamed else "removed"
        yield Change(
            "columns",
            subject,
            "",
            column.type,
            now,
        )


def key_changes(old: Table, new: Table) -> Iterator[Change]:
    """Yield that the key of a table is another one. The order of its columns does not count."""
    was = old.write.keys
    now = new.write.keys
    if was and set(was) != set(now):
        yield Change(
            "write.keys",
            "key",
            "",
            shown(was),
            shown(now),
        )


def _changes(name: str, subject: str, old: Column, new: Column) -> Iterator[Change]:
    place = f"columns.{name}"
    if not holds(new.type, old.type):
        yield Change(
            f"{place}.type",
            subject,
            "type",
            old.type,
            new.type,
        )
    if new.nullable and not old.nullable:
        yield Change(
            f"{place}.nullable",
            subject,
            "nullable",
            "false",
            "true",
        )
    if _is_lower(new.sensitivity, old.sensitivity):
        was = shown(old.sensitivity)
        now = shown(new.sensitivity)
        yield Change(
            f"{place}.sensitivity",
            subject,
            "sensitivity",
            was,
            now,
        )


def _is_lower(new: str | None, old: str | None) -> bool:
    """Return whether a sensitivity is lower, or cannot be shown not to be."""
    if new == old or old in _OPEN:
        return False
    if new in _OPEN or new not in _ORDER or old not in _ORDER:
        return True
    before = _ORDER.index(str(old))
    after = _ORDER.index(str(new))
    return after < before
