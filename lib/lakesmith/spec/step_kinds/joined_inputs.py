"""Tell from a spec which steps of a table read its inputs, by which keys, and what they add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lakesmith.spec.step_effects import (
    Step,
    changed_columns,
    derived_columns,
    is_user_function,
    keeps_rows,
    name_of,
    options_of,
    record_of,
)
from lakesmith.spec.step_kinds.record import lowered

if TYPE_CHECKING:
    from lakesmith.spec.model import Table


@dataclass(frozen=True)
class InputJoin:
    """A step that finds rows of an input by a key.

    Parameters
    ----------
    index : int
        Its place among the steps.
    name, input : str
        The step, and the name of the input.
    on : tuple of str
        Columns of the key, under the same names on both sides.
    takes : mapping of str to str
        The columns that a row gets, each with its name in the input; empty for all.
    counted : tuple of str
        The columns of the input that decide what a row gets; empty for all.
    keeps_rows : bool
        Whether each row stays, whatever the input holds.
    null_safe : bool
        Whether a NULL key finds the rows whose key is NULL.
    valid_at : tuple of str, optional
        The time of a row, and the columns of the input between which it must be.
    """

    index: int
    name: str
    input: str
    on: tuple[str, ...]
    takes: Mapping[str, str] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
    keeps_rows: bool = True
    null_safe: bool = False
    valid_at: tuple[str, str, str] | None = None


def input_joins(table: Table) -> tuple[InputJoin, ...]:
    """Return the steps of a table that find rows of its inputs by a key.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> step = {"join": {"input": "c", "on": ["id"], "columns": ["country"]}}
    >>> spec = {"from": "silver.lines", "inputs": {"c": "silver.customers"}, "steps": [step]}
    >>> input_joins(Table.model_validate(spec))[0].counted
    ('country',)
    """
    joins = [_join_of(index, step) for index, step in enumerate(table.steps)]
    return tuple(join for join in joins if join is not None)


def _join_of(index: int, step: Step) -> InputJoin | None:
    record = record_of(step)
    if record is None or record.joins_on is None:
        return None
    options = options_of(step)
    inputs = [options.get(option) for option in record.inputs]
    on = options.get(record.joins_on)
    if not (inputs and isinstance(on, list | tuple) and on):
        return None
    takes = record.takes(options)
    matches_by = record.matches_by(options)
    return InputJoin(
        index,
        name_of(step),
        str(inputs[0]),
        tuple(map(str, on)),
        takes,
        () if matches_by is None or not takes else (*takes.values(), *matches_by),
        record.keeps_rows(options),
        bool(options.get("null_safe")),
        record.valid_at(options) if takes else None,
    )


def places_of_key(table: Table, join: InputJoin) -> frozenset[int]:
    """Return the places of the steps that make the key of a join, and the time that it is for.

    Returns
    -------
    frozenset of int
        Where another join adds a column of the key, all steps before it that keep their rows.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"with_columns": {"total": "price * n"}}, {"trim": ["code"]},
    ...          {"join": {"input": "p", "on": ["code"], "columns": ["name"]}}]
    >>> spec = {"from": "silver.a", "inputs": {"p": "silver.p"}, "steps": steps}
    >>> table = Table.model_validate(spec)
    >>> sorted(places_of_key(table, input_joins(table)[0]))
    [1]
    """
    places = _key_steps(table, join)
    return frozenset(place for place in places if keeps_rows(table.steps[place]))


def lossy_places_of_key(table: Table, join: InputJoin) -> frozenset[int]:
    """Return the places of the steps that change the key of a join, of rows that may go.

    Steps that treat values count too: they need statistics that the look for rows does not have.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"impute": {"column": "code", "value": "none"}},
    ...          {"join": {"input": "p", "on": ["code"], "columns": ["name"]}}]
    >>> spec = {"from": "silver.a", "inputs": {"p": "silver.p"}, "steps": steps}
    >>> table = Table.model_validate(spec)
    >>> sorted(lossy_places_of_key(table, input_joins(table)[0]))
    [0]
    """
    places = _key_steps(table, join)
    joins = {one.index for one in input_joins(table)}
    return frozenset(
        place
        for place in places - joins
        if changed_columns(table.steps[place]) and _is_lossy(table.steps[place])
    )


def _is_lossy(step: Step) -> bool:
    record = record_of(step)
    treats = record is not None and record.treats
    return treats or not keeps_rows(step)


def _key_steps(table: Table, join: InputJoin) -> frozenset[int]:
    """Return the places of the steps that change the key of a join.

    Where another join adds a column of the key, all steps before it.
    """
    before = range(join.index)
    joins = {one.index: one for one in input_joins(table)}
    at = join.valid_at[:1] if join.valid_at else ()
    needed = lowered([*join.on, *at])
    found: set[int] = set()
    for place in reversed(before):
        step = table.steps[place]
        if place in joins:
            takes = lowered(joins[place].takes)
            if not takes or takes & needed:
                return frozenset(before)
        elif _removes_others(step):
            found.add(place)
        elif changed_columns(step) & needed:
            found.add(place)
            sources = derived_columns(step).values()
            needed = needed.union(*[of for of in sources if of is not None])
    return frozenset(found)


def _removes_others(step: Step) -> bool:
    """Return whether a step frees the names of columns, which a later step may give again."""
    record = record_of(step)
    return record is not None and record.removes_others


def other_readers(table: Table) -> dict[int, str]:
    """Return the steps that read an input in another way than by a key, by their place."""
    joined = {join.index for join in input_joins(table)}
    found: dict[int, str] = {}
    for index, step in enumerate(table.steps):
        record = record_of(step)
        has_input = record is not None and bool(record.inputs)
        reads = has_input or is_user_function(step)
        if reads and index not in joined:
            found[index] = name_of(step)
    return found


def columns_from_inputs(
    table: Table, tables: Mapping[str, Table]
) -> frozenset[str] | None:
    """Return the columns of a table that are made of what it looks up, in lower case.

    Parameters
    ----------
    table : Table
    tables : mapping of str to Table
        The tables of the project by name.

    Returns
    -------
    frozenset of str, or None
        None where a join takes all columns of a table without a contract.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> steps = [{"join": {"input": "c", "on": ["id"], "columns": ["Country"]}},
    ...          {"with_columns": {"area": "upper(country)", "n": "quantity"}}]
    >>> inputs = {"c": "silver.customers"}
    >>> spec = {"from": "silver.lines", "inputs": inputs, "steps": steps}
    >>> sorted(columns_from_inputs(Table.model_validate(spec), {}))
    ['area', 'country']
    """
    joins = {join.index: join for join in input_joins(table)}
    made: frozenset[str] = frozenset()
    for index, step in enumerate(table.steps):
        derived = derived_columns(step)
        follows = {
            name
            for name, sources in derived.items()
            if sources is not None and sources & made
        }
        replaced = changed_columns(step)
        made = (made - replaced) | follows
        if index in joins:
            taken = _taken(joins[index], table, tables)
            if taken is None:
                return None
            made |= taken
    return made


def _taken(
    join: InputJoin, table: Table, tables: Mapping[str, Table]
) -> frozenset[str] | None:
    if join.takes:
        return lowered([*join.takes])
    of = tables.get(table.inputs.get(join.input, ""))
    if of is None or not of.columns:
        return None
    return lowered([*of.columns, *of.write.declared.adds]) - lowered(join.on)
