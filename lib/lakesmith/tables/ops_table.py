"""Read and write the small ops tables, without a Spark job where they are local.

On a local path delta-rs does it in milliseconds; elsewhere Spark does, with the same rows and the
same commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, cast

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import (
    CommitProperties,
    DeltaTable,
    QueryBuilder,
    Transaction,
    write_deltalake,
)
from deltalake.exceptions import DeltaError
from pyspark.sql import Row, SparkSession

from lakesmith.errors import LedgerError, WriteError
from lakesmith.tables.delta_log.fsync import force
from lakesmith.tables.delta_log.history import unreadable

if TYPE_CHECKING:
    from lakesmith.tables.ref import TableRef

OPS_TABLES = (
    "ops.ledger",
    "ops.published",
    "ops.runs",
    "ops.checks",
    "ops.profiles",
    "ops.references",
)
COMPACT_ABOVE = 50
SPARK_OPTIONS = {"delta.autoOptimize.autoCompact": "true", "mergeSchema": "true"}
ARROW = {
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "STRING": pa.string(),
    "BINARY": pa.binary(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class OpsTable:
    """Read and write one ops table.

    Parameters
    ----------
    ref : TableRef
    ddl : str
        Its columns; new ones are added to an older table, none is ever taken away.
    """

    ref: TableRef
    ddl: str

    @property
    def schema(self) -> pa.Schema:
        """The columns as an Arrow schema.

        Examples
        --------
        >>> from lakesmith.tables.ref import TableRef
        >>> OpsTable(TableRef("ops.runs", "/lake/ops/runs"), "id BIGINT, run STRING").schema.names
        ['id', 'run']
        """
        columns = (column.split() for column in self.ddl.split(","))
        return pa.schema([(name, ARROW[kind]) for name, kind in columns])

    def read(
        self,
        spark: SparkSession | None,
        columns: Sequence[str] = ("*",),
        where: str = "true",
    ) -> Rows:
        """Return the rows that a SQL condition holds for, or none when there is no table.

        Parameters
        ----------
        spark : SparkSession, optional
            Not needed on a local path.
        columns : sequence of str
            The columns to read; all when left out.
        where : str
            The condition; all rows when left out.

        Notes
        -----
        No Spark job on a local path.

        Examples
        --------
        >>> from lakesmith.tables.ref import TableRef
        >>> OpsTable(TableRef("ops.runs", "/no/such/table"), "id BIGINT").read(None)
        []
        """
        if self.ref.local is not None:
            return _read_local(self.ref, columns, where)
        if spark is None or not self.ref.exists(spark):
            return []
        rows = self.ref.load(spark).filter(where).select(*columns).collect()
        return [_as_local(row) for row in rows]

    def last_id(self, app_id: str) -> int | None:
        """Return the newest idempotent-write id of an application, 0 when there is none.

        Examples
        --------
        >>> from lakesmith.tables.ref import TableRef
        >>> OpsTable(TableRef("ops.runs", "/no/such/table"), "id BIGINT").last_id("lakesmith/local")
        0
        """
        if self.ref.local is None:
            return None
        if not DeltaTable.is_deltatable(self.ref.location):
            return 0
        try:
            return DeltaTable(self.ref.location).transaction_version(app_id) or 0
        except (DeltaError, OSError) as error:
            raise unreadable(self.ref, error) from error

    def append(
        self,
        spark: SparkSession | None,
        rows: Iterable[Mapping[str, Any]],
        txn: tuple[str, int] | None = None,
    ) -> None:
        """Append rows in one commit, with an idempotent-write id if given."""
        self._write(spark, rows, "append", txn)

    def replace(self, spark: SparkSession, rows: Iterable[Mapping[str, Any]]) -> None:
        """Replace all rows in one commit."""
        self._write(spark, rows, "overwrite", None)

    def _write(
        self,
        spark: SparkSession | None,
        rows: Iterable[Mapping[str, Any]],
        mode: Literal["append", "overwrite"],
        txn: tuple[str, int] | None,
    ) -> None:
        values = [{name: row.get(name) for name in self.schema.names} for row in rows]
        if not values:
            return
        if self.ref.local is not None:
            table = pa.Table.from_pylist(values, self.schema)
            try:
                _write_local(self.ref, table, mode, txn)
            except (DeltaError, OSError) as error:
                raise _unwritable(self.ref, error) from error
            return
        if spark is None:
            raise LedgerError(
                f"{self.ref.name} can be written only with a Spark session",
                code="LS605",
            )
        tuples = [tuple(row.values()) for row in values]
        frame = spark.createDataFrame(tuples, self.ddl).coalesce(1)
        identity = {"txnAppId": txn[0], "txnVersion": str(txn[1])} if txn else {}
        writer = frame.write.format("delta").mode(mode)
        self.ref.save(writer.options(**SPARK_OPTIONS, **identity))


def _unwritable(ref: TableRef, error: Exception) -> WriteError:
    return WriteError(
        f"{ref.name} cannot be written: {' '.join(str(error).split())[:300]}",
        code="LS213",
        where=ref.location,
        hint=(
            "give the warehouse space and write permission, then run again: what is "
            "missing is done then"
        ),
    )


def _as_local(row: Row) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.asDict().items()}


def _plain(value: Any) -> Any:
    """Return a value as delta-rs gives it."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc)
    return bytes(value) if isinstance(value, bytearray) else value


def _read_local(ref: TableRef, columns: Sequence[str], where: str) -> Rows:
    if not DeltaTable.is_deltatable(ref.location):
        return []
    try:
        # Threads of `to_pyarrow_table` may outlive the interpreter, which then aborts.
        engine = QueryBuilder().register("t", DeltaTable(ref.location))
        query = f"SELECT {_listed(columns)} FROM t WHERE {where}"  # noqa: S608 of our own making
        found = engine.execute(query).read_all()
    # delta-rs raises a plain Exception for a file that is missing or damaged.
    except Exception as error:
        raise unreadable(ref, error) from error
    return cast("Rows", pa.table(found).to_pylist())


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(name if name == "*" else f'"{name}"' for name in columns)


def _write_local(
    ref: TableRef,
    rows: pa.Table,
    mode: Literal["append", "overwrite"],
    txn: tuple[str, int] | None,
) -> None:
    if txn and DeltaTable.is_deltatable(ref.location):
        # delta-rs writes an id down but, unlike Spark, does not skip a write whose id is taken.
        there = DeltaTable(ref.location)
        last = there.transaction_version(txn[0])
        if last is not None and last >= txn[1]:
            force(ref, there.version())
            return
    properties = CommitProperties(app_transactions=[Transaction(*txn)]) if txn else None
    write_deltalake(
        ref.location, rows, mode=mode, schema_mode="merge", commit_properties=properties
    )
    table = DeltaTable(ref.location)
    force(ref, table.version())
    if len(table.file_uris()) > COMPACT_ABOVE:
        table.optimize.compact()
        force(ref, table.version())
