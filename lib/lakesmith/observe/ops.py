"""The ops tables of runs, checks and profiles: what is written at the end of each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import types as T

from lakesmith.tables.create import OPS_OPTIONS
from lakesmith.tables.ref import TableRef

SCHEMA_VERSION = 1

RUNS = (
    "schema_version INT, run_id STRING, table STRING, started_at TIMESTAMP, run_time TIMESTAMP, state STRING, "
    "run_state STRING, batches INT, version BIGINT, read BIGINT, dropped BIGINT, quarantined BIGINT, accepted BIGINT, "
    "inserted BIGINT, updated BIGINT, deleted BIGINT, unchanged BIGINT, seconds DOUBLE, recomputed BOOLEAN, "
    "parked STRING, positions STRING, published BIGINT, error STRING"
)
CHECKS = (
    "schema_version INT, run_id STRING, table STRING, batch BIGINT, run_time TIMESTAMP, check STRING, column STRING, "
    "on_fail STRING, status STRING, failed BIGINT, message STRING"
)
PROFILES = (
    "schema_version INT, run_id STRING, table STRING, batch BIGINT, version BIGINT, run_time TIMESTAMP, column STRING, "
    "type STRING, rows BIGINT, nulls BIGINT, nans BIGINT, min STRING, max STRING, mean DOUBLE, stddev DOUBLE, "
    "hll BINARY, kll BINARY, top_k STRING"
)


def append_ops(spark: SparkSession, table: TableRef, ddl: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append rows to an ops table in one commit; missing fields are NULL. No commit when there are no rows."""
    schema = T.StructType.fromDDL(ddl)
    values = [tuple({"schema_version": SCHEMA_VERSION, **row}.get(name) for name in schema.names) for row in rows]
    if not values:
        return
    frame = spark.createDataFrame(values, schema).coalesce(1)
    table.save(frame.write.format("delta").mode("append").option("mergeSchema", "true").options(**OPS_OPTIONS))

