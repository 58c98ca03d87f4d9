"""Find the columns of `key_implies` that the spec proves to be functions of the key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lakesmith.columns import RAW
from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    derived_columns,
    expressions,
    groupings,
    record_of,
)
from lakesmith.spec.steps import lowered
from lakesmith.spec.values.sql_text import column_names

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


def unproven(table: Table) -> tuple[str, ...]:
    """Return the columns of `key_implies` that the spec does not prove.

    They may differ between rows of one key.

    Parameters
    ----------
    table : Table

    Returns
    -------
    tuple of str
        In the order of the spec. A column is proven where the key has it, or has the hash
        of the raw row, or where a step computes it from proven columns.

    Notes
    -----
    A key of ``hash_key: {of: raw}`` determines the raw row, and with it all that the steps
    make of the row. User functions are trusted to look at the row alone. A lookup table is
    not part of the row, so that `inputs` prove nothing.

    Examples
    --------
    >>> from lakesmith.spec.model import Table, Write
    >>> write = Write(strategy="upsert", keys=("id",), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=write))
    ('day', 'month')
    >>> of_row = {"hash_key": {"name": "id", "of": "raw"}}
    >>> unproven(Table(from_="bronze.a", write=write, steps=(of_row,)))
    ()
    >>> parts = {"date_parts": {"column": "day", "parts": {"month": "month"}}}
    >>> by_day = Write(strategy="upsert", keys=("id", "day"), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=by_day, steps=(parts,)))
    ()
    """
    keys = lowered(table.write.keys)
    others = [name for name in table.write.key_implies if name.lower() not in keys]
    if not others or table.write.recomputes:
        return ()
    if table.inputs or table.sql or table.nondeterministic:
        return tuple(others)
    if _is_hash_of_row(table.steps, keys):
        return ()

    proven = _determined(table.steps, keys)

    return tuple(name for name in others if name.lower() not in proven)


def _is_hash_of_row(steps: tuple[Step, ...], keys: frozenset[str]) -> bool:
    """Return whether a key is the hash of the raw row, and nothing else goes into the row."""
    if any(groupings(step) or _reads_hidden(step) for step in steps):
        return False
    return any(
        _hashes_row(step, keys) and not _is_changed(step, steps[place + 1 :])
        for place, step in enumerate(steps)
    )


def _hashes_row(step: Step, keys: frozenset[str]) -> bool:
    record = record_of(step)
    if record is None or not record.is_reversible:
        return False

    derived = derived_columns(step)

    return any(name in keys and parts is None for name, parts in derived.items())


def _is_changed(step: Step, later: Iterable[Step]) -> bool:
    made = changed_columns(step)
    return any(changed_columns(after) & made for after in later)


def _determined(steps: tuple[Step, ...], keys: frozenset[str]) -> frozenset[str]:
    """Return the columns that the final keys determine, in lower case."""
    known = _final(keys, steps)
    for place, step in enumerate(steps):
        final = _final(keys, steps[place + 1 :])
        known = _after(step, known, final) | final

    return known


def _final(keys: frozenset[str], later: Iterable[Step]) -> frozenset[str]:
    """Return the keys that no later step changes."""
    changed = frozenset[str]().union(*map(changed_columns, later))
    return keys - changed


def _after(step: Step, known: frozenset[str], final: frozenset[str]) -> frozenset[str]:
    """Return the columns that are determined after a step.

    `final` are the keys that no later step changes.
    """
    record = record_of(step)
    if record is None or not record.is_row_wise or groupings(step):
        return final

    kept = known - changed_columns(step)

    for name, parts in derived_columns(step).items():
        if parts is not None and parts <= known:
            kept |= {name}
        elif parts is not None and record.is_reversible and name in final:
            kept |= {name} | parts

    return kept


def _reads_hidden(step: Step) -> bool:
    """Return whether a step names a column that the raw row lacks, such as the ingestion time."""
    if record_of(step) is None:
        return False
    names = frozenset[str]().union(*map(column_names, expressions(step)))

    return any(name.startswith("_") and name != RAW for name in names)
