"""All ways of a benchmark in one process, warm and in alternating order.

``python -m tests.benchmarks.timed_joins.once as-of|range-join OUT ROUNDS [SCALE]``; OUT gets the event log and
``rounds.json``. Ways of a case that join the same rows must give the same sums.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.benchmarks.eventlog import SETTINGS
from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.timed_joins import ways
from tests.benchmarks.timed_joins.ways import Way
from tests.benchmarks.upserts.ground import local_session

OURS, PARTS, FEAST, POLARS = "join_as_of", "join_as_of in parts", "Feast's SQL", "Polars join_asof"
MANY, EACH = "join_as_of_many", "join_as_of five times"
RANGE, DEFAULT, SAMPLED = "join_range", "Spark's plan", "Spark's plan, 1 of 1,000 points"
Ground = Callable[[SparkSession, Path, float], None]


@dataclass(frozen=True)
class Case:
    """A ground and the ways to join it; those of `other_rows` join fewer rows."""

    about: str
    ground: Ground
    ways: dict[str, Way]
    other_rows: tuple[str, ...] = field(default=())


def as_of_ground(hot: int, times: int = 1) -> Ground:
    """Return a ground of 100,000 requests and 500,000 rows, so many percent of which have one key."""

    def make(spark: SparkSession, out: Path, scale: float) -> None:
        for name, rows, seed in (("asked", 100_000, 1), ("known", 500_000, 50)):
            df = ways.side(spark, int(rows * times * scale), seed, hot)
            df = df.drop("v", "w") if name == "asked" else df
            df.write.mode("overwrite").parquet(str(out / name))

    return make


def range_ground(longest: int) -> Ground:
    """Return a ground of a million points and as many intervals of up to so many seconds."""

    def make(spark: SparkSession, out: Path, scale: float) -> None:
        rows = int(1_000_000 * scale)
        points = ways.side(spark, rows, 1, 0, values=0)
        length = F.pmod(F.xxhash64("id", F.lit(9)), F.lit(longest * ways.MICROS)) + 1
        begun = ways.side(spark, rows, 50, 0).withColumnRenamed("at", "b")
        ended = begun.withColumn("e", F.timestamp_micros(F.unix_micros("b") + length))
        points.write.mode("overwrite").parquet(str(out / "asked"))
        ended.write.mode("overwrite").parquet(str(out / "known"))

    return make


CASES = {
    "as-of": (
        Case("100,000 × 500,000, 2,000 keys", as_of_ground(0), {OURS: ways.ours, FEAST: ways.feast}),
        Case("one key has 30 %", as_of_ground(30), {OURS: ways.ours, PARTS: ways.in_parts}),
        Case("five right tables", as_of_ground(0), {MANY: ways.five_tables, EACH: ways.one_by_one}),
        Case("1,000,000 × 5,000,000", as_of_ground(0, 10), {OURS: ways.ours, POLARS: ways.polars}),
    ),
    "range-join": (
        Case("2,000 keys, up to 12 hours", range_ground(43_200),
             {RANGE: ways.range_ours(["k"], "6h"), DEFAULT: ways.range_default(["k"])}),
        Case("no key, up to 2 minutes", range_ground(120),
             {RANGE: ways.range_ours([], "60s"), SAMPLED: ways.range_default([], 1 / 1000)}, (SAMPLED,)),
    ),
}  # fmt: skip


def run(part: str, out: Path, rounds: int, scale: float = 1.0) -> None:
    """Run all ways of all cases."""
    (out / "events").mkdir(parents=True)
    spark = local_session(SETTINGS | {"spark.eventLog.dir": (out / "events").as_uri()})
    found: list[dict[str, Any]] = []
    for case in CASES[part]:
        case.ground(spark, out, scale)
        for number in range(rounds + 1):
            found += _round(spark, out, case, number)[: None if number else 0]
        (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    spark.stop()


def _round(spark: SparkSession, out: Path, case: Case, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for way in list(case.ways) if number % 2 else reversed(case.ways):
        cpu, begin = cpu_seconds(), time.time()
        sums = case.ways[way](spark, out)
        cpu = cpu_seconds() - cpu
        found.append({"case": case.about, "way": way, "sums": sums, "begin": begin, "end": time.time(), "cpu": cpu})
    same = {json.dumps(one["sums"], sort_keys=True) for one in found if one["way"] not in case.other_rows}
    if len(same) != 1:
        raise RuntimeError(f"{case.about}: the ways give {same}")
    return found


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else 1.0)
