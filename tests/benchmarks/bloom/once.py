"""All cases in one process, warm: ``python -m tests.benchmarks.bloom.once OUT TABLE_ROWS ROUNDS``.

OUT gets the event log and ``rounds.json``: begin, end and CPU seconds of Python and JVM together for each round.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakesmith.sketches.bloom import bloom_build, bloom_probe
from lakesmith.sketches.bloom_sizing import shape_for
from lakesmith.tables.ref import TableRef
from lakesmith.tables.upsert.key_filter import refresh
from tests.benchmarks.bloom import spark_own
from tests.benchmarks.bloom.ground import VECTORS, Case, batch_rows, table_rows, ways_of
from tests.benchmarks.eventlog import SETTINGS
from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.upserts.ground import checksum, local_session

CASES = (
    *(Case(rows, known) for rows in (1_000, 100_000) for known in (0, 1, 50, 100)),
    Case(1_000, 0, "update"),
    *(Case(100_000, known, "update") for known in (0, 1, 50)),
)


def run(out: Path, rows: int, rounds: int) -> None:
    """Run everything; the ways of a case must end in equal tables."""
    (out / "events").mkdir(parents=True)
    spark = local_session(SETTINGS | {"spark.eventLog.dir": (out / "events").as_uri()})
    table_rows(spark, rows).write.format("delta").options(**VECTORS).save(str(out / "table"))
    found: list[dict[str, Any]] = []
    for case in CASES:
        found += _upserts(spark, out, rows, case, rounds)
        (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    found += _probes(spark, rows, rounds)
    (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    spark.stop()


def _upserts(spark: SparkSession, out: Path, rows: int, case: Case, rounds: int) -> list[dict[str, Any]]:
    batch, copy = out / "batch", out / "copy"
    batch_rows(spark, rows, case).coalesce(1).write.mode("overwrite").parquet(str(batch))
    ref, spec = TableRef("silver.bench", str(out / "table")), case.spec(rows, True)
    built = _timed(lambda: refresh(spark, ref, spec, from_scratch=True))
    size = sum(file.stat().st_size for file in Path(ref.key_filter.location).glob("*.parquet"))
    found: list[dict[str, Any]] = []
    ends: set[str] = set()
    for number in range(rounds + 1):
        for way, upserted in ways_of(case).items():
            for name in ("", "__keys"):
                shutil.copytree(f"{out / 'table'}{name}", f"{copy}{name}")
            used = case.spec(rows, way != "plain")
            round_ = _timed(lambda: upserted(spark, copy, batch, used))  # noqa: B023 called at once
            found += [{"case": case.about, "way": way, "built": built, "bytes": size, **round_}] if number else []
            ends.add(checksum(spark.read.format("delta").load(str(copy))))
            for name in ("", "__keys"):
                shutil.rmtree(f"{copy}{name}")
    if len(ends) != 1:
        raise RuntimeError(f"{case.about}: the ways end in different tables")
    shutil.rmtree(ref.key_filter.location)
    return found


def _probes(spark: SparkSession, rows: int, rounds: int) -> list[dict[str, Any]]:
    """Build a filter and probe twice as many keys with it, by ours and by Spark's own, which "plain" stands for."""
    keys, more = table_rows(spark, rows).select("id"), table_rows(spark, 2 * rows).select("id")
    shape, kinds = shape_for(rows, 0.01), {"id": "string"}
    ways = {
        "plain": lambda: spark_own.probe(more, "id", spark_own.build(keys, "id", rows, 0.01)),
        "with the filter": lambda: bloom_probe(more, bloom_build(keys, kinds, shape), kinds, shape),
    }
    about = f"filter of {rows:,} keys, {2 * rows:,} probed; plain: Spark's own, in a JVM"
    found: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        for way, marked in ways.items():
            round_ = _timed(lambda: marked().agg(F.count_if("_maybe")).collect())  # noqa: B023 called at once
            found += [{"case": about, "way": way, **round_}] if number else []
    return found


def _timed(action: Callable[[], object]) -> dict[str, Any]:
    cpu, begin = cpu_seconds(), time.time()
    action()
    return {"begin": begin, "end": time.time(), "cpu_seconds": cpu_seconds() - cpu}


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
