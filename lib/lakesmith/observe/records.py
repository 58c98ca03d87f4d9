"""Define the columns of the ops tables of runs, checks and profiles."""

from __future__ import annotations

SCHEMA_VERSION = 1

RUNS = (
    "schema_version INT, run_id STRING, table STRING, started_at TIMESTAMP, "
    "run_time TIMESTAMP, state STRING, "
    "run_state STRING, batches INT, version BIGINT, read BIGINT, dropped BIGINT, "
    "quarantined BIGINT, accepted BIGINT, "
    "inserted BIGINT, updated BIGINT, deleted BIGINT, unchanged BIGINT, seconds "
    "DOUBLE, recomputed BOOLEAN, "
    "parked STRING, positions STRING, published BIGINT, error STRING, "
    "judged BIGINT, failing BIGINT"
)
CHECKS = (
    "schema_version INT, run_id STRING, table STRING, batch BIGINT, run_time "
    "TIMESTAMP, check STRING, column STRING, "
    "on_fail STRING, status STRING, failed BIGINT, message STRING"
)
PROFILES = (
    "schema_version INT, run_id STRING, table STRING, batch BIGINT, version "
    "BIGINT, run_time TIMESTAMP, column STRING, "
    "type STRING, rows BIGINT, nulls BIGINT, nans BIGINT, min STRING, max STRING, "
    "finite BIGINT, mean DOUBLE, m2 DOUBLE, stddev DOUBLE, hll BINARY, kll BINARY, top_k STRING, "
    "seen BIGINT, seen_low BIGINT, seen_high BIGINT"
)
