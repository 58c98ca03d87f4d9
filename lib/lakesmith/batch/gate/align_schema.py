"""Give rows the columns of their table where its policy says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from lakesmith.column_refs import null
from lakesmith.columns import HIDDEN, IS_CURRENT, KEPT, RESCUED, VALID_FROM, VALID_TO
from lakesmith.tables.schema.diff import Change, differences, fields_of
from lakesmith.transforms.conform import rescued_into, with_defaults, with_lost
from lakesmith.transforms.scd2 import instant_of

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext

EMPTIED = "_emptied"


def fitted(batch: BatchContext, rows: DataFrame) -> DataFrame:
    """Return the rows with their defaults, and in the columns that the table's policy asks for.

    Returns
    -------
    DataFrame
        *Columns*: for ``add`` and ``widen`` also those that the table has and the batch has not, as
        NULL; for ``rescue`` exactly the table's, with ``_rescued`` STRING (JSON).
    """
    policy = batch.spec.on_schema_change
    rows = rows.transform(with_defaults(batch.spec.columns))
    if policy == "fail" or (batch.intent.first and policy != "rescue"):
        return rows
    if batch.intent.first:
        if RESCUED in rows.columns:
            return rows
        return rows.withColumn(RESCUED, null("string"))
    have = stored_schema(batch)
    if policy == "rescue":
        write = batch.spec.write
        return rows.transform(
            rescued_into(
                have, [*HIDDEN, EMPTIED, KEPT, *write.keys, *write.key_implies]
            )
        )
    lost = [
        change.column
        for change in changes_of(batch, have, rows)
        if change.kind == "lose"
    ]
    if not lost:
        return rows
    return rows.transform(with_lost(have, lost))


def stored_schema(batch: BatchContext, validity: bool = False) -> StructType:
    """Return the columns of the table without those that the write itself makes.

    With `validity` also those of an interval, whose type is that of the sequence.
    """
    write = batch.spec.write
    made = () if validity and write.keeps_history else write.declared.adds
    return StructType(
        [
            field
            for field in batch.table.load(batch.session).schema
            if field.name not in made
        ]
    )


def changes_of(
    batch: BatchContext, have: StructType, rows: DataFrame
) -> tuple[Change, ...]:
    """Return how the rows of a batch differ from the table's columns."""
    renamed = {
        name: column.renamed_from
        for name, column in batch.spec.columns.items()
        if column.renamed_from
    }
    return differences(
        fields_of(have),
        fields_of(brought_schema(batch, rows)),
        renamed,
        batch.spec.write.partition_by,
    )


def brought_schema(batch: BatchContext, rows: DataFrame) -> StructType:
    """Return the columns that a table built from the rows of a batch has."""
    brought = rows.drop(EMPTIED, KEPT)
    if batch.spec.write.keeps_history:
        sequence = F.col("_seq")
        at = sequence.getField(instant_of(rows))
        validity = {VALID_FROM: at, VALID_TO: at, IS_CURRENT: F.lit(True)}
        brought = brought.drop("_deleted").withColumns(validity)
    return brought.schema
