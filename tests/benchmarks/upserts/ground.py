"""The tables to upsert into and the changes: ``python -m tests.benchmarks.upserts.ground DIRECTORY KEYS ROWS``.

A table has files of 50 000 rows and an ascending key, so each file has a narrow range of it. ``clustered`` changes 900
neighbouring keys in three places and adds 100, ``scattered`` one row in ten thousand by its hash. Two tables of
the same rows: ``base`` with deletion vectors and the change feed, as Lakesmith makes them, ``plain`` without; a third
is DuckDB's own. All files are as Lakesmith writes them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.session.batch import batch_session
from lakesmith.session.start import get_session, read_properties
from tests.benchmarks.feed import ROOT

FILE_ROWS = 50_000
CLUSTER = 300
PLACES = (0.1, 0.45, 0.8)
NEW = 100
SCATTER = 10_000
VECTORS = {"delta.enableDeletionVectors": "true", "delta.enableChangeDataFeed": "true"}
TABLES = {"base": VECTORS, "plain": {"delta.enableDeletionVectors": "false"}}


@dataclass(frozen=True)
class Facts:
    """What an upsert must touch: the files that hold a changed row, their rows, and the bytes of a row."""

    rows: int
    changed: int
    files_matching: int
    rows_matching: int
    row_bytes: float
    checksum: str

    @staticmethod
    def read(directory: Path) -> Facts:
        """Return the facts of a ground."""
        return Facts(**json.loads((directory / "facts.json").read_text(encoding="utf-8")))


def local_session(more: Mapping[str, str] | None = None) -> SparkSession:
    """Start Spark as a local run does."""
    return get_session(read_properties(ROOT / "conf" / "spark" / "local.conf") | dict(more or {}))


def make_ground(directory: Path, keys: str, rows: int) -> None:
    """Write both tables, the changes and the facts."""
    spark = batch_session(local_session())
    for name, properties in TABLES.items():
        table_rows(spark, rows).write.format("delta").options(**properties).save(str(directory / name))
    _make_duck(directory)
    changes(spark, keys, rows).coalesce(1).write.parquet(str(directory / "changes"))
    facts = _facts(spark, directory, rows)
    (directory / "facts.json").write_text(json.dumps(asdict(facts)), encoding="utf-8")
    spark.stop()


def _make_duck(directory: Path) -> None:
    """Give DuckDB a table of its own with the same rows."""
    (directory / "duck").mkdir()
    with duckdb.connect(str(directory / "duck" / "table.duckdb")) as own:
        own.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{directory}/plain/*.parquet')")


def table_rows(spark: SparkSession, rows: int, sequence: int = 1, files: int = 0) -> DataFrame:
    """Return the rows of the table, a partition for each file."""
    return _filled(spark.range(0, rows, 1, files or max(rows // FILE_ROWS, 1)), sequence)


def changes(spark: SparkSession, keys: str, rows: int) -> DataFrame:
    """Return the changes, one row a key, each newer than what the table has."""
    if keys == "scattered":
        changed = F.pmod(F.xxhash64("id"), F.lit(SCATTER)) == 0
        return _filled(spark.range(rows).filter(changed), 2)
    starts = [int(place * rows) for place in PLACES]
    spans = [(start, start + CLUSTER) for start in starts] + [(rows, rows + NEW)]
    inside = [F.col("id").between(low, high - 1) for low, high in spans]
    return _filled(spark.range(rows + NEW).filter(inside[0] | inside[1] | inside[2] | inside[3]), 2)


def _filled(ids: DataFrame, sequence: int) -> DataFrame:
    text = F.concat(F.col("id").cast("string"), F.lit(f"/{sequence}"))
    return ids.select(
        "id",
        F.sha2(text, 256).alias("name"),
        (F.col("id") % 997 / 10).alias("amount"),
        F.md5(text).alias("note"),
        F.lit(sequence).cast("bigint").alias("_seq"),
        F.lit(False).alias("_deleted"),
    )


def _facts(spark: SparkSession, directory: Path, rows: int) -> Facts:
    base = spark.read.format("delta").load(str(directory / "base"))
    new = spark.read.parquet(str(directory / "changes"))
    files = base.select("id", F.col("_metadata.file_path").alias("file"))
    matching = files.join(new.select("id"), "id", "left_semi").select("file").distinct()
    (count,) = files.join(F.broadcast(matching), "file", "left_semi").agg(F.count("*").alias("rows")).collect()
    size = sum(file.stat().st_size for file in (directory / "base").glob("*.parquet"))
    whole = base.join(new, "id", "left_anti").unionByName(new)
    return Facts(rows, new.count(), matching.count(), count["rows"], size / rows, checksum(whole))


def checksum(frame: DataFrame) -> str:
    """Return a checksum of rows in any order."""
    whole: Column = F.sum(F.xxhash64(*sorted(frame.columns)).cast("decimal(38,0)"))
    (row,) = frame.agg(F.count("*").alias("rows"), whole.alias("sum")).collect()
    return f"{row['rows']} {row['sum']}"


if __name__ == "__main__":
    make_ground(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
