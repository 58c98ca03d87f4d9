"""Publication: one commit makes the tables of a run visible together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession

from lakesmith.errors import WriteError
from lakesmith.tables.create import OPS_OPTIONS
from lakesmith.tables.ref import TableRef

SCHEMA_VERSION = 1
DDL = "schema_version INT, id BIGINT, run_id STRING, published_at TIMESTAMP, tables STRING"


def newest(spark: SparkSession, table: TableRef) -> dict[str, Any]:
    """Return the newest publication as ``{"id": n, "tables": {name: version}}``; id 0 when there is none."""
    if not table.exists(spark):
        return {"id": 0, "tables": {}}
    row = table.load(spark).orderBy("id", ascending=False).select("id", "tables").first()
    return {"id": row["id"], "tables": json.loads(row["tables"])} if row else {"id": 0, "tables": {}}


def publish(
    spark: SparkSession, table: TableRef, env: str, run_id: str, run_time: str, tables: Mapping[str, int]
) -> dict[str, Any]:
    """Publish table versions in one commit.

    Parameters
    ----------
    spark : SparkSession
    table : TableRef
        ``ops.published``.
    env, run_id, run_time : str
    tables : mapping
        Every table that may be read, with its version.

    Returns
    -------
    dict
        The publication. When `tables` is what is published already, nothing is written.

    Raises
    ------
    WriteError
        LS505 when another publisher took the next id.
    """
    last = newest(spark, table)
    if last["tables"] == dict(tables):
        return last
    made = {"id": last["id"] + 1, "tables": dict(tables)}
    rows = [(SCHEMA_VERSION, made["id"], run_id, json.dumps(made["tables"], sort_keys=True), run_time)]
    frame = spark.createDataFrame(rows, "schema_version INT, id BIGINT, run_id STRING, tables STRING, at STRING")
    shaped = frame.selectExpr("schema_version", "id", "run_id", "CAST(at AS TIMESTAMP) AS published_at", "tables")
    identity = {"txnAppId": f"lakesmith/{env}/published", "txnVersion": str(made["id"])}
    table.save(shaped.coalesce(1).write.format("delta").mode("append").options(**identity, **OPS_OPTIONS))
    _confirm(spark, table, run_id, made["id"])
    return made


def _confirm(spark: SparkSession, table: TableRef, run_id: str, number: int) -> None:
    """A publication whose id was taken is skipped by Delta without a sign: look whose it is."""
    row = table.load(spark).filter(f"id = {number}").select("run_id").first()
    if row is None or row["run_id"] != run_id:
        raise WriteError(
            f"publication {number} was taken by another run",
            code="LS505",
            where=table.location,
            hint="run again: the tables are built, only their publication is missing",
        )
