"""Turn one event of Debezium into the rows that it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType

from lakesmith.column_refs import named
from lakesmith.columns import REFUSED
from lakesmith.transforms.values.casting import cast_or_null

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn

KeyTypes = Mapping[str, "ContractColumn"]

OLD_ROW = "_image_old"
NEW_ROW = "_image_new"


def row_changes(
    fields: Sequence[str],
    key: Sequence[str],
    sequence: Sequence[str],
    keeps_history: bool,
    key_types: KeyTypes | None = None,
) -> Column:
    """Return the rows that an event changes.

    Parameters
    ----------
    fields, key, sequence, keeps_history, key_types
        As of `from_debezium`.

    Returns
    -------
    Column
        ARRAY<STRUCT<row, deleted, moved>>, the new row first, where `moved` BIGINT is one number
        for both rows of an update that moves its row, NULL elsewhere and with `key_types`;
        needs ``_image_old`` and ``_image_new`` STRUCT of the fields, ``op`` and ``_refused``
        STRING.
    """
    op = F.col("op")
    old = named(OLD_ROW)
    new = named(NEW_ROW)
    is_accepted = named(REFUSED).isNull()

    row = F.when(op.isin("c", "r", "u"), new).when(op == "d", old)
    accepted_row = F.when(is_accepted, row)
    deletes = op.eqNullSafe("d") | op.eqNullSafe("t")
    moves = is_accepted & moves_row(fields, key, key_types)
    is_marked = moves & F.lit(key_types is None)
    moved = F.when(is_marked, _number_of(old, new))
    change = _change(accepted_row, deletes, moved)

    others = {*sequence} - {*key}
    ended = _ended_row(old, new, fields, others, keeps_history)
    ending = F.when(moves, _change(ended, F.lit(True), moved))

    changes = F.array(change, ending)

    return F.filter(changes, lambda each: each.isNotNull())


def moves_row(
    fields: Sequence[str], key: Sequence[str], key_types: KeyTypes | None = None
) -> Column:
    """Return whether an event is an update that gives its row another key, or may do so."""
    old = named(OLD_ROW)
    new = named(NEW_ROW)
    has_moved = _has_other_key(old, new, key, key_types or {})
    if key_types is None:
        has_moved |= _may_make_other_key(old, new, fields, key)

    return F.col("op").eqNullSafe("u") & has_moved


def _has_other_key(
    old: Column, new: Column, key: Sequence[str], types: KeyTypes
) -> Column:
    # An image without its key, as of a table that sends none, does not say that a row moved. Nor
    # does a key that the table cannot hold: the event is quarantined.
    has_old = F.lit(False)
    has_new = F.lit(False)
    is_unfit = F.lit(False)
    differs = F.lit(False)

    for name in key:
        old_value = old.getField(name)
        new_value = new.getField(name)
        has_old |= old_value.isNotNull()
        has_new |= new_value.isNotNull()
        is_unfit |= _is_unfit(new_value, types.get(name))
        differs |= ~_is_same(old_value, new_value, types.get(name))

    return has_old & has_new & differs & ~is_unfit


def _may_make_other_key(
    old: Column, new: Column, fields: Sequence[str], key: Sequence[str]
) -> Column:
    """Return whether steps may make another key of the old image, for a key that none has."""
    lacks_key = F.lit(False)
    differs = F.lit(False)

    for name in key:
        lacks_key |= old.getField(name).isNull() & new.getField(name).isNull()

    for name in fields:
        old_value = old.getField(name)
        is_other = ~old_value.eqNullSafe(new.getField(name))
        differs |= old_value.isNotNull() & is_other

    return lacks_key & differs


def _is_same(old: Column, new: Column, declared: ContractColumn | None) -> Column:
    """Return whether two texts are the same value of a key, as a table stores it."""
    is_same_text = old.eqNullSafe(new)
    if declared is None or _is_text(declared):
        return is_same_text

    return is_same_text | _stored(old, declared).eqNullSafe(_stored(new, declared))


def _is_unfit(value: Column, declared: ContractColumn | None) -> Column:
    """Return whether a text is there that the type of a key cannot take."""
    if declared is None or _is_text(declared):
        return F.lit(False)
    return value.isNotNull() & _stored(value, declared).isNull()


def _is_text(declared: ContractColumn) -> bool:
    return isinstance(DataType.fromDDL(declared.type), StringType)


def _stored(value: Column, declared: ContractColumn) -> Column:
    kind = DataType.fromDDL(declared.type)
    return cast_or_null(value, StringType(), kind, declared.format)


def _number_of(old: Column, new: Column) -> Column:
    """Return a number of an update by its images, so that a repeated event has the same one."""
    images = F.struct(old.alias("old"), new.alias("new"))
    return F.xxhash64(F.to_json(images))


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


def _change(row: Column, is_deleted: Column, moved: Column) -> Column:
    row_field = row.alias("row")
    deleted_field = is_deleted.alias("deleted")
    return F.struct(row_field, deleted_field, moved.alias("moved"))
