"""Read rows, omissions and faults of one event from Debezium's envelope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named, null
from lakesmith.transforms.change_events.images import (
    field_of,
    has_field,
    is_ambiguous,
)
from lakesmith.transforms.change_events.unavailable import forms_of
from lakesmith.transforms.change_events.unchanged import WHOLE_ROWS, Unchanged

BEFORE = "_image_before"
AFTER = "_image_after"

_WRITES_ROW = ("c", "r", "u")
_CHANGES_ROW = (*_WRITES_ROW, "d")


def old_row(fields: Sequence[str], unchanged: Unchanged) -> Column:
    """Return the fields of the old image, NULL where there is none."""
    is_present = named(BEFORE).isNotNull()
    values = [_value(BEFORE, name, unchanged).alias(name) for name in fields]
    row = F.struct(*values)

    return F.when(is_present, row)


def new_row(
    fields: Sequence[str], unchanged: Unchanged, settled: Sequence[str] = ()
) -> Column:
    """Return the fields of the new image, NULL where there is none.

    Where an update leaves out a value, its old image may hold it. What it lacks of the `settled`
    fields, which are key and sequence, stays NULL.
    """
    is_present = named(AFTER).isNotNull()
    values = [
        _new_value(name, unchanged, name not in settled).alias(name) for name in fields
    ]
    row = F.struct(*values)

    return F.when(is_present, row)


def kept_fields(names: Sequence[str], unchanged: Unchanged) -> Column:
    """Return which of some fields an event leaves as they were, NULL for none."""
    if not names or not unchanged.is_possible:
        return null("array<string>")

    after = named(AFTER)
    left: list[Column] = []
    made: list[Column] = []

    for name in names:
        label = F.lit(name)
        left.append(F.when(_is_kept(name, unchanged), label))
        if name in unchanged.made:
            made.append(F.when(~has_field(after, name), label))

    kept = F.array_compact(F.array(*left))
    has_kept = F.size(kept) > 0

    if not made:
        return F.when(has_kept, kept)

    derived = F.array_compact(F.array(*made))
    all_kept = F.array_union(kept, derived)

    return F.when(has_kept, all_kept)


def refused_part(
    fields: Sequence[str],
    keeps_history: bool,
    unchanged: Unchanged = WHOLE_ROWS,
    settled: Sequence[str] = (),
) -> Column:
    """Return the part of an event that is wrong, NULL where it changes a row or truncates.

    An update gives all of the `settled` fields, which are key and sequence.
    """
    op = F.col("op")
    before = named(BEFORE)
    after = named(AFTER)
    known = _CHANGES_ROW if keeps_history else (*_CHANGES_ROW, "t")
    is_known = is_true(op.isin(*known))
    lacking = [_is_not_sent(name, unchanged) for name in settled]
    lacks_settled = reduce(or_, lacking, F.lit(False))
    has_unclear_names = F.when(op == "d", is_ambiguous(before, fields)).when(
        op != "t", is_ambiguous(after, fields)
    )

    return (
        F.when(~is_known, "op")
        .when(op.isin(*_WRITES_ROW) & (after.isNull() | lacks_settled), "after")
        .when((op == "d") & before.isNull(), "before")
        .when(has_unclear_names, "names")
    )


def lacks_value(names: Sequence[str], unchanged: Unchanged) -> Column:
    """Return whether neither image of an event has the value of one of these fields.

    What a step makes of others is in no image. The answer is never NULL.
    """
    landed = [name for name in names if name not in unchanged.made]
    lacking = [_is_in_no_image(name, unchanged) for name in landed]

    return reduce(or_, lacking, F.lit(False))


def arrived_fields(fields: Sequence[str], unchanged: Unchanged) -> Column:
    """Return which fields a new image has.

    Where updates hold only some fields, only the images of inserts count.
    """
    after = named(AFTER)
    whole = ("c", "r") if unchanged.absent else _WRITES_ROW
    is_whole = F.col("op").isin(*whole) & after.isNotNull()

    distinct = dict.fromkeys(fields)
    flags = [has_field(after, name).alias(name) for name in distinct]
    has = F.struct(*flags)
    names = F.concat_ws(", ", after["names"])
    arrived = F.struct(
        has.alias("has"),
        names.alias("names"),
    )

    return F.when(is_whole, arrived)


def _new_value(name: str, unchanged: Unchanged, may_lack: bool) -> Column:
    value = _value(AFTER, name, unchanged)
    asked = unchanged if may_lack else replace(unchanged, absent=False)
    if not asked.is_possible:
        return value

    is_update = F.col("op") == "u"
    old_value = _value(BEFORE, name, unchanged)

    return F.when(is_update & _is_not_sent(name, asked), old_value).otherwise(value)


def _value(image: str, name: str, unchanged: Unchanged) -> Column:
    """Return a field of an image, NULL where a placeholder stands for its value."""
    value = field_of(named(image), name)
    if not unchanged.placeholders:
        return value

    return F.when(~_is_left_out(image, name, unchanged), value)


def _is_left_out(image: str, name: str, unchanged: Unchanged) -> Column:
    """Return whether a placeholder stands for the value of a field, never NULL."""
    forms = forms_of(unchanged.placeholders)
    is_placeholder = field_of(named(image), name).isin(*forms)

    return is_true(is_placeholder)


def _is_kept(name: str, unchanged: Unchanged) -> Column:
    is_update = F.col("op") == "u"
    has_old_value = is_update & _value(BEFORE, name, unchanged).isNotNull()

    return _is_not_sent(name, unchanged) & ~has_old_value


def _is_in_no_image(name: str, unchanged: Unchanged) -> Column:
    is_in_old_image = is_true(has_field(named(BEFORE), name))
    if unchanged.placeholders:
        is_in_old_image &= ~_is_left_out(BEFORE, name, unchanged)

    return _is_not_sent(name, unchanged) & ~is_in_old_image


def _is_not_sent(name: str, unchanged: Unchanged) -> Column:
    """Return whether an event leaves out the new value of a field."""
    is_not_sent = F.lit(False)

    if unchanged.placeholders:
        is_not_sent |= _is_left_out(AFTER, name, unchanged)

    if unchanged.absent:
        is_update = F.col("op") == "u"
        is_absent = _is_absent(name, unchanged)
        is_not_sent |= is_update & is_true(is_absent)

    return is_not_sent


def _is_absent(name: str, unchanged: Unchanged) -> Column:
    after = named(AFTER)
    if unchanged.nulls:
        return field_of(after, name).isNull()

    return ~has_field(after, name)
