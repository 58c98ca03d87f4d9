"""Change events in Debezium's envelope, as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.spec.model import TRUNCATES
from lakesmith.transforms.names import quoted, require
from lakesmith.transforms.shape import Transform

ENVELOPE = ("op", "before", "after")


def from_debezium(fields: Sequence[str], key: Sequence[str]) -> Transform:
    """Turn change events into changed rows: the new image, or the old one of what is deleted.

    Parameters
    ----------
    fields : sequence of str
        The fields of an image to take.
    key : sequence of str
        Those of them that identify a row.

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
    give the new image; an update of the key deletes the old one too, with the sequence of the event; a delete (d) gives
    the old image; a truncate (t), an unknown `op` and an image that is no JSON give NULL fields.

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
        images = F.filter(F.array(*_images(before, after, key)), lambda image: image.isNotNull())
        exploded = events.withColumn("_image", F.explode(images))
        taken = {name: F.col(f"_image.row.{quoted(name)}") for name in fields}
        # The envelope's `op` is asked here: a field of that name takes its place.
        marks = {"_deleted": F.col("_image.deleted"), TRUNCATES: F.col("op").eqNullSafe("t")}
        return exploded.withColumns({**taken, **marks}).drop("_image")

    return apply


def _images(before: Column, after: Column, key: Sequence[str]) -> list[Column]:
    """Return the one or two changes that an event is."""
    op = F.col("op")
    moved = reduce(Column.__or__, [~before.getField(name).eqNullSafe(after.getField(name)) for name in key])
    # An image without its key, as of a table that sends none, says of no row that it moved.
    given = reduce(Column.__or__, [before.getField(name).isNotNull() for name in key])
    is_deleted = op.eqNullSafe("d") | op.eqNullSafe("t")
    row = F.when(op.isin("c", "r", "u"), after).when(op == "d", before)
    return [
        F.struct(row.alias("row"), is_deleted.alias("deleted")),
        F.when(op.eqNullSafe("u") & given & moved, F.struct(before.alias("row"), F.lit(True).alias("deleted"))),
    ]
