"""What it costs to find the rows of a batch that repeat a row of a large table.

``python -m tests.benchmarks.bloom.repeats OUT ROWS ROUNDS`` runs all ways in this process, warm and in alternating order; OUT
gets the event log and ``rounds.json``. The ways of a table must count the same.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.quality.checks.batch.unique import duplicates
from lakesmith.spec.model import Table
from lakesmith.spec.model.write import KeyFilter
from lakesmith.tables.key_history.added_rows import AddedRows
from lakesmith.tables.key_history.earlier_filter import EarlierFilter
from lakesmith.tables.key_history.repeats import count_repeats
from lakesmith.tables.ref import TableRef
from tests.benchmarks.cpu import measure
from tests.benchmarks.eventlog import SETTINGS, EventLog, read_event_log
from tests.benchmarks.idle import ENV, cpu_seconds
from tests.benchmarks.markdown import markdown
from tests.benchmarks.upserts.ground import FILE_ROWS, VECTORS, local_session

BATCH = 20_000
WHOLE, LOOKED, FILTERED = "unique: the whole table", "new rows, then the table", "new rows, then the filter"
KEPT = "the filter's new keys"
HEAD = ("keys", "way", "found", "jobs", "rows read", "CPU s", "÷ unique", "wall s")
HASHES, GROWING = "hashes", "growing"
KEYS: dict[str, Callable[[], Any]] = {
    HASHES: lambda: F.sha2(F.col("id").cast("string"), 256),
    GROWING: lambda: F.lpad(F.col("id").cast("string"), 12, "0"),
}
# Kinds of keys, and how many rows of the batch the table has.
CASES = ((HASHES, 0), (HASHES, 20), (GROWING, 20))
FPR = 1e-6


def run(out: Path, rows: int, rounds: int) -> None:
    """Run all ways on both kinds of keys."""
    (out / "events").mkdir(parents=True)
    spark = local_session(SETTINGS | {"spark.eventLog.dir": (out / "events").as_uri()})
    found: list[dict[str, Any]] = []
    for kind, known in CASES:
        found += _case(spark, out, kind, known, rows, rounds)
        (out / "rounds.json").write_text(json.dumps(found), encoding="utf-8")
    spark.stop()


def _case(spark: SparkSession, out: Path, kind: str, known: int, rows: int, rounds: int) -> list[dict[str, Any]]:
    ref, about = TableRef("silver.bench", str(out / f"{kind}{known}")), f"{kind}, {known} known"
    _filled(spark.range(0, rows, 1, rows // FILE_ROWS), kind).write.format("delta").options(**VECTORS).save(
        ref.location
    )
    spec = Table.model_validate({"from": "bronze.a"})
    stored = EarlierFilter.of(ref, spec, ["id"], KeyFilter(fpr=FPR, expected_keys=rows + rows // 4))
    stored.catch_up(spark)
    batch = spark.range(rows - known, rows - known + BATCH, 1, 1)
    _filled(batch, kind).write.format("delta").mode("append").save(ref.location)
    added = AddedRows(ref, 1, ("id",))
    ways: dict[str, Callable[[], int]] = {
        WHOLE: lambda: int(ref.load(spark).transform(duplicates(["id"])).collect()[0][0]),
        LOOKED: lambda: count_repeats(spark, added),
        FILTERED: lambda: count_repeats(spark, added, stored),
    }
    found: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        for way in list(ways) if number % 2 else reversed(ways):
            one = _timed(ways[way])
            found += [{"keys": about, "way": way, **one}] if number else []
    if {one["found"] for one in found} != {known}:
        raise RuntimeError(f"{kind}: the ways find {[one['found'] for one in found]}")
    return [*found, {"keys": about, "way": KEPT, **_timed(lambda: stored.catch_up(spark) or 0)}]


def _filled(ids: DataFrame, kind: str) -> DataFrame:
    return ids.select(KEYS[kind]().alias("id"), F.md5(F.col("id").cast("string")).alias("note"))


def _timed(action: Callable[[], int]) -> dict[str, Any]:
    cpu, begin = cpu_seconds(), time.time()
    found = action()
    return {"found": found, "begin": begin, "end": time.time(), "cpu": cpu_seconds() - cpu}


def repeats(scratch: Path, rows: int, rounds: int) -> str:
    """Race the ways to find rows that repeat an earlier one."""
    out = scratch / "out"
    measure([sys.executable, "-m", "tests.benchmarks.bloom.repeats", str(out), str(rows), str(rounds)], env=ENV)
    return report(out, rows, rounds)


def report(out: Path, rows: int, rounds: int) -> str:
    """Lay the rounds of a race out."""
    found = json.loads((out / "rounds.json").read_text(encoding="utf-8"))
    log = read_event_log(next((out / "events").iterdir()))
    lines = [line for _, kind in groupby(found, lambda one: one["keys"]) for line in _lines(log, list(kind))]
    title = f"## A batch of {BATCH:,} rows on {rows:,} (median of {rounds}, in turn, warm"
    return f"{title}; pyspark {version('pyspark')})\n\n{markdown(HEAD, lines)}"


def _lines(log: EventLog, rounds: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    by_way = {way: [one for one in rounds if one["way"] == way] for way in (WHOLE, LOOKED, FILTERED, KEPT)}
    base = statistics.median(one["cpu"] for one in by_way[WHOLE])
    for way, found in by_way.items():
        last, cpu = found[-1], statistics.median(one["cpu"] for one in found)
        part = log.between(last["begin"], last["end"])
        wall = statistics.median(one["end"] - one["begin"] for one in found)
        yield (
            last["keys"], way, str(last["found"]), str(len(part.jobs)), f"{sum(part.rows_by_path().values()):,}",
            f"{cpu:.2f}", f"{cpu / base:.2f}", f"{wall:.1f}",
        )  # fmt: skip


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
