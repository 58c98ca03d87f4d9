"""`TableRef`, the only way to name a table: a path below the warehouse, or a name in a catalog."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

from lakesmith.paths import local_path
from lakesmith.spec.model import Project

HIDDEN = ("_seq", "_deleted")


@dataclass(frozen=True)
class TableRef:
    """Where a table lies.

    Parameters
    ----------
    name : str
        ``layer.table``, as specs say it.
    location : str
        Path, or ``catalog.schema.table`` when `by_name`.
    by_name : bool
    durable : bool
        What is written there is forced to the disk before it counts; it does not tell one table from another.
    """

    name: str
    location: str
    by_name: bool = False
    durable: bool = field(default=False, compare=False)

    @property
    def quarantine(self) -> TableRef:
        """The quarantine that belongs to the table."""
        return self._beside("__quarantine")

    @property
    def staging(self) -> TableRef:
        """Where a batch is kept whose steps would not give the same rows twice."""
        return self._beside("__staging")

    def _beside(self, suffix: str) -> TableRef:
        return TableRef(f"{self.name}{suffix}", f"{self.location}{suffix}", self.by_name, self.durable)

    @property
    def local(self) -> Path | None:
        """The local directory of a path table, None elsewhere."""
        return None if self.by_name else local_path(self.location)

    def exists(self, spark: SparkSession | None) -> bool:
        """Tell whether there is a Delta table; no Spark job."""
        local = self.local
        if local or spark is None:
            return local is not None and _has_commit(local / "_delta_log")
        return (
            spark.catalog.tableExists(self.location) if self.by_name else DeltaTable.isDeltaTable(spark, self.location)
        )

    def delta(self, spark: SparkSession) -> DeltaTable:
        """Return the `DeltaTable`, bound to `spark`."""
        by = DeltaTable.forName if self.by_name else DeltaTable.forPath
        return by(spark, self.location)

    def load(self, spark: SparkSession, **options: str | int) -> DataFrame:
        """Read the table with Delta's read options, hidden columns included."""
        reader = spark.read.format("delta").options(**{key: str(value) for key, value in options.items()})
        return reader.table(self.location) if self.by_name else reader.load(self.location)

    def save(self, writer: DataFrameWriter) -> None:
        """Run a configured writer against the table, creating it when it is not there."""
        writer.saveAsTable(self.location) if self.by_name else writer.save(self.location)


def _has_commit(log: Path) -> bool:
    """Tell a table from the empty log that a write leaves behind when it dies before its first commit."""
    return any(log.glob("[0-9]*.json")) or any(log.glob("[0-9]*.checkpoint*"))


def table_ref(warehouse: str, catalog: str | None, name: str, prefix: str = "") -> TableRef:
    """Return the reference of ``layer.table``: ``<warehouse>/<layer>/<table>`` or ``<catalog>.<layer>.<table>``.

    Parameters
    ----------
    warehouse : str
    catalog : str, optional
    name : str
    prefix : str
        Put before the layer, so that several people can have the same tables side by side.

    Examples
    --------
    >>> table_ref("/lake", None, "silver.orders").location
    '/lake/silver/orders'
    >>> table_ref("", "main", "silver.orders", "dev_ann_").location
    'main.dev_ann_silver.orders'
    """
    placed = f"{prefix}{name}"
    if catalog:
        return TableRef(name, f"{catalog}.{placed}", by_name=True)
    root = local_path(warehouse)
    base = str(root.resolve()) if root else warehouse.rstrip("/")
    return TableRef(name, "/".join([base, *placed.split(".")]))


def project_table(project: Project, name: str) -> TableRef:
    """Return where ``layer.table`` of a project lies."""
    ref = table_ref(project.warehouse, project.catalog, name, project.schema_prefix)
    return replace(ref, durable=project.durable)


def visible(frame: DataFrame) -> DataFrame:
    """Hide tombstones and the hidden columns of an upserted table.

    *Columns*: drops ``_seq`` and ``_deleted``; rows with ``_deleted`` true are left out.
    """
    rows = frame.filter("NOT _deleted") if "_deleted" in frame.columns else frame
    return rows.drop(*HIDDEN)
