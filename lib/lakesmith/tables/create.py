"""Choose the options that a table gets when its first commit creates it, and create schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lakesmith.columns import quoted
from lakesmith.errors import EnvironmentProblem
from lakesmith.tables.ops_table import OPS_TABLES
from lakesmith.tables.ref import project_table

if TYPE_CHECKING:
    from lakesmith.spec.model import Project, Table

RETENTION = {"delta.deletedFileRetentionDuration": "interval 30 days"}


def table_options(spec: Table) -> dict[str, str]:
    """Return the Delta properties of a table, as writer options of its first commit.

    Parameters
    ----------
    spec : Table

    Notes
    -----
    The change feed is on, since tables downstream read changes; it costs nothing on commits that
    only add files. Tables written by key have deletion vectors on. Aggregated ones have not:
    Delta's MERGE with deletion vectors fails on a source row with a NULL key that matches nothing
    and is not inserted, as an emptied group may be.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "upsert", "keys": ["id"], "sequence_by": ["at"]}
    >>> spec = Table.model_validate({"from": "bronze.orders", "write": write})
    >>> table_options(spec)["delta.enableDeletionVectors"]
    'true'
    """
    by_key = spec.write.keeps_newest or spec.write.keeps_history
    return {
        "delta.enableChangeDataFeed": "true",
        "delta.enableDeletionVectors": "true" if by_key else "false",
        **RETENTION,
        **spec.properties,
    }


def create_schemas(spark: SparkSession, project: Project) -> None:
    """Create the schemas of a project in its catalog where they are missing.

    Raises
    ------
    EnvironmentProblem
        LS811 when a schema is missing and may not be created.
    """
    if project.catalog is None:
        return
    names = (*project.table_names(), *OPS_TABLES)
    tables = [project_table(project, name).location for name in names]
    schemas = {table.rpartition(".")[0] for table in tables}
    for schema in sorted(schemas):
        if not spark.catalog.databaseExists(schema):
            _create_schema(spark, schema)


def _create_schema(spark: SparkSession, schema: str) -> None:
    name = ".".join(quoted(part) for part in schema.split("."))
    try:
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {name}").collect()
    except PySparkException as error:
        raise EnvironmentProblem(
            f"schema {schema} does not exist and cannot be created: "
            f"{str(error).partition(chr(10))[0]}",
            code="LS811",
            hint=(
                "ask an administrator to create it, or set `catalog` and "
                "`schema_prefix` to a place of yours"
            ),
        ) from error
