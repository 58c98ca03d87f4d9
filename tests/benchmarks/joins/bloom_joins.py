"""Joins of which few rows match: what enters the shuffle, and what it costs beside the plain join.

``python -m tests.benchmarks.joins.bloom_joins OUT ROUNDS ROWS`` runs all ways; OUT gets the event log and
``rounds.json``. One row in a hundred has a match. A tenth and the whole of the rows are joined.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.transforms.joins.bloom import anti_join_bloom, join_bloom, semi_join_bloom
from tests.benchmarks.cpu import measure
from tests.benchmarks.idle import ENV
from tests.benchmarks.joins.rounds import Key, Query, measured, run_rounds, session_with_log
from tests.benchmarks.joins.tasks import shuffled_of_scan
from tests.benchmarks.markdown import markdown

PLAIN, RUNTIME, OURS = "Spark", "Spark, runtime filter", "lakesmith"
HEAD = (
    "join", "rows", "bytes a row", "way", "rows shuffled", "÷ matches", "MB shuffled", "CPU s", "÷ Spark",
)  # fmt: skip
WIDTHS = (20, 1000)
MATCH = 100
# A side that is not sent to every worker has other rows, too.
OTHER_SHARE = 20
GATES = {
    "spark.sql.optimizer.runtime.bloomFilter.applicationSideScanSizeThreshold": "0",
    "spark.sql.optimizer.runtime.bloomFilter.creationSideThreshold": "1GB",
}
Planned = Callable[[DataFrame], DataFrame]


def sizes(rows: int) -> list[tuple[int, int]]:
    """Return how many rows of how many bytes are joined."""
    return [(rows // 10, WIDTHS[0]), (rows, WIDTHS[0]), (rows // 4, WIDTHS[1])]


def ground(spark: SparkSession, out: Path, rows: int, width: int) -> None:
    """Write the facts and the other side, whose keys are hashed so that no range of them says anything."""
    text = F.repeat(F.sha2(F.col("id").cast("string"), 256), width // 64 + 1).substr(1, width)
    facts = spark.range(0, rows, 1, 8).select(F.xxhash64("id").alias("k"), "id", text.alias("text"))
    known = spark.range(0, rows, MATCH, 8)
    others = spark.range(rows, rows + rows // OTHER_SHARE, 1, 8)
    other = known.union(others).select(F.xxhash64("id").alias("k"), F.col("id").alias("v"), F.lit(1).alias("kind"))
    facts.write.parquet(str(_path(out, rows, width, "facts")))
    other.write.parquet(str(_path(out, rows, width, "other")))


def _path(out: Path, rows: int, width: int, name: str) -> Path:
    return out / "ground" / f"{rows}x{width}" / name


def run(out: Path, rounds: int, rows: int) -> None:
    """Run all ways."""
    spark = session_with_log(out)
    for key, value in GATES.items():
        spark.conf.set(key, value)
    queries: dict[Key, Query] = {}
    for number, width in sizes(rows):
        ground(spark, out, number, width)
        for how in ("semi", "anti", "inner", "left"):
            for way, query in ways(spark, out, number, width, how).items():
                queries[(how, str(number), str(width), way)] = query
    _require_equal(queries)
    run_rounds(out, queries, rounds)
    spark.stop()


def ways(spark: SparkSession, out: Path, rows: int, width: int, how: str) -> dict[str, Query]:
    """Return the ways of a join."""
    facts, other = (spark.read.parquet(str(_path(out, rows, width, name))) for name in ("facts", "other"))
    keys = rows // MATCH + rows // OTHER_SHARE
    spark_name = {"semi": "left_semi", "anti": "left_anti"}.get(how, how)
    # Without a condition that it takes for selective Spark plans no runtime filter.
    filtered = other.filter("kind = 1")

    def plain() -> DataFrame:
        return facts.join(other, "k", spark_name)

    def ours() -> DataFrame:
        return facts.transform(_ours(other, how, keys))

    def runtime() -> DataFrame:
        return facts.join(filtered, "k", spark_name)

    found: dict[str, Query] = {PLAIN: plain, OURS: ours}
    return found | {RUNTIME: runtime} if how in ("semi", "inner") else found


def _ours(other: DataFrame, how: str, keys: int) -> Planned:
    if how == "semi":
        return semi_join_bloom(other=other, on=["k"], expected_keys=keys)
    if how == "anti":
        return anti_join_bloom(other=other, on=["k"], expected_keys=keys)
    return join_bloom(other=other, on=["k"], how="inner" if how == "inner" else "left", expected_keys=keys)


def _require_equal(queries: dict[Key, Query]) -> None:
    """Refuse ways that give other rows."""
    for key, query in queries.items():
        if key[3] == OURS:
            sums = [_checksum(one()) for one in (queries[(*key[:3], PLAIN)], query)]
            if sums[0] != sums[1]:
                raise SystemExit(f"{key}: other rows than Spark: {sums}")


def _checksum(df: DataFrame) -> tuple[int, ...]:
    of_row = F.sum(F.xxhash64(*sorted(df.columns)).cast("decimal(38,0)"))
    (row,) = df.agg(F.count(F.lit(1)), of_row).collect()
    return tuple(row)


def bloom_joins(scratch: Path, rounds: int, rows: int) -> str:
    """Return the figures as Markdown."""
    out = scratch / "out"
    measure([sys.executable, "-m", "tests.benchmarks.joins.bloom_joins", str(out), str(rounds), str(rows)], env=ENV)
    return report(out, rounds)


def report(out: Path, rounds: int) -> str:
    """Lay the rounds out."""
    found = list(measured(out))
    base = {key[:3]: cpu for key, cpu, _ in found if key[3] == PLAIN}
    lines = []
    for (how, rows, width, way), cpu, stages in found:
        shuffled = shuffled_of_scan(stages, int(rows))
        ratio = shuffled / (int(rows) // MATCH)
        megabytes = sum(stage.bytes_written for stage in stages) / 1e6
        lines.append((
            how, f"{int(rows):,}", width, way, f"{shuffled:,}", f"{ratio:.3f}", f"{megabytes:.1f}",
            f"{cpu:.2f}", f"{cpu / base[(how, rows, width)]:.2f}",
        ))  # fmt: skip
    title = f"## Joins with few matches (median of {rounds}, warm; pyspark {version('pyspark')})"
    return f"{title}\n\n{markdown(HEAD, lines)}"


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
