"""Change events in Debezium's envelope, as the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.spec.model import TRUNCATES
from lakesmith.transforms.names import quoted, require
from lakesmith.transforms.shape import Transform

ENVELOPE = ("op", "before", "after")


def from_debezium(
    fields: Sequence[str], key: Sequence[str], sequence: Sequence[str] = (), *, keeps_history: bool = False
) -> Transform:
    """Turn change events into changed rows: the new image, or the old one of what is deleted.

    Parameters
    ----------
    fields : sequence of str
        The fields of an image to take.
    key : sequence of str
        Those of them that identify a row.
    sequence : sequence of str
        Those of them that say when it changed.
    keeps_history : bool
        End the old key at the event, also where its image says when it had changed before.

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
    STRING, NULL where an image lacks them, ``_deleted`` and ``_truncates`` BOOLEAN. Reads (r), creates (c), updates (u)
    give the new image; an update of the key deletes the old one too, with the sequence of its image, or of the event
    (which the new image tells) where that has none or versions are kept; a delete (d) gives the old image; a truncate
    (t), an unknown `op` and an image that is no JSON give NULL fields.

    Follows https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> rows = [("c", None, '{"id": 1, "name": "a"}'), ("u", '{"id": 1}', '{"id": 2}'), ("d", '{"id": 2}', None)]
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

    def apply(events: DataFrame) -> DataFrame:
        require(events, ENVELOPE, "from_debezium")
        schema = ", ".join(f"{quoted(name)} STRING" for name in fields)
        before, after = (F.from_json(name, schema) for name in ("before", "after"))
        old = _ended(before, after, fields, {*sequence} - {*key}, keeps_history)
        images = F.array(_image(before, after), F.when(_moves(before, after, key), _change(old, F.lit(True))))
        images = F.filter(images, lambda image: image.isNotNull())
        exploded = events.withColumn("_image", F.explode(images))
        taken = {name: F.col(f"_image.row.{quoted(name)}") for name in fields}
        # The envelope's `op` is asked here: a field of that name takes its place.
        marks = {"_deleted": F.col("_image.deleted"), TRUNCATES: F.col("op").eqNullSafe("t")}
        return exploded.withColumns({**taken, **marks}).drop("_image")

    return apply


def _image(before: Column, after: Column) -> Column:
    op = F.col("op")
    row = F.when(op.isin("c", "r", "u"), after).when(op == "d", before)
    return _change(row, op.eqNullSafe("d") | op.eqNullSafe("t"))


def _moves(before: Column, after: Column, key: Sequence[str]) -> Column:
    """Tell an event that gives a row another key."""
    differs = _any(~before.getField(name).eqNullSafe(after.getField(name)) for name in key)
    # An image without its key, as of a table that sends none, says of no row that it moved.
    given = [_any(image.getField(name).isNotNull() for name in key) for image in (before, after)]
    return F.col("op").eqNullSafe("u") & given[0] & given[1] & differs


def _ended(before: Column, after: Column, fields: Sequence[str], sequence: Set[str], keeps_history: bool) -> Column:
    """Return the old image with a sequence.

    Its own one, where it has one, lets another row take the old key at the instant of the event. A version ends at the
    event.
    """
    values = {name: before.getField(name) for name in fields}
    for name in sequence & {*fields}:
        values[name] = after.getField(name) if keeps_history else F.coalesce(values[name], after.getField(name))
    return F.struct(*[value.alias(name) for name, value in values.items()])


def _change(row: Column, is_deleted: Column) -> Column:
    return F.struct(row.alias("row"), is_deleted.alias("deleted"))


def _any(conditions: Iterable[Column]) -> Column:
    return reduce(Column.__or__, conditions)
