"""Give the accepted rows of a batch exactly the columns of their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, MapType, StructType, VariantType

from lakesmith.batch.gate.align_schema import EMPTIED, fitted
from lakesmith.batch.gate.delete_rules import is_delete
from lakesmith.batch.gate.partial_events import with_kept
from lakesmith.columns import HIDDEN, KEPT, RAW, TRUNCATES
from lakesmith.errors import WriteError
from lakesmith.transforms.contract import select_contract
from lakesmith.transforms.keys.ties import refuse_ties
from lakesmith.transforms.responses.treat import markers_in
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.batch.context import BatchContext
    from lakesmith.spec.model import Write

NESTED = (ArrayType, MapType, StructType, VariantType)


def in_table_columns(batch: BatchContext, accepted: DataFrame) -> DataFrame:
    """Return the accepted rows in exactly the columns of their table.

    Returns
    -------
    DataFrame
        *Columns*: the table's, with ``_kept`` where events may leave values alone and ``_emptied``
        for recomputed groups.
    """
    unmarked = accepted.drop(*markers_in(accepted.columns))
    rows = _with_hidden(batch, unmarked)
    if batch.lands_source:
        return fitted(batch, rows.drop(RAW))
    spec = batch.spec
    selected = rows.transform(_selected(batch, rows.columns))
    kept = with_kept(spec, selected)
    shaped = fitted(batch, kept)
    if spec.write.on_tie != "fail":
        return shaped
    return shaped.transform(refuse_ties(spec.write.keys))


def _selected(batch: BatchContext, columns: Sequence[str]) -> Transform:
    known = (*HIDDEN, EMPTIED, KEPT)
    hidden = tuple(name for name in known if name in columns)
    contract = batch.spec.columns
    if contract:
        return select_contract(contract, hidden)
    return _bare(batch, hidden)


def _bare(batch: BatchContext, hidden: Sequence[str]) -> Transform:
    """Select the columns of a table without a contract."""

    def apply(rows: DataFrame) -> DataFrame:
        _require_plain_keys(batch, rows)
        visible = [name for name in rows.columns if _is_visible(name) or name in hidden]
        return rows.select(*visible)

    return apply


def _is_visible(name: str) -> bool:
    return not name.startswith("_")


def _require_plain_keys(batch: BatchContext, rows: DataFrame) -> None:
    write = batch.spec.write
    keys = {name.lower() for name in (*write.keys, *write.key_implies)}
    for column in rows.schema.fields:
        if column.name.lower() in keys and isinstance(column.dataType, NESTED):
            kind = column.dataType.simpleString()
            raise WriteError(
                f"the key column '{column.name}' is {kind}, and a key is one plain value",
                code="LS511",
                where=batch.name,
                hint="use scalar key columns; select its fields, or to_json(column)",
            )


def _with_hidden(batch: BatchContext, rows: DataFrame) -> DataFrame:
    write = batch.spec.write
    if not (write.keeps_history or write.keeps_newest):
        return rows
    if write.sequence_by:
        rows = rows.withColumn("_seq", F.struct(*write.sequence_by))
    if TRUNCATES in rows.columns:
        return _with_tombstones_of_truncates(rows, write)
    if write.apply_as_deletes or "_deleted" in rows.columns:
        rows = rows.withColumn("_deleted", is_delete(rows, write.apply_as_deletes))
    return rows


def _with_tombstones_of_truncates(rows: DataFrame, write: Write) -> DataFrame:
    """Turn an event that truncates into the tombstone of the NULL key."""
    truncates = F.col(TRUNCATES)
    is_row = ~truncates
    deletes = is_delete(rows, write.apply_as_deletes)
    columns = {"_deleted": deletes | truncates}
    for name in rows.columns:
        if _is_visible(name):
            value = F.col(f"`{name}`")
            columns[name] = F.when(is_row, value)
    return rows.withColumns(columns)
