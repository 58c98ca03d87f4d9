"""Write the rows, without a check."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession


def write(spark: SparkSession, rows: DataFrame, out: str) -> None:
    """Write all rows."""
    rows.write.parquet(f"{out}/good")
