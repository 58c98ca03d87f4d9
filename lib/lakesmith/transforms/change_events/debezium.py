"""Change events in Debezium's envelope, as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.columns import ARRIVED, KEPT, REFUSED, TRUNCATES, quoted
from lakesmith.transforms.change_events.images import (
    field_of,
    has_field,
    is_ambiguous,
    with_image,
)
from lakesmith.transforms.change_events.unavailable import forms_of
from lakesmith.types import Transform

ENVELOPE = ("op", "before", "after")
CHANGES_ROWS = ("c", "r", "u", "d")
_BEFORE = "_image_before"
_AFTER = "_image_after"
_OLD = "_image_old"
_NEW = "_image_new"


@dataclass(frozen=True)
class Unchanged:
    """How an event says that it leaves a value as it was.

    Parameters
    ----------
    placeholders : tuple of str
        Debezium's ``unavailable.value.placeholder``.
    absent : bool
        Whether an update leaves alone what its image lacks.
    nulls : bool
        Whether an update leaves alone what its image has as null.
    made : tuple of str
        Fields that a step may make of others: an event that lacks one, and leaves another as it was, leaves it too.
    """

    placeholders: tuple[str, ...] = ()
    absent: bool = False
    nulls: bool = False
    made: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        """True when an event can leave a value as it was."""
        return bool(self.placeholders) or self.absent


WHOLE = Unchanged()


def from_debezium(
    fields: Sequence[str],
    key: Sequence[str],
    sequence: Sequence[str] = (),
    *,
    keeps_history: bool = False,
    unchanged: Unchanged = WHOLE,
) -> Transform:
    """Turn change events into changed rows: the new image, or the old one of what is deleted.

    Parameters
    ----------
    fields : sequence of str
        The fields of an image to take, whatever their case; exactly where an image has one name in two cases.
    key : sequence of str
        Those of them that identify a row.
    sequence : sequence of str
        Those of them that say when it changed.
    keeps_history : bool
        End the old key at the event, also where its image says when it had changed before.
    unchanged : Unchanged
        What says that a value stays as it was; never one of `key` or `sequence`.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when ``op``, ``before`` or ``after`` is not there.

    Notes
    -----
    *Columns*: needs ``op`` STRING, ``before`` and ``after`` STRING (JSON of the row's images) -> adds the fields as
    STRING, NULL where an image lacks them, ``_deleted`` and ``_truncates`` BOOLEAN; ``_kept`` ARRAY<STRING>, the fields
    that the event leaves as they were (NULL for none), where `unchanged` says so; ``_refused`` STRING, what is wrong
    with an event that changes no row: ``op``, ``before``, ``after`` or ``names``; ``_arrived`` STRUCT, of a new image:
    ``has``, whether it has each field, and ``names``, all its fields.

    Reads (r), creates (c), updates (u) give the new image; an update of the key deletes the old one too, with the
    sequence of its image, or of the event (which the new image tells) where that has none or versions are kept; a
    delete (d) gives the old image; a truncate (t) and what is refused give NULL fields.

    Follows https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [("c", None, '{"id": 1, "NAME": "a"}'), ("u", '{"id": 1}', '{"id": 2}'), ("d", '{"id": 2}', None)]
    >>> df = frame(spark, "op string, before string, after string", rows)
    >>> df.transform(from_debezium(["id", "name"], ["id"])).select("op", "id", "name", "_deleted").show()
    +---+---+----+--------+
    | op| id|name|_deleted|
    +---+---+----+--------+
    |  c|  1|   a|   false|
    |  u|  2|NULL|   false|
    |  u|  1|NULL|    true|
    |  d|  2|NULL|    true|
    +---+---+----+--------+
    <BLANKLINE>
    """
    settled = {*key, *sequence}

    def apply(events: DataFrame) -> DataFrame:
        require(events, ENVELOPE, "from_debezium")
        read = events.transform(with_image(_BEFORE, "before")).transform(
            with_image(_AFTER, "after")
        )
        images = {_OLD: _old_row(fields, unchanged), _NEW: _new_row(fields, unchanged)}
        marks = {
            REFUSED: _refused(fields, keeps_history),
            KEPT: _kept(fields, settled, unchanged),
        }
        told = read.withColumns({**images, **marks})
        exploded = told.withColumn(
            "_image", F.explode(_changes(fields, key, sequence, keeps_history))
        )
        taken = {name: F.col(f"_image.row.{quoted(name)}") for name in fields}
        # The envelope's `op` is asked here: a field of that name takes its place.
        marks = {
            "_deleted": F.col("_image.deleted"),
            TRUNCATES: F.col("op").eqNullSafe("t"),
        }
        marks |= {
            KEPT: F.when(~F.col("_image.deleted"), named(KEPT)),
            ARRIVED: _arrived(fields, unchanged),
        }
        internal = [] if unchanged.is_possible else [KEPT]
        return exploded.withColumns({**taken, **marks}).drop(
            "_image", _OLD, _NEW, _BEFORE, _AFTER, *internal
        )

    return apply


def _old_row(fields: Sequence[str], unchanged: Unchanged) -> Column:
    """Return the fields of the old image, NULL for what it leaves out; NULL where there is no image."""
    values = {name: _told(_BEFORE, name, unchanged) for name in fields}
    return F.when(
        named(_BEFORE).isNotNull(),
        F.struct(*[value.alias(name) for name, value in values.items()]),
    )


def _new_row(fields: Sequence[str], unchanged: Unchanged) -> Column:
    """Return the fields of the new image; of what it leaves out the old image of an update may tell."""
    values = {name: _told(_AFTER, name, unchanged) for name in fields}
    for name, value in values.items() if unchanged.placeholders else ():
        is_unchanged = (F.col("op") == "u") & _is_left_out(_AFTER, name, unchanged)
        values[name] = F.when(is_unchanged, _told(_BEFORE, name, unchanged)).otherwise(
            value
        )
    return F.when(
        named(_AFTER).isNotNull(),
        F.struct(*[value.alias(name) for name, value in values.items()]),
    )


def _told(image: str, name: str, unchanged: Unchanged) -> Column:
    """Return a field of an image; NULL where a placeholder stands for its value."""
    value = field_of(named(image), name)
    return (
        F.when(~_is_left_out(image, name, unchanged), value)
        if unchanged.placeholders
        else value
    )


def _is_left_out(image: str, name: str, unchanged: Unchanged) -> Column:
    """Tell whether a placeholder stands for the value of a field; never NULL."""
    is_placeholder = field_of(named(image), name).isin(
        *forms_of(unchanged.placeholders)
    )
    return F.coalesce(is_placeholder, F.lit(False))


def _kept(fields: Sequence[str], settled: Set[str], unchanged: Unchanged) -> Column:
    """Return the names of the fields that an event leaves as they were; NULL for none."""
    others = [name for name in fields if name not in settled]
    if not others or not unchanged.is_possible:
        return F.lit(None).cast("array<string>")
    left = F.array_compact(
        F.array(*[F.when(_is_kept(name, unchanged), F.lit(name)) for name in others])
    )
    made = [
        F.when(~has_field(named(_AFTER), name), F.lit(name))
        for name in others
        if name in unchanged.made
    ]
    both = F.array_union(left, F.array_compact(F.array(*made))) if made else left
    return F.when(F.size(left) > 0, both)


def _is_kept(name: str, unchanged: Unchanged) -> Column:
    is_update = F.col("op") == "u"
    after = named(_AFTER)
    left = F.lit(False)
    if unchanged.placeholders:
        is_told_before = is_update & _told(_BEFORE, name, unchanged).isNotNull()
        left = _is_left_out(_AFTER, name, unchanged) & ~is_told_before
    if unchanged.absent:
        is_absent = (
            field_of(after, name).isNull()
            if unchanged.nulls
            else ~has_field(after, name)
        )
        left |= is_update & F.coalesce(is_absent, F.lit(False))
    return left


def _changes(
    fields: Sequence[str],
    key: Sequence[str],
    sequence: Sequence[str],
    keeps_history: bool,
) -> Column:
    """Return the rows that an event changes."""
    op = F.col("op")
    before = named(_OLD)
    after = named(_NEW)
    ended = _ended(before, after, fields, {*sequence} - {*key}, keeps_history)
    told = F.when(op.isin("c", "r", "u"), after).when(op == "d", before)
    row = F.when(named(REFUSED).isNull(), told)
    moved = F.when(
        named(REFUSED).isNull() & _moves(before, after, key),
        _change(ended, F.lit(True)),
    )
    changes = F.array(_change(row, op.eqNullSafe("d") | op.eqNullSafe("t")), moved)
    return F.filter(changes, lambda change: change.isNotNull())


def _refused(fields: Sequence[str], keeps_history: bool) -> Column:
    """Say why an event changes no row: its `op` is none that does, an image is missing, or its names are unclear."""
    op = F.col("op")
    before = named(_BEFORE)
    after = named(_AFTER)
    known = CHANGES_ROWS if keeps_history else (*CHANGES_ROWS, "t")
    unclear = F.when(op == "d", is_ambiguous(before, fields)).when(
        op != "t", is_ambiguous(after, fields)
    )
    return (
        F.when(~F.coalesce(op.isin(*known), F.lit(False)), "op")
        .when(op.isin("c", "r", "u") & after.isNull(), "after")
        .when((op == "d") & before.isNull(), "before")
        .when(unclear, "names")
    )


def _arrived(fields: Sequence[str], unchanged: Unchanged) -> Column:
    """Return which fields a new image has; where updates tell only some, of inserts alone."""
    after = named(_AFTER)
    kinds = ("c", "r") if unchanged.absent else ("c", "r", "u")
    is_told = F.col("op").isin(*kinds) & after.isNotNull() & ~F.col("_image.deleted")
    has = F.struct(
        *[has_field(after, name).alias(name) for name in dict.fromkeys(fields)]
    )
    return F.when(
        is_told,
        F.struct(has.alias("has"), F.concat_ws(", ", after["names"]).alias("names")),
    )


def _moves(before: Column, after: Column, key: Sequence[str]) -> Column:
    """Tell an event that gives a row another key."""
    differs = _any(
        ~before.getField(name).eqNullSafe(after.getField(name)) for name in key
    )
    # An image without its key, as of a table that sends none, says of no row that it moved.
    given = [
        _any(image.getField(name).isNotNull() for name in key)
        for image in (before, after)
    ]
    return F.col("op").eqNullSafe("u") & given[0] & given[1] & differs


def _ended(
    before: Column,
    after: Column,
    fields: Sequence[str],
    sequence: Set[str],
    keeps_history: bool,
) -> Column:
    """Return the old image with a sequence.

    Its own one, where it has one, lets another row take the old key at the instant of the event. A version ends at the
    event.
    """
    values = {name: before.getField(name) for name in fields}
    for name in sequence & {*fields}:
        values[name] = (
            after.getField(name)
            if keeps_history
            else F.coalesce(values[name], after.getField(name))
        )
    return F.struct(*[value.alias(name) for name, value in values.items()])


def _change(row: Column, is_deleted: Column) -> Column:
    return F.struct(row.alias("row"), is_deleted.alias("deleted"))


def _any(conditions: Iterable[Column]) -> Column:
    return reduce(Column.__or__, conditions)
