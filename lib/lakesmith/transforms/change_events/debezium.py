"""Read change events in Debezium's envelope as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.columns import (
    ARRIVED,
    DELETED,
    ENVELOPE,
    KEPT,
    MOVED,
    REFUSED,
    REFUSED_IF_MOVED,
    SHADOWED,
    TRUNCATES,
    quoted,
)
from lakesmith.transforms.change_events.envelope import (
    AFTER,
    BEFORE,
    arrived_fields,
    kept_fields,
    lacks_value,
    new_row,
    old_row,
    refused_part,
)
from lakesmith.transforms.change_events.images import with_image
from lakesmith.transforms.change_events.row_changes import (
    NEW_ROW,
    OLD_ROW,
    KeyTypes,
    moves_row,
    row_changes,
)
from lakesmith.transforms.change_events.unchanged import WHOLE_ROWS, Unchanged
from lakesmith.types import Transform

_CHANGE = "_image"
_INTERNAL = (_CHANGE, OLD_ROW, NEW_ROW, BEFORE, AFTER)


def from_debezium(
    fields: Sequence[str],
    key: Sequence[str],
    sequence: Sequence[str] = (),
    *,
    keeps_history: bool = False,
    unchanged: Unchanged = WHOLE_ROWS,
    key_types: KeyTypes | None = None,
) -> Transform:
    """Turn change events into changed rows.

    Parameters
    ----------
    fields : sequence of str
        The fields of an image to take, whatever their case; exactly where an image has one name in
        two cases.
    key : sequence of str
        Those of them that identify a row.
    sequence : sequence of str
        Those of them that hold when it changed.
    keeps_history : bool
        End the old key at the event, also where its image has an earlier time of change.
    unchanged : Unchanged
        How an event says that a value stays as it was; never one of `key` or `sequence`.
    key_types : mapping of str to Column, optional
        The contract's column of each field of `key`, where the table stores what the contract makes
        of the field. Without it steps may change the key, and both rows of a move are marked.

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
    *Columns*: needs ``op`` STRING, ``before`` and ``after`` STRING (JSON of the row's images) ->
    adds the fields as STRING, NULL where an image lacks them, ``_deleted`` and ``_truncates``
    BOOLEAN; ``_kept`` ARRAY<STRING>, the fields that the event leaves as they were (NULL for none),
    where `unchanged` allows any; ``_refused`` STRING, the faulty part of an event that changes no
    row: ``op``, ``before``, ``after`` or ``names``, or ``moved`` where it changes none if it moves
    its row; ``_arrived`` STRUCT, of a new image: ``has``, whether it has each field, and ``names``,
    all its fields; without `key_types` also ``_moved`` BIGINT, one number for both rows of an
    update that moves its row, else NULL. A field replaces a
    column of the envelope that has its name, such as ``source``; ``_envelope`` STRUCT has what was
    replaced.

    Reads (r), creates (c) and updates (u) give the new image. An update of the key deletes the old
    one too, with the sequence of its image, or that of the new image where the old one has none or
    versions are kept. Texts that are one value of `key_types` are one key. A delete (d) gives the
    old image. A truncate (t) and a refused event give NULL fields. An update of the key is refused
    (``before``) when it leaves a value alone that its old image lacks. Without `key_types` it is
    marked (``moved``), since steps decide whether the key is another one.

    Follows https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [
    ...     ("c", None, '{"id": 1, "NAME": "a"}'),
    ...     ("u", '{"id": 1}', '{"id": 2}'),
    ...     ("d", '{"id": 2}', None),
    ... ]
    >>> df = frame(spark, "op string, before string, after string", rows)
    >>> changed = df.transform(from_debezium(["id", "name"], ["id"]))
    >>> changed.select("op", "id", "name", "_deleted").show()
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
    others = [name for name in fields if name not in {*key, *sequence}]
    # The envelope may hold the sequence, which is no field then.
    settled = [name for name in fields if name in {*key, *sequence}]
    unused = [] if unchanged.is_possible else [KEPT]
    unused += [] if key_types is None else [MOVED]
    internal = (*_INTERNAL, *unused)

    def apply(events: DataFrame) -> DataFrame:
        require(events, ENVELOPE, "from_debezium")
        with_old = events.transform(with_image(BEFORE, "before"))
        with_both = with_old.transform(with_image(AFTER, "after"))
        parsed = with_both.withColumns(
            {
                OLD_ROW: old_row(fields, unchanged),
                NEW_ROW: new_row(fields, unchanged, [*key, *sequence]),
                REFUSED: refused_part(fields, keeps_history, unchanged, settled),
                KEPT: kept_fields(others, unchanged),
            }
        )

        # The values that it leaves alone stand below the old key, where no batch looks them up.
        lacks = lacks_value(others, unchanged)
        is_lacking = moves_row(fields, key, key_types) & lacks
        is_settled = is_lacking & F.lit(key_types is not None)
        refused = F.coalesce(named(REFUSED), F.when(is_settled, "before"))
        unsure = F.coalesce(named(REFUSED), F.when(is_lacking, REFUSED_IF_MOVED))
        checked = parsed.withColumn(REFUSED, refused)

        changes = row_changes(fields, key, sequence, keeps_history, key_types)
        exploded = checked.withColumn(_CHANGE, F.explode(changes))
        rows = exploded.withColumn(REFUSED, unsure)
        columns = _columns_of_change(fields, unchanged)
        shadowed = _shadowed(events, fields)

        return rows.withColumns({**columns, **shadowed}).drop(*internal)

    return apply


def _shadowed(events: DataFrame, fields: Sequence[str]) -> dict[str, Column]:
    """Return the fields of the envelope that fields of its images replace, in one struct."""
    lowered = {name.lower() for name in fields}
    names = [name for name in events.columns if name.lower() in lowered]
    if not names:
        return {}
    return {SHADOWED: F.struct(*map(named, names))}


def _columns_of_change(
    fields: Sequence[str], unchanged: Unchanged
) -> dict[str, Column]:
    is_deleted = F.col(f"{_CHANGE}.deleted")
    columns = {name: F.col(f"{_CHANGE}.row.{quoted(name)}") for name in fields}
    # These read the envelope's `op`, which a field of that name replaces in the same step.
    marks = {
        DELETED: is_deleted,
        MOVED: F.col(f"{_CHANGE}.moved"),
        TRUNCATES: F.col("op").eqNullSafe("t"),
        KEPT: F.when(~is_deleted, named(KEPT)),
        ARRIVED: F.when(~is_deleted, arrived_fields(fields, unchanged)),
    }

    return {**columns, **marks}
