"""Run the ways of a benchmark of joins in one process, warm and in alternating order."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from tests.benchmarks.eventlog import SETTINGS
from tests.benchmarks.idle import cpu_seconds
from tests.benchmarks.joins.tasks import Stage, stages_of
from tests.benchmarks.upserts.ground import local_session

# As a large cluster would plan: no side is small, and each partition is a task.
AS_LARGE = {
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.shuffle.partitions": "16",
}
Query = Callable[[], DataFrame]
Key = tuple[str, ...]


def session_with_log(out: Path) -> SparkSession:
    """Start a session that plans as for large tables and writes its events below a directory."""
    (out / "events").mkdir(parents=True)
    return local_session(SETTINGS | AS_LARGE | {"spark.eventLog.dir": (out / "events").as_uri()})


def run_rounds(out: Path, queries: Mapping[Key, Query], rounds: int) -> None:
    """Run each query once to get warm, then so often, and write down what each took."""
    found: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        order = list(queries.items())
        for key, query in order if number % 2 else reversed(order):
            cpu, begin = cpu_seconds(), time.time()
            query().write.format("noop").mode("overwrite").save()
            spent = cpu_seconds() - cpu
            if number:
                found.append({"key": key, "begin": begin, "end": time.time(), "cpu": spent})
    (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")


def measured(out: Path) -> Iterator[tuple[Key, float, list[Stage]]]:
    """Yield each query with its median CPU seconds and the stages of its last round."""
    found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = next((out / "events").iterdir())
    for key in dict.fromkeys(tuple(one["key"]) for one in found):
        runs = [one for one in found if tuple(one["key"]) == key]
        cpu = statistics.median(one["cpu"] for one in runs)
        last = runs[-1]
        yield key, cpu, stages_of(log, last["begin"], last["end"])
