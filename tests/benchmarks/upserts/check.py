"""Whether the candidates' tables are equal: ``python -m tests.benchmarks.upserts.check GROUND ROUNDS.JSON...``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, SparkSession

from tests.benchmarks.upserts.ground import Facts, checksum, local_session


def main() -> None:
    """Compare the last table of each candidate with what the changes must make of it."""
    ground, *reports = (Path(argument) for argument in sys.argv[1:])
    spark = local_session()
    wanted = Facts.read(ground).checksum
    tables = [Path(json.loads(report.read_text(encoding="utf-8"))[-1]["table"]) for report in reports]
    found = {table.parent.name: checksum(_read(spark, table)) for table in tables}
    spark.stop()
    wrong = {name: one for name, one in found.items() if one != wanted}
    if wrong:
        raise SystemExit(f"not the table that the changes make, {wanted}: {wrong}")


def _read(spark: SparkSession, table: Path) -> DataFrame:
    if (table / "_delta_log").exists():
        return spark.read.format("delta").load(str(table))
    with duckdb.connect(str(table / "table.duckdb")) as own:
        own.execute(f"COPY t TO '{table}/rows.parquet' (FORMAT parquet)")
    return spark.read.parquet(f"{table}/rows.parquet")


if __name__ == "__main__":
    main()
