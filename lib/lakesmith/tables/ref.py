"""Name a table by its path in the warehouse or its name in a catalog."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, DataFrameWriter, Row, SparkSession

from lakesmith.columns import DELETED, HIDDEN, quoted
from lakesmith.paths import local_path

if TYPE_CHECKING:
    from lakesmith.spec.model import Project

NOT_THERE = (
    "DELTA_TABLE_ONLY_OPERATION",
    "DELTA_MISSING_DELTA_TABLE",
    "DELTA_TABLE_NOT_FOUND",
)


@dataclass(frozen=True)
class TableRef:
    """Refer to a table.

    Parameters
    ----------
    name : str
        ``layer.table``, as specs say it.
    location : str
        Path, or ``catalog.schema.table`` when `by_name`.
    by_name : bool
    durable : bool
        What is written there is forced to the disk before it counts; it does not tell one table
        from another.
    other_key : str
        Ends the name of the filter of another key than that of the write.
    """

    name: str
    location: str
    by_name: bool = False
    durable: bool = field(default=False, compare=False)
    other_key: str = field(default="", compare=False)

    @property
    def quarantine(self) -> TableRef:
        """The quarantine that belongs to the table.

        Examples
        --------
        >>> TableRef("silver.orders", "/lake/silver/orders").quarantine.location
        '/lake/silver/orders__quarantine'
        """
        return self._beside("__quarantine")

    @property
    def staging(self) -> TableRef:
        """Where a batch is kept whose steps would not give the same rows twice."""
        return self._beside("__staging")

    @property
    def key_filter(self) -> TableRef:
        """The filter of the table's keys.

        Examples
        --------
        >>> TableRef("silver.orders", "/lake/silver/orders").key_filter.name
        'silver.orders__keys'
        """
        return self._beside(f"__keys{self.other_key}")

    def _beside(self, suffix: str) -> TableRef:
        return TableRef(
            f"{self.name}{suffix}",
            f"{self.location}{suffix}",
            self.by_name,
            self.durable,
        )

    @property
    def local(self) -> Path | None:
        """The local directory of a path table, None elsewhere.

        Examples
        --------
        >>> TableRef("silver.orders", "s3://lake/silver/orders").local
        """
        return None if self.by_name else local_path(self.location)

    @property
    def sql_name(self) -> str:
        """The table as SQL names it.

        Examples
        --------
        >>> TableRef("silver.orders", "/my lake/silver/orders").sql_name
        'delta.`/my lake/silver/orders`'
        >>> TableRef("silver.orders", "main.silver.orders", by_name=True).sql_name
        '`main`.`silver`.`orders`'
        """
        if self.by_name:
            return ".".join(quoted(part) for part in self.location.split("."))
        return f"delta.{quoted(self.location)}"

    def exists(self, spark: SparkSession | None) -> bool:
        """Return True where there is a Delta table, without a job for a local path or a name.

        Examples
        --------
        >>> TableRef("silver.orders", "/no/such/table").exists(None)
        False
        """
        local = self.local
        if local is not None:
            return _has_commit(local / "_delta_log")
        if spark is None:
            return False
        if self.by_name:
            return spark.catalog.tableExists(self.location)
        return self._has_history(spark)

    def _has_history(self, spark: SparkSession) -> bool:
        try:
            self.history(spark, 1)
        except AnalysisException as error:
            if error.getCondition() in NOT_THERE:
                return False
            raise
        return True

    def history(self, spark: SparkSession, limit: int | None = None) -> list[Row]:
        """Return the newest commits as Delta describes them, newest first."""
        most = f" LIMIT {limit}" if limit else ""
        return spark.sql(f"DESCRIBE HISTORY {self.sql_name}{most}").collect()

    def restore(self, spark: SparkSession, version: int) -> None:
        """Make the table what it was at a version, in one commit."""
        spark.sql(f"RESTORE TABLE {self.sql_name} TO VERSION AS OF {version}").collect()

    def delete_rows(self, spark: SparkSession, where: str = "TRUE") -> None:
        """Delete the rows that meet a SQL condition, in one commit."""
        spark.sql(f"DELETE FROM {self.sql_name} WHERE {where}").collect()  # noqa: S608 quoted above

    def load(self, spark: SparkSession, **options: str | int) -> DataFrame:
        """Read the table with Delta's read options.

        Returns
        -------
        DataFrame
            *Columns*: those of the table, hidden ones included.
        """
        texts = {key: str(value) for key, value in options.items()}
        reader = spark.read.format("delta").options(**texts)
        if self.by_name:
            return reader.table(self.location)
        return reader.load(self.location)

    def save(self, writer: DataFrameWriter) -> None:
        """Run a configured writer against the table, creating it when it is not there."""
        if self.by_name:
            writer.saveAsTable(self.location)
        else:
            writer.save(self.location)


def _has_commit(log: Path) -> bool:
    """Return True for a log with a commit, which a killed first write lacks."""
    return any(log.glob("[0-9]*.json")) or any(log.glob("[0-9]*.checkpoint*"))


def table_ref(
    warehouse: str, catalog: str | None, name: str, prefix: str = ""
) -> TableRef:
    """Return the reference of a table ``layer.table``.

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
        return TableRef(
            name,
            f"{catalog}.{placed}",
            by_name=True,
        )
    root = local_path(warehouse)
    base = str(root.resolve()) if root else warehouse.rstrip("/")
    path = "/".join([base, *placed.split(".")])
    return TableRef(name, path)


def project_table(project: Project, name: str) -> TableRef:
    """Return the reference of ``layer.table`` of a project.

    Examples
    --------
    >>> from lakesmith.spec.model import Project
    >>> project_table(Project(name="shop", warehouse="/lake"), "silver.orders").location
    '/lake/silver/orders'
    """
    ref = table_ref(
        project.warehouse,
        project.catalog,
        name,
        project.schema_prefix,
    )
    return replace(ref, durable=project.durable)


def visible(frame: DataFrame) -> DataFrame:
    """Hide tombstones and the hidden columns of an upserted table.

    Returns
    -------
    DataFrame
        *Columns*: drops ``_seq`` and ``_deleted``; rows with ``_deleted`` true are left out.

    Examples
    --------
    >>> rows = spark.createDataFrame([(1, False), (2, True)], "id INT, _deleted BOOLEAN")
    >>> visible(rows).collect()
    [Row(id=1)]
    """
    rows = frame.filter("NOT _deleted") if DELETED in frame.columns else frame
    return rows.drop(*HIDDEN)
