"""Find the columns of `key_implies` that the spec proves to be functions of the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lakesmith.spec.change_semantics import has_keys_of, read_from
from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    derived_columns,
    groupings,
    record_of,
)
from lakesmith.spec.step_kinds.joined_inputs import columns_from_inputs
from lakesmith.spec.steps import lowered
from lakesmith.spec.values.column_types import tells_empty_from_null

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table

_ALIKE = ("float", "double")


def unproven(table: Table) -> tuple[str, ...]:
    """Return the columns of `key_implies` that the spec does not prove.

    They may differ between rows of one key.

    Parameters
    ----------
    table : Table

    Returns
    -------
    tuple of str
        In the order of the spec. A column is proven where the key has it, where the key is a
        hash that tells its values apart, or where a step computes it from proven columns.

    Notes
    -----
    A hash is the same for empty text and NULL. So ``hash_key: {of: raw}`` determines what the
    contract makes of the landed fields, but for text, and a hash of columns those that are no
    text. A function of the user may look at any text of the row, and proves nothing that it may
    change. A lookup table is not part of the row, so that `inputs` prove nothing. What the upstream
    proves of the same key holds here too (see `prove_from_upstreams`).

    Examples
    --------
    >>> from lakesmith.spec.model import Column, Table, Write
    >>> write = Write(strategy="upsert", keys=("id",), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=write))
    ('day', 'month')
    >>> of_row = {"hash_key": {"name": "id", "of": "raw"}}
    >>> contract = {"day": Column(type="date"), "month": Column(type="string")}
    >>> unproven(Table(from_="bronze.a", columns=contract, write=write, steps=(of_row,)))
    ('month',)
    >>> by_share = Write(strategy="upsert", keys=("share",), key_implies=("bin",))
    >>> share = {"share": Column(type="double"), "bin": Column(type="string")}
    >>> of_share = {"with_columns": {"bin": "cast(share AS string)"}}
    >>> unproven(Table(from_="bronze.a", columns=share, write=by_share, steps=(of_share,)))
    ('bin',)
    >>> parts = {"date_parts": {"column": "day", "parts": {"month": "month"}}}
    >>> by_day = Write(strategy="upsert", keys=("id", "day"), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=by_day, steps=(parts,)))
    ()
    """
    keys = lowered(table.write.keys)
    known = keys | table.proven_upstream
    others = [name for name in table.write.key_implies if name.lower() not in known]
    if not others or table.write.recomputes:
        return ()
    if table.inputs or table.sql or table.nondeterministic or _has_alike_keys(table):
        return tuple(others)

    proven = _determined(table, keys)

    return tuple(name for name in others if name.lower() not in proven)


def _has_alike_keys(table: Table) -> bool:
    """Return whether equal keys may be different values, as 0.0 and -0.0 are."""
    kinds = [
        table.columns[key].type for key in table.write.keys if key in table.columns
    ]
    return any(kind.strip().startswith(_ALIKE) for kind in kinds)


def prove_from_upstreams(project: Project) -> None:
    """Note for each table the columns that its upstream proves to be functions of their key.

    Notes
    -----
    They are columns that come from the upstream as they are, where both tables have the same key in
    the same type, and each row has one row of the upstream.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> write = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["day"]}
    >>> write["key_implies"] = ["day"]
    >>> columns = {"day": {"type": "date"}}
    >>> hashed = {"hash_key": {"name": "id", "of": "raw"}}
    >>> silver = {"a": {"from": "bronze.a", "columns": columns, "steps": [hashed], "write": write}}
    >>> gold = {"b": {"from": "silver.a", "inputs": {"c": "silver.c"}, "write": write}}
    >>> project = Project.model_validate({"name": "p", "tables": {"silver": silver, "gold": gold}})
    >>> unproven(project.table("gold.b"))
    ('day',)
    >>> prove_from_upstreams(project)
    >>> unproven(project.table("gold.b"))
    ()
    """
    tables = {name: project.table(name) for name in project.table_names()}
    for name in tables:
        _prove(name, tables, frozenset())


def _prove(name: str, tables: Mapping[str, Table], seen: frozenset[str]) -> None:
    table = tables[name]
    upstream = tables.get(table.from_)
    # Tables that read each other are refused elsewhere.
    if upstream is None or name in seen:
        return
    _prove(table.from_, tables, seen | {name})
    if _has_key_of(table, upstream):
        left_alone = _from_upstream(table, tables)
        proven = lowered(upstream.write.key_implies) - lowered(unproven(upstream))
        columns = [
            column
            for column in table.write.key_implies
            if column.lower() in left_alone
            and read_from(table, column).lower() in proven
        ]
        table.prove(lowered(columns))


def _has_key_of(table: Table, upstream: Table) -> bool:
    """Return whether a row has the key of one upstream row, as it is there."""
    if not (upstream.write.keeps_newest and has_keys_of(table, upstream)):
        return False
    types = {name.lower(): one.type.strip() for name, one in upstream.columns.items()}
    return all(
        types.get(read_from(table, key).lower()) == table.columns[key].type.strip()
        for key in table.write.keys
        if key in table.columns
    ) and lowered(table.write.keys) <= _left_alone(
        lowered(table.write.keys), table.steps
    )


def _from_upstream(table: Table, tables: Mapping[str, Table]) -> frozenset[str]:
    """Return the columns that the steps leave as they came, in lower case."""
    looked_up = columns_from_inputs(table, tables)
    if looked_up is None or table.sql or table.nondeterministic:
        return frozenset()
    return _left_alone(lowered(table.write.key_implies), table.steps) - looked_up


def _hashes_row(table: Table, keys: frozenset[str]) -> bool:
    """Return whether a key is the hash of the raw row, which no later step changes."""
    return any(
        _makes_hash_of_row(step, _final(keys, table.steps[place + 1 :]))
        for place, step in enumerate(table.steps)
    )


def _makes_hash_of_row(step: Step, final: frozenset[str]) -> bool:
    record = record_of(step)
    if record is None or not record.is_reversible:
        return False

    derived = derived_columns(step)

    return any(name in final and parts is None for name, parts in derived.items())


def _typed(table: Table) -> frozenset[str]:
    """Return the contract's columns for which blank text is NULL, in lower case."""
    return frozenset(
        name.lower()
        for name, column in table.columns.items()
        if not tells_empty_from_null(column.type)
    )


def _determined(table: Table, keys: frozenset[str]) -> frozenset[str]:
    """Return the columns that the final keys determine, in lower case."""
    steps = table.steps
    known = _final(keys, steps)
    if _hashes_row(table, keys):
        known |= _typed(table)

    for place, step in enumerate(steps):
        final = _final(keys, steps[place + 1 :])
        plain = _plain(table, place)
        known = _after(step, known, final, plain) | final

    return known


def _plain(table: Table, place: int) -> frozenset[str]:
    """Return the columns that are no text at a step, in lower case.

    They have the contract's type there, since no step before it or none after it changes them.
    """
    typed = _typed(table)
    before = _left_alone(typed, table.steps[:place])
    after = _left_alone(typed, table.steps[place:])

    return before | after


def _left_alone(names: frozenset[str], steps: Sequence[Step]) -> frozenset[str]:
    if any(record_of(step) is None for step in steps):
        return frozenset()
    changed = frozenset[str]().union(*map(changed_columns, steps))

    return names - changed


def _final(keys: frozenset[str], later: Iterable[Step]) -> frozenset[str]:
    """Return the keys that no later step changes."""
    changed = frozenset[str]().union(*map(changed_columns, later))
    return keys - changed


def _after(
    step: Step,
    known: frozenset[str],
    final: frozenset[str],
    plain: frozenset[str],
) -> frozenset[str]:
    """Return the columns that are determined after a step.

    `final` are the keys that no later step changes, `plain` the columns that are no text.
    """
    record = record_of(step)
    if record is None or not record.is_row_wise or groupings(step):
        return final

    kept = known - changed_columns(step)

    for name, parts in derived_columns(step).items():
        if parts is not None and parts <= known:
            kept |= {name}
        elif parts is not None and record.is_reversible and name in final:
            kept |= {name} | parts & plain

    return kept
