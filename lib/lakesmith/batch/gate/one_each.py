"""Keep one row of a batch for each key, or for each key and event time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakesmith.spec.key_implies import unproven
from lakesmith.tables.upsert.precedence import newest_first
from lakesmith.transforms.keys.one_row import one_row
from lakesmith.transforms.scd2 import instant_of
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.spec.model import Table


def one_each(
    batch: BatchContext, rows: DataFrame, look: Transform | None = None
) -> DataFrame:
    """Return the rows to write, where `look` gets the rows that are compared, as `one_row` says.

    Returns
    -------
    DataFrame
        *Columns*: as they are. One row a key where the table keeps the newest one, one a key and
        event time where it keeps versions, else all rows.
    """
    write = batch.spec.write
    if write.keeps_history:
        return rows.transform(_one_an_instant(batch.spec, look))
    if write.keeps_newest:
        return rows.transform(_one_a_key(batch.spec, look))
    return rows


def compared_rows(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the rows of each key that `one_each` compares.

    Returns
    -------
    DataFrame
        *Columns*: as they are, and ``_tied`` BOOLEAN.
    """
    compared: list[DataFrame] = []

    def look(frame: DataFrame) -> DataFrame:
        compared.append(frame)
        return frame

    one_each(batch, rows, look)
    return compared[0]


def _one_a_key(spec: Table, look: Transform | None) -> Transform:
    """Keep the newest row of each key.

    Ties go the same way as in the MERGE. Else the order of arrival would show.
    """

    def apply(rows: DataFrame) -> DataFrame:
        newest = one_row(
            spec.write.keys,
            newest_first(rows.columns),
            keeps_first=spec.write.keeps_first,
            implied=unproven(spec),
            look=look,
        )
        return rows.transform(newest)

    return apply


def _one_an_instant(spec: Table, look: Transform | None) -> Transform:
    """Keep the event of each key and event time whose sequence is the highest."""

    def apply(rows: DataFrame) -> DataFrame:
        placed = rows.withColumn("_at", F.col("_seq").getField(instant_of(rows)))
        keys = [*spec.write.keys, "_at"]
        highest = one_row(keys, newest_first(rows.columns), look=look)
        return placed.transform(highest).drop("_at")

    return apply
