"""All ways in one process, warm and in alternating order: ``python -m tests.benchmarks.orphans.once OUT ROUNDS [SCALE]``.

OUT gets the event log and ``rounds.json``. The ways of a case must count the same.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.benchmarks.eventlog import SETTINGS
from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.orphans.ways import WAYS
from tests.benchmarks.upserts.ground import local_session


@dataclass(frozen=True)
class Case:
    """How many rows refer to how many, and how many rows of a thousand refer to nothing."""

    children: int
    parents: int
    orphans: int

    @property
    def about(self) -> str:
        """The case in words."""
        return f"{self.children:,} rows refer to {self.parents:,}, {self.orphans / 10:g} % to nothing"


CASES = (
    Case(2_000_000, 500_000, 0),
    Case(2_000_000, 500_000, 50),
    Case(100_000, 5_000_000, 1),
    Case(1_000_000, 5_000_000, 1),
)


def keys(ids: DataFrame) -> DataFrame:
    """Turn numbers into keys of which every file may hold every one."""
    return ids.select(F.xxhash64("id").alias("id"), F.md5(F.col("id").cast("string")).alias("note"))


def ground(spark: SparkSession, out: Path, case: Case) -> None:
    """Write the child and the parent as Delta tables."""
    number = F.xxhash64("id", F.lit(3))
    known = F.pmod(number, F.lit(case.parents))
    is_orphan = F.col("id") % 1000 < case.orphans
    child = spark.range(0, case.children, 1, 4).select(F.when(is_orphan, -1 - F.col("id")).otherwise(known).alias("id"))
    for name, ids in {"child": child, "parent": spark.range(0, case.parents, 1, 4)}.items():
        keys(ids).write.format("delta").mode("overwrite").save(str(out / name))


def run(out: Path, rounds: int, scale: float = 1.0) -> None:
    """Run all ways of all cases."""
    (out / "events").mkdir(parents=True)
    spark = local_session(SETTINGS | {"spark.eventLog.dir": (out / "events").as_uri()})
    found: list[dict[str, Any]] = []
    for full in CASES:
        case = Case(int(full.children * scale), int(full.parents * scale), full.orphans)
        ground(spark, out, case)
        for number in range(rounds + 1):
            found += _round(spark, out, case, number)[: None if number else 0]
        (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    spark.stop()


def _round(spark: SparkSession, out: Path, case: Case, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for way in list(WAYS) if number % 2 else reversed(WAYS):
        child, parent = (spark.read.format("delta").load(str(out / name)).select("id") for name in ("child", "parent"))
        cpu, begin = cpu_seconds(), time.time()
        count = WAYS[way](child, parent, case.children, case.parents)
        cpu = cpu_seconds() - cpu
        found.append({"case": case.about, "way": way, "count": count, "begin": begin, "end": time.time(), "cpu": cpu})
    if len({one["count"] for one in found}) != 1:
        raise RuntimeError(f"{case.about}: the ways count {[one['count'] for one in found]}")
    return found


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
