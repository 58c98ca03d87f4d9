"""Compare the checks of a table with what they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lakesmith.contracts.changes.change import Change, shown
from lakesmith.contracts.changes.strictness import loosened
from lakesmith.spec.values.sql_text import column_names

if TYPE_CHECKING:
    from lakesmith.spec.model import Check, Table


def check_changes(old: Table, new: Table) -> Iterator[Change]:
    """Yield the checks of contract columns that are gone, or let more pass.

    A check with another id counts as the same if it is as strict.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> check = {"id": "given", "check": "not_null", "column": "id"}
    >>> spec = {"from": "bronze.orders", "columns": {"id": {"type": "int"}}}
    >>> old = Table.model_validate({**spec, "checks": [check]})
    >>> for change in check_changes(old, Table.model_validate(spec)):
    ...     print(change)
    check 'given' of column id: was not_null, is removed
    """
    places = {check.id: index for index, check in enumerate(new.checks)}
    for check in old.checks:
        columns = _columns(check, old)
        if not columns or any(name not in new.columns for name in columns):
            continue
        if check.id in places:
            place = places[check.id]
            subject = _subject(check, columns)
            yield from _changes(
                check, new.checks[place], subject, f"checks.{place}", new
            )
        elif not any(_is_as_strict(check, other, new) for other in new.checks):
            yield Change(
                "checks",
                _subject(check, columns),
                "",
                check.check,
                "removed",
            )


def _columns(check: Check, table: Table) -> list[str]:
    """Return the contract columns that a check is about, those in its SQL included."""
    listed = getattr(check, "column_types", {})
    named = [*check.named_columns().values(), *listed]
    in_sql = {
        name for text in check.sql_texts().values() for name in column_names(text)
    }
    of_keys = {name.lower() for name in named}
    of_sql = {name.lower() for name in in_sql}
    found = of_keys | of_sql
    return [name for name in table.columns if name.lower() in found]


def _changes(
    old: Check, new: Check, subject: str, key: str, table: Table
) -> Iterator[Change]:
    if old.check != new.check:
        yield Change(
            f"{key}.check",
            subject,
            "",
            old.check,
            new.check,
        )
        return
    for name in loosened(old, new, _kind(old, table)):
        was = shown(_value(old, name))
        now = shown(_value(new, name))
        yield Change(
            f"{key}.{name}",
            subject,
            name,
            was,
            now,
        )


def _value(check: Check, name: str) -> object:
    value = getattr(check, name)
    return getattr(value, "fail", None) if name == "threshold" else value


def _is_as_strict(old: Check, new: Check, table: Table) -> bool:
    if old.check != new.check:
        return False
    return not any(loosened(old, new, _kind(old, table)))


def _kind(check: Check, table: Table) -> str:
    column = table.columns.get(getattr(check, "column", None) or "")
    return column.type.strip() if column else ""


def _subject(check: Check, columns: Sequence[str]) -> str:
    noun = "column" if len(columns) == 1 else "columns"
    return f"check '{check.id}' of {noun} {', '.join(columns)}"
