"""Turn one event of Debezium into the rows that it changes."""

from __future__ import annotations

from collections.abc import Sequence, Set

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.columns import REFUSED

OLD_ROW = "_image_old"
NEW_ROW = "_image_new"


def row_changes(
    fields: Sequence[str],
    key: Sequence[str],
    sequence: Sequence[str],
    keeps_history: bool,
) -> Column:
    """Return the rows that an event changes.

    Parameters
    ----------
    fields, key, sequence, keeps_history
        As of `from_debezium`.

    Returns
    -------
    Column
        ARRAY<STRUCT<row, deleted>>, the new row first; needs ``_image_old`` and ``_image_new``
        STRUCT of the fields, ``op`` and ``_refused`` STRING.
    """
    op = F.col("op")
    old = named(OLD_ROW)
    new = named(NEW_ROW)
    is_accepted = named(REFUSED).isNull()

    row = F.when(op.isin("c", "r", "u"), new).when(op == "d", old)
    accepted_row = F.when(is_accepted, row)
    deletes = op.eqNullSafe("d") | op.eqNullSafe("t")
    change = _change(accepted_row, deletes)

    others = {*sequence} - {*key}
    ended = _ended_row(old, new, fields, others, keeps_history)
    is_update = op.eqNullSafe("u")
    moves = is_accepted & is_update & _has_other_key(old, new, key)
    ending = F.when(moves, _change(ended, F.lit(True)))

    changes = F.array(change, ending)

    return F.filter(changes, lambda each: each.isNotNull())


def _has_other_key(old: Column, new: Column, key: Sequence[str]) -> Column:
    # An image without its key, as of a table that sends none, does not say that a row moved.
    has_old = F.lit(False)
    has_new = F.lit(False)
    differs = F.lit(False)

    for name in key:
        old_value = old.getField(name)
        new_value = new.getField(name)
        has_old |= old_value.isNotNull()
        has_new |= new_value.isNotNull()
        differs |= ~old_value.eqNullSafe(new_value)

    return has_old & has_new & differs


def _ended_row(
    old: Column,
    new: Column,
    fields: Sequence[str],
    sequence: Set[str],
    keeps_history: bool,
) -> Column:
    """Return the old image with a sequence.

    Its own sequence, where it has one, lets another row take the old key at the time of the event.
    A version ends at the event.
    """
    values = {name: old.getField(name) for name in fields}

    for name in sequence & {*fields}:
        at_event = new.getField(name)
        own = F.coalesce(values[name], at_event)
        values[name] = at_event if keeps_history else own

    columns = [value.alias(name) for name, value in values.items()]

    return F.struct(*columns)


def _change(row: Column, is_deleted: Column) -> Column:
    row_field = row.alias("row")
    return F.struct(row_field, is_deleted.alias("deleted"))
