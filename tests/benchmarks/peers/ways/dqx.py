"""Check the rows with DQX, where its engine starts without a workspace."""

from __future__ import annotations

from databricks.labs.dqx.engine import DQEngine
from databricks.sdk import WorkspaceClient
from pyspark.sql import DataFrame, SparkSession

from tests.benchmarks.peers.suite import HIGH, LOW, NUMBERS, PATTERN, TEXTS, WHOLES

CHECKS = [
    *(
        {"criticality": "error", "name": name, "check": {"function": "is_in_range", "arguments": {
            "column": name, "min_limit": LOW, "max_limit": HIGH}}}
        for name in NUMBERS
    ),
    *(
        {"criticality": "error", "name": name, "check": {"function": "is_not_null", "arguments": {"column": name}}}
        for name in WHOLES
    ),
    *(
        {"criticality": "error", "name": name, "check": {"function": "regex_match", "arguments": {
            "column": name, "regex": PATTERN}}}
        for name in TEXTS
    ),
]  # fmt: skip


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write good rows, and bad ones with their reasons."""
    engine = DQEngine(WorkspaceClient(), spark)
    good, bad = engine.apply_checks_by_metadata_and_split(rows, CHECKS)
    good.write.parquet(f"{out}/good")
    bad.write.parquet(f"{out}/bad")


def reasons(spark: SparkSession, out: str) -> int:
    """Count the reasons of all bad rows."""
    return int(spark.read.parquet(f"{out}/bad").selectExpr("sum(size(_errors))").collect()[0][0])
