"""Check the rows with cuallee, which gives a verdict for each check and nothing of a row."""

from __future__ import annotations

from cuallee import Check, CheckLevel
from pyspark.sql import DataFrame, SparkSession

from tests.benchmarks.peers.suite import HIGH, LOW, NUMBERS, PATTERN, TEXTS, WHOLES


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write the verdicts, and all rows."""
    check = Check(CheckLevel.WARNING, "rows")
    for name in NUMBERS:
        check.is_between(name, (LOW, HIGH))
    for name in WHOLES:
        check.is_complete(name)
    for name in TEXTS:
        check.has_pattern(name, PATTERN)
    check.validate(rows).write.parquet(f"{out}/verdicts")
    rows.write.parquet(f"{out}/good")


def reasons(spark: SparkSession, out: str) -> int:
    """Count what the verdicts say that rows break."""
    return int(spark.read.parquet(f"{out}/verdicts").selectExpr("sum(violations)").collect()[0][0])
